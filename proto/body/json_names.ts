/**
 * The names of members, matched as Go matches them with the names of fields:
 * without regard to case, where the Kelvin sign is a k and the long s an s.
 *
 * Source: docs/spec/wire.md §1.5.2.
 *
 * @module
 */

import { hexValue } from "./json_text.ts";

const BACKSLASH = 0x5c;
const LETTER_A = 0x61;
const LETTER_K = 0x6b;
const LETTER_S = 0x73;
const LETTER_U = 0x75;
const LETTER_Z = 0x7a;
const LONG_S = 0x17f;
const KELVIN_SIGN = 0x212a;

/** Bytes that the last letter had in the text. */
let width = 0;

function folded(code: number): number {
  if (code < 0x80) return code | 0x20;
  if (code === LONG_S) return LETTER_S;
  return code === KELVIN_SIGN ? LETTER_K : 0;
}

/** Gives the small letter that stands at `at`, in whatever spelling; anything else for no letter. */
function letterAt(buf: Uint8Array, at: number, end: number): number {
  width = 1;
  const byte = at < end ? buf[at]! : 0;
  if (byte === BACKSLASH) {
    if (buf[at + 1] !== LETTER_U) return 0;
    width = 6;
    let code = 0;
    for (let i = at + 2; i < at + 6; i++) code = code << 4 | hexValue(buf[i]!);
    return folded(code);
  }
  if (byte < 0x80) return folded(byte);
  if (byte === 0xc5 && buf[at + 1] === 0xbf) {
    width = 2;
    return LETTER_S;
  }
  if (byte === 0xe2 && buf[at + 1] === 0x84 && buf[at + 2] === 0xaa) {
    width = 3;
    return LETTER_K;
  }
  return 0;
}

function isNamed(
  buf: Uint8Array,
  at: number,
  end: number,
  name: string,
): boolean {
  for (let i = 0; i < name.length; i++) {
    if (letterAt(buf, at, end) !== name.charCodeAt(i)) return false;
    at += width;
  }
  return at === end;
}

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

/** One name and what belongs to it. */
interface Entry<T> {
  name: string;
  exact: boolean;
  value: T;
}

/** Finds what belongs to a name in the text. Names are small ASCII letters. */
export class NameTable<T> {
  /** By the first letter of the name. */
  readonly #entries: Entry<T>[][] = [];

  /**
   * @param values By name, as Go matches names.
   * @param exact By name, for names that are ours and have one spelling.
   */
  constructor(values: Record<string, T>, exact: Record<string, T> = {}) {
    for (let i = LETTER_A; i <= LETTER_Z; i++) this.#entries.push([]);
    for (const [name, value] of Object.entries(values)) {
      this.#add({ name, value, exact: false });
    }
    for (const [name, value] of Object.entries(exact)) {
      this.#add({ name, value, exact: true });
    }
  }

  #add(entry: Entry<T>): void {
    this.#entries[entry.name.charCodeAt(0) - LETTER_A]!.push(entry);
  }

  /**
   * Looks a key up.
   *
   * @param buf Holds the key, a valid JSON string.
   * @param start First byte between its quotes.
   * @param end Index of its closing quote.
   * @returns What belongs to it.
   */
  find(buf: Uint8Array, start: number, end: number): T | undefined {
    const first = letterAt(buf, start, end) - LETTER_A;
    if (first < 0 || first > LETTER_Z - LETTER_A) return undefined;
    for (const { name, exact, value } of this.#entries[first]!) {
      const matches = exact ? isExactly : isNamed;
      if (matches(buf, start, end, name)) return value;
    }
    return undefined;
  }
}
