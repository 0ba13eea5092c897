/**
 * Reads the fields of JSON objects into what Go would have read: the matching
 * of names, what each kind of field takes, what null does.
 *
 * Source: docs/spec/wire.md §1.5.2.
 *
 * @module
 */

import { decodeBase64Lenient } from "./base64.ts";
import { skipSpace, skipValue, walkObject } from "./json_scan.ts";
import { unquoteBytes, unquoteText } from "./json_text.ts";
import { ProtocolError } from "./protocol_error.ts";
import { parseTime, type TimeValue } from "./rfc3339.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const MINUS = 0x2d;
const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
const LETTER_K = 0x6b;
const LETTER_N = 0x6e;
const LETTER_S = 0x73;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
/** Digits of the longest int64, its sign included. */
const INT64_CHARS = 20;
/** Longest spelling of a known key: eight characters as `\uXXXX`. */
const LONGEST_KEY = 48;

const decoder = new TextDecoder();

/** Takes a member's value, after its key was recognised. */
export type FieldReader = (buf: Uint8Array, start: number, end: number) => void;

/**
 * The known names of an object, each with the reader of its values, and
 * `"exact"` for one that is ours: it has one spelling and no other.
 */
export type FieldReaders = readonly (
  readonly [name: string, reader: FieldReader, match?: "exact"]
)[];

function isExactly(
  buf: Uint8Array,
  start: number,
  end: number,
  name: string,
): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    if (buf[start + i] !== name.charCodeAt(i)) return false;
  }
  return true;
}

/**
 * Compares a key without escapes the way Go matches names: without regard to
 * case, where the Kelvin sign is a k and the long s an s. Names are lower-case
 * ASCII letters.
 */
function isNamed(
  buf: Uint8Array,
  at: number,
  end: number,
  name: string,
): boolean {
  for (let i = 0; i < name.length; i++) {
    const letter = name.charCodeAt(i);
    const byte = at < end ? buf[at]! : 0;
    if ((byte | 0x20) === letter) {
      at++;
    } else if (letter === LETTER_S && byte === 0xc5 && buf[at + 1] === 0xbf) {
      at += 2;
    } else if (
      letter === LETTER_K && byte === 0xe2 && buf[at + 1] === 0x84 &&
      buf[at + 2] === 0xaa
    ) {
      at += 3;
    } else {
      return false;
    }
  }
  return at === end;
}

function readerOf(
  buf: Uint8Array,
  start: number,
  end: number,
  readers: FieldReaders,
): FieldReader | undefined {
  for (const [name, reader, match] of readers) {
    const is = match === "exact" ? isExactly : isNamed;
    if (is(buf, start, end, name)) return reader;
  }
  return undefined;
}

/** Gives the members of an object to the readers of their names. */
export function readMembers(
  buf: Uint8Array,
  at: number,
  end: number,
  depth: number,
  readers: FieldReaders,
): number {
  return walkObject(buf, at, end, depth, (keyStart, keyEnd, start, stop) => {
    if (keyEnd - keyStart > LONGEST_KEY) return;
    let reader = readerOf(buf, keyStart, keyEnd, readers);
    if (reader === undefined && hasEscape(buf, keyStart, keyEnd)) {
      const key = unquoteBytes(buf, keyStart, keyEnd);
      reader = readerOf(key, 0, key.length, readers);
    }
    reader?.(buf, start, stop);
  });
}

function hasEscape(buf: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (buf[i] === BACKSLASH) return true;
  return false;
}

/** Reads a whole body: an object or `null`, white space around it allowed. */
export function readBody(
  buf: Uint8Array,
  start: number,
  end: number,
  what: string,
  readers: FieldReaders,
): void {
  let at = skipSpace(buf, start, end);
  if (at < end && buf[at] === OPEN_OBJECT) {
    at = readMembers(buf, at, end, 0, readers);
  } else if (at < end && buf[at] === LETTER_N) {
    at = skipValue(buf, at, end, 0);
  } else {
    throw new ProtocolError(`Cannot decode ${what}: no JSON object`);
  }
  if (at < 0 || skipSpace(buf, at, end) !== end) {
    throw new ProtocolError(`Cannot decode ${what}: malformed JSON`);
  }
}

/** Makes the error for a field whose value Go would not take. */
export function wrongValue(field: string, need: string): ProtocolError {
  return new ProtocolError(`Cannot decode ${field}: not ${need}`);
}

/** Tells whether the valid value at `start` is null. */
export function isNull(buf: Uint8Array, start: number): boolean {
  return buf[start] === LETTER_N;
}

