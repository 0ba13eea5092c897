/**
 * Tells protocols apart that share a port.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Socket } from "node:net";

/** How an HTTP/2 connection begins; long enough that no request of HTTP/1 does. */
const PREFACE = Buffer.from("PRI * HTTP/2.0");

/**
 * Looks at what a connection begins with; whoever gets it reads it from its
 * first byte on. `POST` begins with the same letter as HTTP/2.
 *
 * @param socket The connection.
 * @param onKnown Hears whether it is HTTP/2, once.
 */
export function sniff(
  socket: Socket,
  onKnown: (isHttp2: boolean) => void,
): void {
  let head = Buffer.alloc(0);
  const look = () => {
    for (let part: Buffer | null; (part = socket.read()) !== null;) {
      head = Buffer.concat([head, part]);
    }
    const length = Math.min(head.length, PREFACE.length);
    const isHttp2 = head.subarray(0, length)
      .equals(PREFACE.subarray(0, length));
    if (length === 0 || (isHttp2 && length < PREFACE.length)) return;
    socket.off("readable", look);
    socket.unshift(head);
    onKnown(isHttp2);
  };
  socket.on("readable", look);
}
