/**
 * A scanner that finds the end of JSON values and refuses exactly what Go's
 * scanner refuses: it works on bytes, in one pass, without recursion.
 *
 * Source: docs/spec/wire.md §1.5.2.
 *
 * @module
 */

import { hexValue, isSimpleEscape } from "./json_text.ts";

/** Deepest nesting that Go's scanner takes. */
const MAX_DEPTH = 10_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const LETTER_E = 0x65;
const LETTER_F = 0x66;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;
const LETTER_U = 0x75;

const WORD_TRUE = [0x74, 0x72, 0x75, 0x65];
const WORD_FALSE = [0x66, 0x61, 0x6c, 0x73, 0x65];
const WORD_NULL = [0x6e, 0x75, 0x6c, 0x6c];

/** The byte that closes each open container. A scan never yields, so one stack serves all. */
const closers = new Uint8Array(MAX_DEPTH + 1);

/**
 * Skips white space.
 *
 * @param buf Holds the text.
 * @param at Where to begin.
 * @param end Byte that must not be passed.
 * @returns Index of the first byte that is none, or `end`.
 */
export function skipSpace(buf: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = buf[at]!;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    at++;
  }
  return at;
}

/**
 * Skips a string.
 *
 * @param buf Holds the text.
 * @param at Index of the opening quote.
 * @param end Byte that must not be passed.
 * @returns Index after the closing quote, or -1 when there is no valid string.
 */
export function skipString(buf: Uint8Array, at: number, end: number): number {
  if (at >= end || buf[at] !== QUOTE) return -1;
  at++;
  while (at < end) {
    const byte = buf[at]!;
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20) return -1;
    at++;
    if (byte !== BACKSLASH) continue;
    if (at >= end) return -1;
    const escape = buf[at++]!;
    if (escape === LETTER_U) {
      if (at + 4 > end) return -1;
      for (let i = 0; i < 4; i++) if (hexValue(buf[at + i]!) < 0) return -1;
      at += 4;
    } else if (!isSimpleEscape(escape)) {
      return -1;
    }
  }
  return -1;
}

function skipDigits(buf: Uint8Array, at: number, end: number): number {
  while (at < end && ((buf[at]! - ZERO) & 0xff) <= 9) at++;
  return at;
}

/** Skips at least one digit; -1 when there is none. */
function skipSomeDigits(buf: Uint8Array, at: number, end: number): number {
  const after = skipDigits(buf, at, end);
  return after === at ? -1 : after;
}

function skipNumber(buf: Uint8Array, at: number, end: number): number {
  if (buf[at] === MINUS) at++;
  if (at < end && buf[at] === ZERO) {
    at++;
  } else {
    at = skipSomeDigits(buf, at, end);
    if (at < 0) return -1;
  }
  if (at < end && buf[at] === POINT) {
    at = skipSomeDigits(buf, at + 1, end);
    if (at < 0) return -1;
  }
  if (at < end && (buf[at]! | 0x20) === LETTER_E) {
    at++;
    if (at < end && (buf[at] === PLUS || buf[at] === MINUS)) at++;
    at = skipSomeDigits(buf, at, end);
  }
  return at;
}

function skipWord(
  buf: Uint8Array,
  at: number,
  end: number,
  word: number[],
): number {
  if (at + word.length > end) return -1;
  for (let i = 0; i < word.length; i++) {
    if (buf[at + i] !== word[i]) return -1;
  }
  return at + word.length;
}

/** Skips a string, number or word. */
function skipScalar(buf: Uint8Array, at: number, end: number): number {
  if (at >= end) return -1;
  switch (buf[at]) {
    case QUOTE:
      return skipString(buf, at, end);
    case LETTER_T:
      return skipWord(buf, at, end, WORD_TRUE);
    case LETTER_F:
      return skipWord(buf, at, end, WORD_FALSE);
    case LETTER_N:
      return skipWord(buf, at, end, WORD_NULL);
    default:
      return skipNumber(buf, at, end);
  }
}

/**
 * Skips an object's key and the colon, with the white space around them.
 *
 * @param buf Holds the text.
 * @param at Index of the key's opening quote, or of white space before it.
 * @param end Byte that must not be passed.
 * @returns Index after the colon, or -1.
 */
export function skipKey(buf: Uint8Array, at: number, end: number): number {
  at = skipString(buf, skipSpace(buf, at, end), end);
  if (at < 0) return -1;
  at = skipSpace(buf, at, end);
  return at < end && buf[at] === COLON ? at + 1 : -1;
}

/**
 * Skips one value of any kind.
 *
 * @param buf Holds the text.
 * @param at Where the value begins; white space may come first.
 * @param end Byte that must not be passed.
 * @param depth Number of objects and arrays that are already open around it.
 * @returns Index after the value, or -1 when Go's scanner would refuse it.
 */
export function skipValue(
  buf: Uint8Array,
  at: number,
  end: number,
  depth: number,
): number {
  const outer = depth;
  for (;;) {
    at = skipSpace(buf, at, end);
    const first = at < end ? buf[at] : 0;
    if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
      if (depth === MAX_DEPTH) return -1;
      const closer = first === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY;
      closers[depth++] = closer;
      at = skipSpace(buf, at + 1, end);
      if (at >= end) return -1;
      if (buf[at] !== closer) {
        if (closer === CLOSE_OBJECT) at = skipKey(buf, at, end);
        if (at < 0) return -1;
        continue;
      }
    } else {
      at = skipScalar(buf, at, end);
      if (at < 0) return -1;
      if (depth === outer) return at;
      at = skipSpace(buf, at, end);
    }
    // A value has ended, or `at` is at the closer of an empty container.
    while (at < end && buf[at] === closers[depth - 1]) {
      at++;
      if (--depth === outer) return at;
      at = skipSpace(buf, at, end);
    }
    if (at >= end || buf[at] !== COMMA) return -1;
    at++;
    if (closers[depth - 1] === CLOSE_OBJECT) {
      at = skipKey(buf, at, end);
      if (at < 0) return -1;
    }
  }
}

/** Takes one member of an object: where its key lies between the quotes, and its value. */
export type MemberVisitor = (
  keyStart: number,
  keyEnd: number,
  valueStart: number,
  valueEnd: number,
) => void;

/**
 * Visits the members of an object in the order of the text.
 *
 * @param buf Holds the text.
 * @param at Index of the opening brace.
 * @param end Byte that must not be passed.
 * @param depth Number of objects and arrays that are open around it.
 * @param visit Called for every member, duplicates included.
 * @returns Index after the closing brace, or -1 when Go's scanner would refuse it.
 */
export function walkObject(
  buf: Uint8Array,
  at: number,
  end: number,
  depth: number,
  visit: MemberVisitor,
): number {
  at = skipSpace(buf, at + 1, end);
  if (at < end && buf[at] === CLOSE_OBJECT) return at + 1;
  for (;;) {
    const key = skipSpace(buf, at, end);
    const keyEnd = skipString(buf, key, end);
    if (keyEnd < 0) return -1;
    at = skipSpace(buf, keyEnd, end);
    if (at >= end || buf[at] !== COLON) return -1;
    const value = skipSpace(buf, at + 1, end);
    const valueEnd = skipValue(buf, value, end, depth + 1);
    if (valueEnd < 0) return -1;
    visit(key + 1, keyEnd - 1, value, valueEnd);
    at = skipSpace(buf, valueEnd, end);
    if (at >= end) return -1;
    if (buf[at] === CLOSE_OBJECT) return at + 1;
    if (buf[at] !== COMMA) return -1;
    at++;
  }
}
