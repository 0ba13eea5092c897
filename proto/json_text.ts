/**
 * Text inside JSON strings, read and written as Go's encoding/json does.
 *
 * Source: docs/spec/wire.md §1.5.1 and §1.5.2.
 *
 * @module
 */

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

/** Writes one code point as UTF-8, if there is somewhere to write; returns the offset after it. */
function putCodePoint(
  out: Uint8Array | undefined,
  at: number,
  code: number,
): number {
  const length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  if (out === undefined) return at + length;
  if (length === 1) {
    out[at] = code;
    return at + 1;
  }
  for (let i = length - 1; i > 0; i--) {
    out[at + i] = 0x80 | code & 0x3f;
    code >>= 6;
  }
  out[at] = (0xf00 >> length) & 0xff | code;
  return at + length;
}

/** Unquotes into `out`, or only counts when there is none; returns the number of bytes. */
function unquoteInto(
  buf: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array | undefined,
): number {
  let written = 0;
  let at = start;
  while (at < end) {
    const byte = buf[at]!;
    if (byte !== BACKSLASH) {
      const length = sequenceLength(buf, at, end);
      if (length === 0) {
        // Go replaces every single byte that fits nowhere.
        written = putCodePoint(out, written, REPLACEMENT);
        at++;
        continue;
      }
      for (let i = 0; i < length; i++, written++) {
        if (out !== undefined) out[written] = buf[at + i]!;
      }
      at += length;
      continue;
    }
    if (buf[at + 1] !== LETTER_U) {
      written = putCodePoint(out, written, ESCAPES[buf[at + 1]!]!);
      at += 2;
      continue;
    }
    let code = unicodeEscape(buf, at, end);
    at += 6;
    if (code >= 0xd800 && code < 0xe000) {
      const low = code < 0xdc00 ? unicodeEscape(buf, at, end) : -1;
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        at += 6;
      } else {
        code = REPLACEMENT;
      }
    }
    written = putCodePoint(out, written, code);
  }
  return written;
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
 * Resolves the escapes of a valid JSON string. Bytes that are not UTF-8, and
 * halves of surrogate pairs, become U+FFFD one by one, as in Go.
 *
 * @param buf Holds the string.
 * @param start First byte between the quotes.
 * @param end Index of the closing quote.
 * @returns The text in UTF-8: a view of `buf` when nothing had to change.
 */
export function unquoteBytes(
  buf: Uint8Array,
  start: number,
  end: number,
): Uint8Array {
  if (isPlain(buf, start, end)) return buf.subarray(start, end);
  const out = new Uint8Array(unquoteInto(buf, start, end, undefined));
  unquoteInto(buf, start, end, out);
  return out;
}

/**
 * Reads a valid JSON string as text, with the rules of {@linkcode unquoteBytes}.
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
  return decoder.decode(unquoteBytes(buf, start, end));
}

/** What Go escapes beyond `JSON.stringify`. */
const EXTRA = /[<>&\u2028\u2029]/g;

/**
 * Writes text as the inside of a JSON string, byte for byte as Go 1.22 and
 * later do (docs/spec/wire.md §1.5.1).
 *
 * @param text Any text; halves of surrogate pairs become U+FFFD.
 * @returns The escaped text in UTF-8, without quotes.
 */
export function quoteText(text: string): Uint8Array<ArrayBuffer> {
  const quoted = JSON.stringify(text.toWellFormed()).slice(1, -1);
  return encoder.encode(quoted.replace(EXTRA, escapeUnit));
}

function escapeUnit(char: string): string {
  return "\\u" + char.charCodeAt(0).toString(16).padStart(4, "0");
}
