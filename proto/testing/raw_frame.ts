/**
 * Frames as tests write them: whatever they say.
 *
 * @module
 */

import { HEADER_SIZE, VERSION } from "../wire/constants.ts";

const encoder = new TextEncoder();

/**
 * Writes a frame.
 *
 * @param type Packet type.
 * @param id Packet id.
 * @param parts Payload: bytes, 64-bit numbers, or text.
 * @returns The frame.
 */
export function rawFrame(
  type: number,
  id: bigint,
  ...parts: (Uint8Array | bigint | string)[]
): Uint8Array<ArrayBuffer> {
  const payload = parts.map((part) =>
    typeof part === "bigint"
      ? u64(part)
      : typeof part === "string"
      ? encoder.encode(part)
      : part
  );
  const length = payload.reduce((sum, part) => sum + part.length, 0);
  const frame = new Uint8Array(HEADER_SIZE + length);
  frame[0] = VERSION;
  frame[1] = type;
  frame.set(u64(id), 2);
  new DataView(frame.buffer).setUint32(10, length);
  let at = HEADER_SIZE;
  for (const part of payload) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}
