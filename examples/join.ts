/**
 * Carries a TCP connection over a stream.
 *
 * @module
 */

import type { Stream } from "@frontier/client";

/** Bytes of one read. */
const PIECE = 65_536;
/** Longest wait for the other side to take the last bytes, in milliseconds. */
const CLOSE_MS = 30_000;

/**
 * Copies both ways until either end closes, then closes the other, after the
 * bytes that were under way to it.
 *
 * @param stream The stream.
 * @param conn The connection.
 * @returns When both are closed. Never rejects.
 */
export async function join(stream: Stream, conn: Deno.Conn): Promise<void> {
  const toStream = copy((buf) => conn.read(buf), (data) => stream.write(data))
    // What the connection had said still arrives.
    .then(() => stream.close({ timeoutMs: CLOSE_MS }));
  const toConn = copy(
    (buf) => stream.read(buf),
    (data) => writeAll(conn, data),
  );
  await Promise.race([toStream, toConn]);
  close(conn);
  await stream.close();
  await Promise.all([toStream, toConn]);
}

/** Copies until the end, or until either side fails. */
async function copy(
  read: (buf: Uint8Array) => Promise<number | null>,
  write: (data: Uint8Array) => Promise<void>,
): Promise<void> {
  const buf = new Uint8Array(PIECE);
  try {
    for (let count; (count = await read(buf)) !== null;) {
      await write(buf.subarray(0, count));
    }
  } catch {
    // The other direction ends, too: there is nobody to tell but the two ends.
  }
}

async function writeAll(conn: Deno.Conn, data: Uint8Array): Promise<void> {
  for (let at = 0; at < data.length;) at += await conn.write(data.subarray(at));
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It is closed already.
  }
}
