/**
 * Text inside JSON strings, read and written as Go's encoding/json does.
 *
 * Source: docs/spec/wire.md §1.5.1 and §1.5.2.
 *
 * @module
 */

const ZERO = 0x30;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const REPLACEMENT = 0xfffd;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** What the character after a backslash stands for; 0 for `u` and for what is no escape. */
const ESCAPES = new Uint8Array(256);
for (
  const [from, to] of ['""', "\\\\", "//", "b\b", "f\f", "n\n", "r\r", "t\t"]
) {
  ESCAPES[from!.charCodeAt(0)] = to!.charCodeAt(0);
}

/** Tells whether the character may follow a backslash, `u` apart. */
export function isSimpleEscape(byte: number): boolean {
  return ESCAPES[byte] !== 0;
}

/** Value of a hexadecimal digit, or -1. */
export function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Value of the `\uXXXX` at `at`, or -1 when there is none. */
function unicodeEscape(buf: Uint8Array, at: number, end: number): number {
  if (at + 6 > end || buf[at] !== BACKSLASH || buf[at + 1] !== LETTER_U) {
    return -1;
  }
  let value = 0;
  for (let i = at + 2; i < at + 6; i++) value = value << 4 | hexValue(buf[i]!);
  return value;
}

/**
 * Resolves an escape that stands for one ASCII character.
 *
 * @param buf Holds a valid JSON string.
 * @param at Index after the backslash.
 * @returns The character, or 0 when it is none.
 */
export function escapedByte(buf: Uint8Array, at: number): number {
  if (buf[at] !== LETTER_U) return ESCAPES[buf[at]!]!;
  if (buf[at + 1] !== ZERO || buf[at + 2] !== ZERO) return 0;
  const code = hexValue(buf[at + 3]!) << 4 | hexValue(buf[at + 4]!);
  return code < 0x80 ? code : 0;
}

function isContinuation(buf: Uint8Array, at: number, end: number): boolean {
  return at < end && (buf[at]! & 0xc0) === 0x80;
}

/** Length of the well-formed UTF-8 sequence at `at`, or 0. */
function sequenceLength(buf: Uint8Array, at: number, end: number): number {
  const first = buf[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4 || !isContinuation(buf, at + 1, end)) {
    return 0;
  }
  if (first < 0xe0) return 2;
  const second = buf[at + 1]!;
  if (first < 0xf0) {
    // Neither overlong nor half of a surrogate pair.
    if (first === 0xe0 && second < 0xa0 || first === 0xed && second > 0x9f) {
      return 0;
    }
    return isContinuation(buf, at + 2, end) ? 3 : 0;
  }
  if (first === 0xf0 && second < 0x90 || first === 0xf4 && second > 0x8f) {
    return 0;
  }
  return isContinuation(buf, at + 2, end) && isContinuation(buf, at + 3, end)
    ? 4
    : 0;
}

/** Bytes that the last character had in the text. */
let width = 0;

/**
 * Gives the width of the character that {@linkcode codePointAt} read last.
 *
 * @returns Bytes of the text.
 */
export function lastWidth(): number {
  return width;
}

function escapedCodePoint(buf: Uint8Array, at: number, end: number): number {
  if (buf[at + 1] !== LETTER_U) {
    width = 2;
    return ESCAPES[buf[at + 1]!]!;
  }
  width = 6;
  const code = unicodeEscape(buf, at, end);
  if (code < 0xd800 || code >= 0xe000) return code;
  const low = code < 0xdc00 ? unicodeEscape(buf, at + 6, end) : -1;
  if (low < 0xdc00 || low >= 0xe000) return REPLACEMENT;
  width = 12;
  return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
}

/**
 * Reads one character of a valid JSON string, escaped or not. A byte that is
 * not UTF-8, and half of a surrogate pair, is U+FFFD, as in Go.
 *
 * @param buf Holds the string.
 * @param at Where the character begins.
 * @param end Index of the closing quote.
 * @returns Its code point.
 */
export function codePointAt(buf: Uint8Array, at: number, end: number): number {
  const byte = buf[at]!;
  if (byte === BACKSLASH) return escapedCodePoint(buf, at, end);
  width = 1;
  if (byte < 0x80) return byte;
  const length = sequenceLength(buf, at, end);
  // Go replaces every single byte that fits nowhere.
  if (length === 0) return REPLACEMENT;
  width = length;
  let code = byte & 0xff >> length + 1;
  for (let i = 1; i < length; i++) code = code << 6 | buf[at + i]! & 0x3f;
  return code;
}

/**
 * Writes one code point as UTF-8.
 *
 * @param out Takes it; there is room for four bytes.
 * @param at Where it begins.
 * @param code The code point.
 * @returns The offset after it.
 */
export function putCodePoint(
  out: Uint8Array,
  at: number,
  code: number,
): number {
  if (code < 0x80) {
    out[at] = code;
    return at + 1;
  }
  const length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (let i = length - 1; i > 0; i--) {
    out[at + i] = 0x80 | code & 0x3f;
    code >>= 6;
  }
  out[at] = (0xf00 >> length) & 0xff | code;
  return at + length;
}

/**
 * Tells whether a range is ASCII without a backslash, so that it stands for itself.
 */
function isPlain(buf: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = buf[i]!;
    if (byte >= 0x80 || byte === BACKSLASH) return false;
  }
  return true;
}

/**
 * Reads a valid JSON string as text. Bytes that are not UTF-8, and halves of
 * surrogate pairs, become U+FFFD one by one, as in Go.
 *
 * @param buf Holds the string.
 * @param start First byte between the quotes.
 * @param end Index of the closing quote.
 * @returns The text.
 */
export function unquoteText(
  buf: Uint8Array,
  start: number,
  end: number,
): string {
  if (isPlain(buf, start, end)) return decoder.decode(buf.subarray(start, end));
  // A byte that is replaced takes three: no other character becomes longer.
  const out = new Uint8Array((end - start) * 3);
  let written = 0;
  for (let at = start; at < end; at += width) {
    written = putCodePoint(out, written, codePointAt(buf, at, end));
  }
  return decoder.decode(out.subarray(0, written));
}

/** What Go escapes beyond `JSON.stringify`. */
const EXTRA = /[<>&\u2028\u2029]/g;

/**
 * Writes text as the inside of a JSON string, byte for byte as Go 1.22 and
 * later do (docs/spec/wire.md §1.5.1).
 *
 * @param text Any text; halves of surrogate pairs become U+FFFD.
 * @returns The escaped text, without quotes.
 */
export function escapeText(text: string): string {
  const quoted = JSON.stringify(text.toWellFormed()).slice(1, -1);
  return quoted.replace(EXTRA, escapeUnit);
}

/**
 * Like {@linkcode escapeText}, in bytes.
 *
 * @param text Any text; halves of surrogate pairs become U+FFFD.
 * @returns The escaped text in UTF-8, without quotes.
 */
export function quoteText(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(escapeText(text));
}

function escapeUnit(char: string): string {
  return "\\u" + char.charCodeAt(0).toString(16).padStart(4, "0");
}
