/**
 * Base64 over byte ranges: the text stays bytes in a buffer on both sides.
 *
 * Short ranges go through tables. Long ones go through the engine's own codec
 * in chunks of a fixed size, so that a field of 10 MB needs no scratch of its
 * size. The alphabet is the standard one, padded
 * (docs/spec/wire.md §1.5.1).
 *
 * @module
 */

import { ProtocolError } from "./protocol_error.ts";

const ALPHABET =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PAD = 0x3d;
const LF = 0x0a;
const CR = 0x0d;

/** Marks a byte that is no base64 character in {@linkcode BASE64_VALUES}. */
export const NOT_BASE64 = 0x80;

/** Value of every byte as a base64 character, or {@linkcode NOT_BASE64}. `=` is none. */
export const BASE64_VALUES: Uint8Array = new Uint8Array(256).fill(NOT_BASE64);

const CHARS = new Uint8Array(64);
for (let i = 0; i < 64; i++) {
  const code = ALPHABET.charCodeAt(i);
  CHARS[i] = code;
  BASE64_VALUES[code] = i;
}

/** From here on the engine's codec beats the table, in base64 characters. */
const NATIVE_FROM = typeof Uint8Array.prototype.setFromBase64 === "function"
  ? 768
  : Infinity;
/** From here on the engine's encoder beats the table, in source bytes. */
const NATIVE_ENCODE_FROM = typeof Uint8Array.prototype.toBase64 === "function"
  ? 512
  : Infinity;

/** Characters that a scan looks at before it calls for the engine, when much is left. */
const PROBE_CHARS = 64;
/** Characters that go to the engine at once. A multiple of four. */
const CHUNK_CHARS = 65_536;
const CHUNK_BYTES = CHUNK_CHARS / 4 * 3;
const STRICT = { lastChunkHandling: "strict" } as const;

const decoder = new TextDecoder();
const encoder = new TextEncoder();
let chunkScratch: Uint8Array<ArrayBuffer> | undefined;

/** Padding characters at the end of a range that is not empty: 0, 1 or 2. */
function padding(buf: Uint8Array, end: number): number {
  if (buf[end - 1] !== PAD) return 0;
  return buf[end - 2] !== PAD ? 1 : 2;
}

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

function isCanonicalLong(
  buf: Uint8Array,
  start: number,
  end: number,
): boolean {
  chunkScratch ??= new Uint8Array(CHUNK_BYTES);
  let at = start;
  while (at < end) {
    const to = Math.min(end, at + CHUNK_CHARS);
    // Padding inside the range ends up as a short chunk.
    const expected = (to - at) / 4 * 3 - (to === end ? padding(buf, end) : 0);
    const chars = decoder.decode(buf.subarray(at, to));
    if (!decodeChunk(chars, chunkScratch, expected)) return false;
    at = to;
  }
  return true;
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
  const length = end - start;
  if ((length & 3) !== 0) return false;
  if (length === 0) return true;
  if (length >= NATIVE_FROM) return isCanonicalLong(buf, start, end);
  const pad = padding(buf, end);
  const to = end - pad;
  let seen = 0;
  for (let i = start; i < to; i++) seen |= BASE64_VALUES[buf[i]!]!;
  if (seen >= NOT_BASE64) return false;
  return pad === 0 ||
    (BASE64_VALUES[buf[to - 1]!]! & (pad === 1 ? 3 : 15)) === 0;
}

/**
 * Finds the end of canonical base64 that a double quote ends. Long text is
 * searched and checked by the engine.
 *
 * @param buf Holds the text.
 * @param start First byte of the text.
 * @param end Byte that must not be passed.
 * @returns Index of the quote, or -1 when the text before it is not canonical
 * or there is no quote before `end`.
 */
export function scanBase64(
  buf: Uint8Array,
  start: number,
  end: number,
): number {
  const values = BASE64_VALUES;
  // Whole groups of four first, so that only the last one is looked at closely.
  const last = end - 4;
  const near = end - start < NATIVE_FROM ? last : start + PROBE_CHARS;
  let at = start;
  while (
    at < near &&
    (values[buf[at]!]! | values[buf[at + 1]!]! | values[buf[at + 2]!]! |
        values[buf[at + 3]!]!) < NOT_BASE64
  ) at += 4;
  if (at >= near && near !== last) return scanLong(buf, at, end);
  return scanLastGroup(buf, at, end);
}

