/**
 * Gives the inside of a JSON string the one spelling that Go's encoding/json
 * has for it (docs/spec/wire.md §1.5.1).
 *
 * @module
 */

import type { Budget, Steps } from "./json_scan.ts";
import { codePointAt, lastWidth, putCodePoint } from "./json_text.ts";

const QUOTE = 0x22;
const AMPERSAND = 0x26;
const LESS = 0x3c;
const GREATER = 0x3e;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const LINE_SEPARATOR = 0x2028;
const PARAGRAPH_SEPARATOR = 0x2029;

/** Most bytes that one character becomes: `\u003c`. */
const LONGEST = 6;

const HEX_DIGITS = new TextEncoder().encode("0123456789abcdef");

/** ASCII that stands for itself. */
const SAME = new Uint8Array(256).fill(1, 0x20, 0x80);
for (const byte of [QUOTE, AMPERSAND, LESS, GREATER, BACKSLASH]) SAME[byte] = 0;

/** The letter after the backslash, for characters that have one. */
const SHORT = new Uint8Array(128);
for (
  const [from, to] of ['""', "\\\\", "\bb", "\ff", "\nn", "\rr", "\tt"]
) {
  SHORT[from!.charCodeAt(0)] = to!.charCodeAt(0);
}

/** Writes one character as Go does. */
function putQuoted(out: Uint8Array, at: number, code: number): number {
  if (code < 0x80 ? SAME[code] === 1 : !isSeparator(code)) {
    return putCodePoint(out, at, code);
  }
  out[at++] = BACKSLASH;
  if (code < 0x80 && SHORT[code] !== 0) {
    out[at++] = SHORT[code]!;
    return at;
  }
  out[at++] = LETTER_U;
  for (let shift = 12; shift >= 0; shift -= 4) {
    out[at++] = HEX_DIGITS[code >> shift & 15]!;
  }
  return at;
}

function isSeparator(code: number): boolean {
  return code === LINE_SEPARATOR || code === PARAGRAPH_SEPARATOR;
}

/** The new spelling of one string, made in steps. */
export class Requote implements Steps {
  readonly #buf: Uint8Array;
  readonly #end: number;
  readonly #budget: Budget;
  #at: number;
  #out: Uint8Array;
  #written = 0;

  /**
   * Begins at the start of the string.
   *
   * @param buf Holds the string; it must not change before the end.
   * @param start First byte between the quotes.
   * @param end Index of the closing quote.
   * @param budget Counts what is done.
   */
  constructor(buf: Uint8Array, start: number, end: number, budget: Budget) {
    this.#buf = buf;
    this.#at = start;
    this.#end = end;
    this.#budget = budget;
    this.#out = new Uint8Array(end - start + LONGEST);
  }

  /** The new inside, when it is done. */
  get text(): Uint8Array {
    return this.#out.subarray(0, this.#written);
  }

  /** @inheritdoc */
  step(): boolean {
    const buf = this.#buf;
    const end = this.#end;
    const from = this.#at;
    const to = Math.min(end, from + Math.max(1, this.#budget.left));
    let at = from;
    let out = this.#out;
    let written = this.#written;
    while (at < to) {
      if (written + LONGEST > out.length) {
        out = new Uint8Array(out.length * 2);
        out.set(this.#out);
        this.#out = out;
      }
      const byte = buf[at]!;
      if (SAME[byte] === 1) {
        out[written++] = byte;
        at++;
        continue;
      }
      written = putQuoted(out, written, codePointAt(buf, at, end));
      at += lastWidth();
    }
    this.#budget.left -= at - from;
    this.#at = at;
    this.#written = written;
    return at >= end;
  }
}
