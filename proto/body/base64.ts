/**
 * Base64 over byte ranges: the text stays bytes in a buffer on both sides.
 *
 * Short ranges go through tables. Long ones are checked by WebAssembly where
 * there is some, and are converted by the engine's own codec in chunks of a fixed
 * size, so that a field of 10 MB needs no scratch of its size. The alphabet is
 * the standard one, padded (docs/spec/wire.md §1.5.1).
 *
 * @module
 */

import { Base64Blocks } from "./base64_blocks.ts";
import {
  BASE64_CHARS,
  BASE64_PAD,
  BASE64_VALUES,
  checkByTable,
  paddingOf,
  scanByTable,
  scanLastGroup,
  skipByTable,
} from "./base64_table.ts";
import { ProtocolError } from "../errors/protocol_error.ts";

/** From here on the engine's decoder beats the table, in base64 characters. */
const NATIVE_FROM = typeof Uint8Array.prototype.setFromBase64 === "function"
  ? 768
  : Infinity;
/** From here on the engine's encoder beats the table, in source bytes. */
const NATIVE_ENCODE_FROM = typeof Uint8Array.prototype.toBase64 === "function"
  ? 512
  : Infinity;

/** From here on skipping blocks beats the table, in base64 characters. */
const BLOCKS_FROM = 192;
/** Characters that a scan looks at before it calls for that, when much is left. */
const PROBE_CHARS = 64;
/** Characters that go to the engine at once. A multiple of four. */
const CHUNK_CHARS = 65_536;
const CHUNK_BYTES = CHUNK_CHARS / 4 * 3;
const STRICT = { lastChunkHandling: "strict" } as const;

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const blocks = new Base64Blocks(globalThis.WebAssembly);

/**
 * Decodes `chars` of canonical base64 into `target` with the engine's codec.
 *
 * @returns Whether they were canonical. White space, which the engine skips,
 * shows as too few bytes; so does a byte order mark, which its text decoder
 * drops.
 */
function decodeChunk(
  chars: string,
  target: Uint8Array,
  expected: number,
): boolean {
  try {
    return target.setFromBase64(chars, STRICT).written === expected;
  } catch {
    return false;
  }
}

/**
 * Tells whether a range is base64 exactly as Go writes it: standard alphabet,
 * padded, unused last bits zero, nothing between the characters. The empty
 * range is.
 *
 * @param buf Holds the text.
 * @param start First byte of the text.
 * @param end Byte after the text.
 * @returns Whether it is canonical.
 */
export function isCanonicalBase64(
  buf: Uint8Array,
  start: number,
  end: number,
): boolean {
  let at = start;
  if (end - start >= BLOCKS_FROM) at = blocks.skip(buf, start, end);
  return checkByTable(buf, at, end);
}

/**
 * Finds the end of canonical base64 that a double quote ends.
 *
 * @param buf Holds the text.
 * @param view The same bytes.
 * @param start First byte of the text.
 * @param end Byte that must not be passed.
 * @returns Index of the quote, or -1 when the text before it is not canonical
 * or there is no quote before `end`.
 */
export function scanBase64(
  buf: Uint8Array,
  view: DataView,
  start: number,
  end: number,
): number {
  if (end - start < BLOCKS_FROM) return scanByTable(view, start, end);
  // Much is left of the body, but perhaps not of this text.
  const near = start + PROBE_CHARS;
  const at = skipByTable(view, start, near);
  if (at < near) return scanLastGroup(view, at, end);
  return scanByTable(view, blocks.skip(buf, at, end), end);
}

/**
 * Gives the number of bytes that canonical base64 stands for.
 *
 * @param buf Holds the text.
 * @param start First byte of the text.
 * @param end Byte after the text.
 * @returns Number of bytes.
 */
export function base64DecodedLength(
  buf: Uint8Array,
  start: number,
  end: number,
): number {
  return start === end ? 0 : (end - start) / 4 * 3 - paddingOf(buf, end);
}

