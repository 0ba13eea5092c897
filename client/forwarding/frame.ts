/**
 * The frames inside a stream that carries a forwarded connection.
 *
 * A stream of the gateway ends in both directions at once, and a TCP connection
 * does not: so what travels is cut into frames, and one of them says that no
 * more bytes follow this way. A stream that ends without it was cut. The paper
 * is docs/AGENT.md, "The protocol".
 *
 * @module
 */

import type { Stream } from "@frontier/endpoint";

/** Version of these frames; what OPEN begins with. */
export const FORWARD_VERSION = 1;

/** First frame: which target to connect to. Version, then the name in UTF-8. */
export const OPEN = 1;
/** Answer to OPEN: connected, bytes may follow both ways. Empty. */
export const OPENED = 2;
/** Answer to OPEN: not connected. A code, then the reason in UTF-8. */
export const REFUSED = 3;
/** Bytes of the connection. */
export const DATA = 4;
/** No more bytes follow this way. Empty. */
export const END = 5;

/** Bytes of the header: the type, and the length of what follows in 24 bits. */
export const HEADER_BYTES = 4;
/** Most bytes of a frame that is not DATA. */
export const CONTROL_BYTES = 1_024;
/** Most bytes of one DATA frame that we send. */
const DATA_BYTES = 65_536;
/** Bytes up to which header and payload are copied together, to be one write. */
const COPIED_BYTES = 4_096;

function header(into: Uint8Array, type: number, length: number): void {
  into[0] = type;
  into[1] = length >>> 16;
  into[2] = length >>> 8;
  into[3] = length;
}

/**
 * Sends one frame that is not DATA.
 *
 * @param stream The stream.
 * @param type Its type.
 * @param parts What it holds; all together at most {@linkcode CONTROL_BYTES}.
 * @returns When it is on its way.
 */
export function sendControl(
  stream: Stream,
  type: number,
  ...parts: Uint8Array[]
): Promise<void> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const frame = new Uint8Array(HEADER_BYTES + length);
  header(frame, type, length);
  let at = HEADER_BYTES;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return stream.write(frame);
}

/**
 * Sends bytes of the connection.
 *
 * @param stream The stream.
 * @param bytes The bytes; they must not be changed until the promise is settled.
 * @returns When all are on their way, which is what slows the sender down.
 */
export async function sendData(
  stream: Stream,
  bytes: Uint8Array,
): Promise<void> {
  for (let at = 0; at < bytes.length; at += DATA_BYTES) {
    const part = bytes.subarray(at, at + DATA_BYTES);
    if (part.length <= COPIED_BYTES) {
      await sendControl(stream, DATA, part);
      continue;
    }
    const head = new Uint8Array(HEADER_BYTES);
    header(head, DATA, part.length);
    // Both leave with the same turn; whoever is full is waited for by the second.
    void stream.write(head).catch(() => {});
    await stream.write(part);
  }
}
