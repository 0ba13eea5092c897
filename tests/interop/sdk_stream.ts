/** Short ways to read streams of the SDK in tests. */

import type { Stream } from "../../client/mod.ts";

/**
 * Reads from a stream until enough has come or it has ended.
 *
 * @param stream The stream.
 * @param size How many bytes.
 * @returns The bytes; fewer when the stream has ended.
 */
export async function readBytes(
  stream: Stream,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const count = await stream.read(out.subarray(at));
    if (count === null) return out.slice(0, at);
    at += count;
  }
  return out;
}

/**
 * Reads a stream to its end.
 *
 * @param stream The stream.
 * @returns All its bytes.
 */
export async function readToEnd(
  stream: Stream,
): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(stream.readable).bytes();
}
