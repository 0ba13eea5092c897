/**
 * Gives the inside of a JSON string the one spelling that Go's encoding/json
 * has for it (docs/spec/wire.md §1.5.1).
 *
 * @module
 */

import type { Budget } from "./json_scan.ts";
import { codePointAt, lastWidth, putCodePoint } from "./json_text.ts";

const QUOTE = 0x22;
const AMPERSAND = 0x26;
const LESS = 0x3c;
const GREATER = 0x3e;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const LINE_SEPARATOR = 0x2028;
const PARAGRAPH_SEPARATOR = 0x2029;

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

/** Bytes that Go writes for one character. */
function quotedLength(code: number): number {
  if (code < 0x80) return SAME[code] === 1 ? 1 : SHORT[code] !== 0 ? 2 : 6;
  if (isSeparator(code)) return 6;
  return code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
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

/**
 * The new spelling of one string. It may be six times as long as the old one, so
 * it is measured first, and written to where it belongs at once.
 */
export class Requote {
  readonly #buf: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  readonly #budget: Budget;
  #at: number;
  #length = 0;
  #measured = false;
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
    this.#start = this.#at = start;
    this.#end = end;
    this.#budget = budget;
  }

  /** Bytes of the new spelling, when it is measured. */
  get length(): number {
    return this.#length;
  }

  /** Where this step ends. */
  #limit(): number {
    return Math.min(this.#end, this.#at + Math.max(1, this.#budget.left));
  }

  /**
   * Goes on measuring.
   *
   * @returns Whether it is done.
   */
  measure(): boolean {
    if (this.#measured) return true;
    const buf = this.#buf;
    const end = this.#end;
    const to = this.#limit();
    let at = this.#at;
    let length = this.#length;
    while (at < to) {
      if (SAME[buf[at]!] === 1) {
        length++;
        at++;
        continue;
      }
      length += quotedLength(codePointAt(buf, at, end));
      at += lastWidth();
    }
    this.#length = length;
    if (!this.#reach(at)) return false;
    this.#at = this.#start;
    this.#measured = true;
    return true;
  }

  /**
   * Goes on writing.
   *
   * @param out Takes it; the same in every step.
   * @param start Where it begins in `out`.
   * @returns Whether it is done.
   */
  write(out: Uint8Array, start: number): boolean {
    const buf = this.#buf;
    const end = this.#end;
    const to = this.#limit();
    let at = this.#at;
    let written = start + this.#written;
    while (at < to) {
      const byte = buf[at]!;
      if (SAME[byte] === 1) {
        out[written++] = byte;
        at++;
        continue;
      }
      written = putQuoted(out, written, codePointAt(buf, at, end));
      at += lastWidth();
    }
    this.#written = written - start;
    return this.#reach(at);
  }

  #reach(at: number): boolean {
    this.#budget.left -= at - this.#at;
    this.#at = at;
    return at >= this.#end;
  }
}
