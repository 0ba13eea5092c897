/**
 * Base64 by tables, one character after the other: the way for short text, and
 * for all text where there is no faster one.
 *
 * @module
 */

const ALPHABET =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const QUOTE = 0x22;

/** Fills up the last group of four. */
export const BASE64_PAD = 0x3d;

/** Marks a byte that is no base64 character in {@linkcode BASE64_VALUES}. */
export const NOT_BASE64 = 0x80;

/** Value of every byte as a base64 character, or {@linkcode NOT_BASE64}. `=` is none. */
export const BASE64_VALUES: Uint8Array = new Uint8Array(256).fill(NOT_BASE64);

/** Character of every value. */
export const BASE64_CHARS: Uint8Array = new Uint8Array(64);
for (let i = 0; i < 64; i++) {
  const code = ALPHABET.charCodeAt(i);
  BASE64_CHARS[i] = code;
  BASE64_VALUES[code] = i;
}

/**
 * Counts the padding characters at the end of a range that is not empty.
 *
 * @param buf Holds the text.
 * @param end Byte after the text.
 * @returns 0, 1 or 2.
 */
export function paddingOf(buf: Uint8Array, end: number): number {
  if (buf[end - 1] !== BASE64_PAD) return 0;
  return buf[end - 2] !== BASE64_PAD ? 1 : 2;
}

/**
 * Tells whether the rest of a text is canonical base64.
 *
 * @param buf Holds the text.
 * @param at First byte of the rest; whole groups of four are before it.
 * @param end Byte after the text.
 * @returns Whether it is.
 */
export function checkByTable(
  buf: Uint8Array,
  at: number,
  end: number,
): boolean {
  if (((end - at) & 3) !== 0) return false;
  if (at === end) return true;
  const pad = paddingOf(buf, end);
  const to = end - pad;
  let seen = 0;
  for (; at < to; at++) seen |= BASE64_VALUES[buf[at]!]!;
  if (seen >= NOT_BASE64) return false;
  return pad === 0 ||
    (BASE64_VALUES[buf[to - 1]!]! & (pad === 1 ? 3 : 15)) === 0;
}

/**
 * Goes over whole groups of four characters.
 *
 * @param src Holds the text.
 * @param at Where the first group begins.
 * @param to Where the last one that is looked at begins at the latest.
 * @returns Where the first group begins that is padded, or no base64, or at or
 * behind `to`.
 */
export function skipByTable(src: DataView, at: number, to: number): number {
  const values = BASE64_VALUES;
  for (; at < to; at += 4) {
    const group = src.getInt32(at);
    if (
      (values[group >>> 24]! | values[group >> 16 & 0xff]! |
        values[group >> 8 & 0xff]! | values[group & 0xff]!) >= NOT_BASE64
    ) break;
  }
  return at;
}

/**
 * Finds the end of canonical base64 that a double quote ends.
 *
 * @param src Holds the text.
 * @param at Where to begin; whole groups of four are before it.
 * @param end Byte that must not be passed.
 * @returns Index of the quote, or -1 when the text before it is not canonical
 * or there is no quote before `end`.
 */
export function scanByTable(src: DataView, at: number, end: number): number {
  // Whole groups first, so that only the last one is looked at closely.
  return scanLastGroup(src, skipByTable(src, at, end - 4), end);
}

/**
 * Finds the end of canonical base64 at a group that is the last one, or behind
 * that.
 *
 * @param src Holds the text.
 * @param at Where the group begins; whole groups of four are before it.
 * @param end Byte that must not be passed.
 * @returns Index of the quote, or -1 when the text before it is not canonical
 * or there is no quote right behind.
 */
export function scanLastGroup(
  src: DataView,
  at: number,
  end: number,
): number {
  if (at >= end) return -1;
  if (src.getUint8(at) === QUOTE) return at;
  if (at + 4 >= end || src.getUint8(at + 4) !== QUOTE) return -1;
  return isLastGroup(src.getInt32(at)) ? at + 4 : -1;
}

/** Tells whether four characters are canonical base64, perhaps padded. */
function isLastGroup(group: number): boolean {
  const values = BASE64_VALUES;
  const begin = values[group >>> 24]! | values[group >> 16 & 0xff]!;
  if (begin >= NOT_BASE64) return false;
  const third = group >> 8 & 0xff;
  const fourth = group & 0xff;
  if (fourth !== BASE64_PAD) {
    return (values[third]! | values[fourth]!) < NOT_BASE64;
  }
  // Of what is padded, the last bits are zero.
  return third === BASE64_PAD
    ? (values[group >> 16 & 0xff]! & 15) === 0
    : values[third]! < NOT_BASE64 && (values[third]! & 3) === 0;
}