/**
 * Decodes canonical base64.
 *
 * @param buf Holds the text.
 * @param start First byte of the text.
 * @param end Byte after the text.
 * @returns The bytes, in an array of their own.
 * @throws {ProtocolError} If the text is not canonical.
 */
export function decodeBase64(
  buf: Uint8Array,
  start: number,
  end: number,
): Uint8Array<ArrayBuffer> {
  const length = end - start;
  if ((length & 3) !== 0) throw notCanonical(length);
  const out = new Uint8Array(base64DecodedLength(buf, start, end));
  if (length < NATIVE_FROM) {
    if (!isCanonicalBase64(buf, start, end)) throw notCanonical(length);
    decodeShort(buf, start, end, out);
    return out;
  }
  let written = 0;
  for (let at = start; at < end; at += CHUNK_CHARS) {
    const to = Math.min(end, at + CHUNK_CHARS);
    const chars = decoder.decode(buf.subarray(at, to));
    const expected = (to - at) / 4 * 3 - (to === end ? paddingOf(buf, end) : 0);
    const target = out.subarray(written, written + expected);
    if (!decodeChunk(chars, target, expected)) throw notCanonical(length);
    written += expected;
  }
  return out;
}

function notCanonical(length: number): ProtocolError {
  return new ProtocolError(
    `Cannot decode base64: ${length} characters are not canonical`,
  );
}

/** Decodes checked characters; a write past the end of `out` falls away. */
function decodeShort(
  buf: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
): void {
  const values = BASE64_VALUES;
  let at = 0;
  for (let i = start; i < end; i += 4) {
    const group = values[buf[i]!]! << 18 | values[buf[i + 1]!]! << 12 |
      (values[buf[i + 2]!]! & 63) << 6 | (values[buf[i + 3]!]! & 63);
    out[at++] = group >> 16;
    out[at++] = group >> 8;
    out[at++] = group;
  }
}

/**
 * Writes bytes as padded base64.
 *
 * @param src Holds the bytes.
 * @param srcStart First byte to encode.
 * @param srcEnd Byte after the last one.
 * @param dst Takes the text; it needs room for four characters per started
 * group of three bytes.
 * @param at Where the text begins in `dst`.
 * @returns The offset after the text.
 */
export function encodeBase64Into(
  src: Uint8Array,
  srcStart: number,
  srcEnd: number,
  dst: Uint8Array,
  at: number,
): number {
  let from = srcStart;
  while (srcEnd - from >= NATIVE_ENCODE_FROM) {
    const to = Math.min(srcEnd, from + CHUNK_BYTES);
    const chars = src.subarray(from, to).toBase64();
    at += encoder.encodeInto(chars, dst.subarray(at)).written;
    from = to;
  }
  const whole = from + Math.floor((srcEnd - from) / 3) * 3;
  for (; from < whole; from += 3) {
    const group = src[from]! << 16 | src[from + 1]! << 8 | src[from + 2]!;
    dst[at] = BASE64_CHARS[group >> 18]!;
    dst[at + 1] = BASE64_CHARS[group >> 12 & 63]!;
    dst[at + 2] = BASE64_CHARS[group >> 6 & 63]!;
    dst[at + 3] = BASE64_CHARS[group & 63]!;
    at += 4;
  }
  if (from < srcEnd) {
    const first = src[from]!;
    const second = from + 1 < srcEnd ? src[from + 1]! : 0;
    dst[at] = BASE64_CHARS[first >> 2]!;
    dst[at + 1] = BASE64_CHARS[(first & 3) << 4 | second >> 4]!;
    dst[at + 2] = from + 1 < srcEnd
      ? BASE64_CHARS[(second & 15) << 2]!
      : BASE64_PAD;
    dst[at + 3] = BASE64_PAD;
    at += 4;
  }
  return at;
}

/**
 * Writes bytes as base64, with padding.
 *
 * @param bytes Any number of them; four characters come of three.
 * @returns The characters.
 */
export function encodeBase64(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const chars = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  encodeBase64Into(bytes, 0, bytes.length, chars, 0);
  return chars;
}