/** Reads a text field; `undefined` for null, which leaves the field alone. */
export function readText(
  buf: Uint8Array,
  start: number,
  end: number,
  field: string,
): string | undefined {
  if (isNull(buf, start)) return undefined;
  if (buf[start] !== QUOTE) throw wrongValue(field, "a string");
  return unquoteText(buf, start + 1, end - 1);
}

/** Reads a time; `undefined` for null, which leaves the field alone. */
export function readTime(
  buf: Uint8Array,
  start: number,
  end: number,
  field: string,
): TimeValue | undefined {
  if (isNull(buf, start)) return undefined;
  const time = buf[start] === QUOTE
    ? parseTime(buf, start + 1, end - 1)
    : undefined;
  if (time === undefined) throw wrongValue(field, "an RFC 3339 time");
  return time;
}

/** Reads an integer of 64 bits; `undefined` for null, which leaves the field alone. */
export function readInt64(
  buf: Uint8Array,
  start: number,
  end: number,
  field: string,
): bigint | undefined {
  if (isNull(buf, start)) return undefined;
  let integral = end - start <= INT64_CHARS;
  for (let i = start; integral && i < end; i++) {
    integral = buf[i]! >= 0x30 && buf[i]! <= 0x39 ||
      buf[i] === MINUS && i === start;
  }
  if (!integral) throw wrongValue(field, "an integer");
  const value = BigInt(decoder.decode(buf.subarray(start, end)));
  if (value > INT64_MAX || value < INT64_MIN) {
    throw wrongValue(field, "an integer of 64 bits");
  }
  return value;
}

/** A byte field being read, with what lies behind its end as Go would have it. */
export interface ByteField {
  /** The bytes; `undefined` when absent. */
  value: Uint8Array | undefined;
  /** The same memory, perhaps longer. */
  memory: Uint8Array | undefined;
}

/**
 * Reads a byte field: base64, an array of numbers, or null, which empties it.
 *
 * @param before What the field held. Go decodes an array over it, so that a
 * null in the array keeps the byte that was there.
 */
export function readBytes(
  buf: Uint8Array,
  start: number,
  end: number,
  field: string,
  before: ByteField,
): void {
  const first = buf[start];
  if (first === LETTER_N) {
    before.memory = before.value = undefined;
  } else if (first === QUOTE) {
    before.memory = before.value = readBase64(buf, start + 1, end - 1, field);
  } else if (first === OPEN_ARRAY) {
    readByteArray(buf, start, end, field, before);
  } else {
    throw wrongValue(field, "base64");
  }
}

function readBase64(
  buf: Uint8Array,
  start: number,
  end: number,
  field: string,
): Uint8Array {
  let bytes = decodeBase64Lenient(buf, start, end);
  if (bytes === undefined && hasEscape(buf, start, end)) {
    const plain = unquoteBytes(buf, start, end);
    bytes = decodeBase64Lenient(plain, 0, plain.length);
  }
  if (bytes === undefined) throw wrongValue(field, "base64");
  return bytes;
}

/** Counts the elements of a valid array of scalars. */
function countElements(buf: Uint8Array, start: number, end: number): number {
  let commas = 0;
  for (let i = start; i < end; i++) if (buf[i] === COMMA) commas++;
  return commas + 1;
}

function readByteArray(
  buf: Uint8Array,
  start: number,
  end: number,
  field: string,
  before: ByteField,
): void {
  const last = end - 1;
  let at = skipSpace(buf, start + 1, end);
  if (at === last) {
    before.memory = before.value = new Uint8Array(0);
    return;
  }
  const old = before.memory ?? new Uint8Array(0);
  const count = countElements(buf, at, last);
  // In place if it fits: copying would let a short array cost what a long one
  // before it did.
  let bytes = old;
  if (count > old.length) {
    bytes = new Uint8Array(count);
    bytes.set(old);
  }
  let index = 0;
  while (at < last) {
    const after = skipValue(buf, at, last, 0);
    if (!isNull(buf, at)) bytes[index] = readByte(buf, at, after, field);
    index++;
    // Past the comma, or onto the closing bracket.
    at = skipSpace(buf, skipSpace(buf, after, last) + 1, end);
  }
  before.memory = bytes;
  before.value = bytes.subarray(0, index);
}

function readByte(
  buf: Uint8Array,
  start: number,
  end: number,
  field: string,
): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = (buf[i]! - 0x30) & 0xff;
    if (digit > 9) throw wrongValue(field, "bytes");
    value = value * 10 + digit;
  }
  if (value > 255) throw wrongValue(field, "bytes");
  return value;
}
