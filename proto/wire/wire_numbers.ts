/**
 * Numbers on the wire: big-endian, 64-bit ids as two halves.
 *
 * @module
 */

import { VERSION } from "./constants.ts";

/**
 * What a field is first that is often infinite. A field that is a fraction or
 * infinite from its beginning has a box of its own in every object, 16 bytes;
 * one that was something else before shares the box of the constant.
 */
export const UNBOXED = undefined as unknown as number;

/**
 * @param buf Where the number is.
 * @param at Its first byte.
 * @returns An unsigned 32-bit number.
 */
export function readU32(buf: Uint8Array, at: number): number {
  return ((buf[at]! << 24) | (buf[at + 1]! << 16) | (buf[at + 2]! << 8) |
    buf[at + 3]!) >>> 0;
}

/**
 * @param buf Where the number goes.
 * @param at Its first byte.
 * @param value An unsigned 32-bit number.
 */
export function writeU32(buf: Uint8Array, at: number, value: number): void {
  buf[at] = value >>> 24;
  buf[at + 1] = value >>> 16;
  buf[at + 2] = value >>> 8;
  buf[at + 3] = value;
}

/**
 * @param buf Where the number goes.
 * @param at Its first byte.
 * @param hi Its high half.
 * @param lo Its low half.
 */
export function writeU64(
  buf: Uint8Array,
  at: number,
  hi: number,
  lo: number,
): void {
  writeU32(buf, at, hi);
  writeU32(buf, at + 4, lo);
}

/**
 * Writes a frame header, 14 bytes.
 *
 * @param buf Where it goes.
 * @param at Its first byte.
 * @param type Packet type.
 * @param idHi High half of the packet id.
 * @param idLo Low half of the packet id.
 * @param length Bytes of the payload.
 */
export function writeHeader(
  buf: Uint8Array,
  at: number,
  type: number,
  idHi: number,
  idLo: number,
  length: number,
): void {
  buf[at] = VERSION;
  buf[at + 1] = type;
  writeU64(buf, at + 2, idHi, idLo);
  writeU32(buf, at + 10, length);
}