/** Ends a scan at a group that is the quote, or padded, or wrong. */
function scanLastGroup(buf: Uint8Array, at: number, end: number): number {
  if (at >= end) return -1;
  if (buf[at] === 0x22) return at;
  if (at + 4 >= end || buf[at + 4] !== 0x22) {
    return -1;
  }
  return isCanonicalBase64(buf, at, at + 4) ? at + 4 : -1;
}

function scanLong(buf: Uint8Array, start: number, end: number): number {
  chunkScratch ??= new Uint8Array(CHUNK_BYTES);
  let at = start;
  while (at < end) {
    const to = Math.min(end, at + CHUNK_CHARS);
    // The decoder would drop a byte order mark and shift what follows it.
    if (buf[at]! >= 0x80) return -1;
    const chars = decoder.decode(buf.subarray(at, to));
    const quote = chars.indexOf('"');
    if (quote < 0 && to === end) return -1;
    // A last group may be padded, and only what follows it tells whether it is
    // the last one: without a quote it is left to the next chunk.
    const count = quote < 0 ? to - at - 4 : quote;
    if ((count & 3) !== 0) return -1;
    const found = at + count;
    const pad = quote < 0 || count === 0 ? 0 : padding(buf, found);
    const text = chars.slice(0, count);
    if (!decodeChunk(text, chunkScratch, count / 4 * 3 - pad)) return -1;
    if (quote >= 0) return found;
    at = found;
  }
  return -1;
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
  return start === end ? 0 : (end - start) / 4 * 3 - padding(buf, end);
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
    const expected = (to - at) / 4 * 3 - (to === end ? padding(buf, end) : 0);
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
 * Decodes base64 with the freedoms that Go's decoder allows: CR and LF
 * anywhere, and unused last bits that are not zero (docs/spec/wire.md §1.5.2).
 *
 * @param buf Holds the text.
 * @param start First byte of the text.
 * @param end Byte after the text.
 * @returns The bytes, or `undefined` where Go would report an error.
 */
export function decodeBase64Lenient(
  buf: Uint8Array,
  start: number,
  end: number,
): Uint8Array<ArrayBuffer> | undefined {
  if (isCanonicalBase64(buf, start, end)) return decodeBase64(buf, start, end);
  const out = new Uint8Array(Math.ceil((end - start) / 4) * 3);
  let written = 0;
  let group = 0;
  let count = 0;
  let pads = 0;
  for (let i = start; i < end; i++) {
    const byte = buf[i]!;
    if (byte === CR || byte === LF) continue;
    if (byte === PAD) {
      if (count < 2 || ++pads > 2) return undefined;
      group <<= 6;
    } else {
      const value = BASE64_VALUES[byte]!;
      if (value >= NOT_BASE64 || pads > 0) return undefined;
      group = group << 6 | value;
    }
    if (++count < 4) continue;
    out[written++] = group >> 16;
    out[written++] = group >> 8;
    out[written++] = group;
    count = group = 0;
    // A group with padding is the last one.
    if (pads > 0) {
      return onlyNewlines(buf, i + 1, end)
        ? out.slice(0, written - pads)
        : undefined;
    }
  }
  return count === 0 ? out.slice(0, written) : undefined;
}

function onlyNewlines(buf: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (buf[i] !== CR && buf[i] !== LF) return false;
  }
  return true;
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
    dst[at] = CHARS[group >> 18]!;
    dst[at + 1] = CHARS[group >> 12 & 63]!;
    dst[at + 2] = CHARS[group >> 6 & 63]!;
    dst[at + 3] = CHARS[group & 63]!;
    at += 4;
  }
  if (from < srcEnd) {
    const first = src[from]!;
    const second = from + 1 < srcEnd ? src[from + 1]! : 0;
    dst[at] = CHARS[first >> 2]!;
    dst[at + 1] = CHARS[(first & 3) << 4 | second >> 4]!;
    dst[at + 2] = from + 1 < srcEnd ? CHARS[(second & 15) << 2]! : PAD;
    dst[at + 3] = PAD;
    at += 4;
  }
  return at;
}

/**
 * Writes bytes as base64, with padding.
 *
 * @param bytes The bytes.
 * @returns The characters.
 */
export function encodeBase64(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const chars = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  encodeBase64Into(bytes, 0, bytes.length, chars, 0);
  return chars;
}
