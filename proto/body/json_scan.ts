/**
 * A scanner of JSON objects that refuses exactly what Go's scanner refuses. It
 * works on bytes, without recursion, and can stop between any two of them: a
 * body of any size is scanned in parts.
 *
 * Source: docs/spec/wire.md §1.5.2.
 *
 * @module
 */

import { isSimpleEscape } from "./json_text.ts";

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

/** Words, without the letter that tells which one it is. */
const REST_OF_TRUE = [0x72, 0x75, 0x65];
const REST_OF_FALSE = [0x61, 0x6c, 0x73, 0x65];
const REST_OF_NULL = [0x75, 0x6c, 0x6c];

/** Bytes of a string that stand for themselves, and digits. */
const PLAIN = new Uint8Array(256).fill(1, 0x20);
PLAIN[QUOTE] = PLAIN[BACKSLASH] = 0;
const DIGIT = new Uint8Array(256).fill(1, 0x30, 0x3a);
const HEX = new Uint8Array(256).fill(1, 0x30, 0x3a).fill(1, 0x41, 0x47)
  .fill(1, 0x61, 0x67);
const SPACE = new Uint8Array(256);
for (const byte of [0x20, 0x0a, 0x0d, 0x09]) SPACE[byte] = 1;

/** What the next byte belongs to. White space may come first in the upper ones. */
const ROOT = 0;
const VALUE = 1;
const FIRST_ITEM = 2;
const FIRST_KEY = 3;
const KEY = 4;
const AFTER_KEY = 5;
const AFTER_VALUE = 6;
const AFTER_ROOT = 7;
const LAST_WITH_SPACE = 7;
const STRING = 8;
const ESCAPE = 9;
const HEX_DIGIT = 10;
const WORD = 11;
const AFTER_MINUS = 12;
const AFTER_ZERO = 13;
const INTEGER = 14;
const AFTER_POINT = 15;
const FRACTION = 16;
const AFTER_E = 17;
const AFTER_SIGN = 18;
const EXPONENT = 19;

/** How much work is still to be done before somebody else gets a turn, in bytes. */
export interface Budget {
  /** Bytes left. It may end up below zero by a few. */
  left: number;
}

/** Work that is done in parts. */
export interface Steps {
  /**
   * Goes on.
   *
   * @returns Whether it is done; else the budget is used up.
   * @throws {ProtocolError} If what it reads is not acceptable.
   */
  step(): boolean;
}

/**
 * Takes one member of an object: where its key lies between the quotes, and its
 * value. What takes long is returned, and done before the scan goes on.
 */
export type MemberVisitor = (
  keyStart: number,
  keyEnd: number,
  valueStart: number,
  valueEnd: number,
) => Steps | undefined;

/**
 * Skips white space.
 *
 * @param buf Holds the text.
 * @param at Where to begin.
 * @param end Byte that must not be passed.
 * @returns Index of the first byte that is none, or `end`.
 */
export function skipSpace(buf: Uint8Array, at: number, end: number): number {
  while (at < end && SPACE[buf[at]!] === 1) at++;
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
  for (;;) {
    while (at < end && PLAIN[buf[at]!] === 1) at++;
    if (at >= end) return -1;
    if (buf[at] === QUOTE) return at + 1;
    if (buf[at] !== BACKSLASH || at + 1 >= end) return -1;
    const escape = buf[at + 1]!;
    at += 2;
    if (escape === LETTER_U) {
      if (at + 4 > end) return -1;
      for (const last = at + 4; at < last; at++) {
        if (HEX[buf[at]!] === 0) return -1;
      }
    } else if (!isSimpleEscape(escape)) {
      return -1;
    }
  }
}

/**
 * Scans one object, or `null`, and shows the members of the object in the order
 * of the text, duplicates included. White space around it is allowed.
 */
export class ObjectScan implements Steps {
  readonly #buf: Uint8Array;
  readonly #end: number;
  readonly #budget: Budget;
  readonly #visit: MemberVisitor;
  /** Objects and arrays that are open around the object. */
  readonly #outer: number;
  /** The byte that closes each open container. */
  readonly #closers: number[] = [];
  #depth = 0;
  #at: number;
  #state = ROOT;
  /** Whether the string being scanned is a key. */
  #isKey = false;
  #word = REST_OF_NULL;
  /** Letters of the word, or digits of the escape, that are still to come. */
  #left = 0;
  #keyStart = 0;
  #keyEnd = 0;
  #valueStart = 0;
  #pending: Steps | undefined;
  #malformed = false;

  /**
   * Begins before the object.
   *
   * @param buf Holds the text. It must not change before the scan is over.
   * @param start First byte of the text.
   * @param end Byte after the text.
   * @param depth Number of objects and arrays that are open around it.
   * @param budget Counts what it does.
   * @param visit Called for every member.
   */
  constructor(
    buf: Uint8Array,
    start: number,
    end: number,
    depth: number,
    budget: Budget,
    visit: MemberVisitor,
  ) {
    this.#buf = buf;
    this.#at = start;
    this.#end = end;
    this.#outer = depth;
    this.#budget = budget;
    this.#visit = visit;
  }

  /** Whether Go's scanner would refuse the text; known when a step returns `true`. */
  get malformed(): boolean {
    return this.#malformed;
  }

  /** @inheritdoc */
  step(): boolean {
    const budget = this.#budget;
    for (;;) {
      if (this.#pending !== undefined) {
        if (!this.#pending.step()) return false;
        this.#pending = undefined;
      }
      const from = this.#at;
      const to = Math.min(this.#end, from + Math.max(1, budget.left));
      const good = this.#scan(to);
      budget.left -= this.#at - from;
      if (!good) {
        this.#malformed = true;
        return true;
      }
      if (this.#pending !== undefined) continue;
      if (this.#at >= this.#end) {
        this.#malformed = this.#state !== AFTER_ROOT;
        return true;
      }
      if (budget.left <= 0) return false;
    }
  }

  /** Scans up to `to`, or until a member takes long; `false` when it is malformed. */
  #scan(to: number): boolean {
    const buf = this.#buf;
    let at = this.#at;
    let state = this.#state;
    while (at < to) {
      const byte = buf[at]!;
      if (state <= LAST_WITH_SPACE && SPACE[byte] === 1) {
        at++;
        continue;
      }
      switch (state) {
        case STRING:
          while (at < to && PLAIN[buf[at]!] === 1) at++;
          if (at === to) break;
          if (buf[at] === BACKSLASH) state = ESCAPE;
          else if (buf[at] !== QUOTE) return this.#stop(at);
          else if (!this.#isKey) state = AFTER_VALUE;
          else {
            state = AFTER_KEY;
            if (this.#depth === 1) this.#keyEnd = at;
          }
          at++;
          if (state === AFTER_VALUE && this.#depth === 1) {
            if (this.#show(at)) to = at;
          }
          break;
        case ROOT:
        case VALUE:
        case FIRST_ITEM: {
          if (this.#depth === 1) this.#valueStart = at;
          if (state === ROOT && byte !== OPEN_OBJECT && byte !== LETTER_N) {
            return this.#stop(at);
          }
          if (byte === CLOSE_ARRAY && state === FIRST_ITEM) {
            state = AFTER_VALUE;
            continue;
          }
          state = this.#begin(byte);
          if (state < 0) return this.#stop(at);
          at++;
          break;
        }
        case FIRST_KEY:
        case KEY:
          if (byte === QUOTE) {
            at++;
            this.#isKey = true;
            if (this.#depth === 1) this.#keyStart = at;
            state = STRING;
          } else if (byte === CLOSE_OBJECT && state === FIRST_KEY) {
            state = AFTER_VALUE;
          } else return this.#stop(at);
          break;
        case AFTER_KEY:
          if (byte !== COLON) return this.#stop(at);
          at++;
          state = VALUE;
          break;
        case AFTER_VALUE: {
          const closer = this.#closers[this.#depth - 1];
          at++;
          if (byte === COMMA) {
            state = closer === CLOSE_OBJECT ? KEY : VALUE;
          } else if (byte !== closer) {
            return this.#stop(at);
          } else if (--this.#depth === 0) {
            state = AFTER_ROOT;
          } else if (this.#depth === 1 && this.#show(at)) {
            to = at;
          }
          break;
        }
        case AFTER_ROOT:
          return this.#stop(at);
        case ESCAPE:
          at++;
          if (byte === LETTER_U) {
            this.#left = 4;
            state = HEX_DIGIT;
          } else if (isSimpleEscape(byte)) state = STRING;
          else return this.#stop(at);
          break;
        case HEX_DIGIT:
          if (HEX[byte] === 0) return this.#stop(at);
          at++;
          if (--this.#left === 0) state = STRING;
          break;
        case WORD:
          if (byte !== this.#word[this.#word.length - this.#left]) {
            return this.#stop(at);
          }
          at++;
          if (--this.#left > 0) break;
          state = this.#depth === 0 ? AFTER_ROOT : AFTER_VALUE;
          if (this.#depth === 1 && this.#show(at)) to = at;
          break;
        default: {
          // A number.
          if (DIGIT[byte] === 1) {
            if (state === AFTER_ZERO) return this.#stop(at);
            if (state === AFTER_MINUS) {
              state = byte === ZERO ? AFTER_ZERO : INTEGER;
            } else if (state === AFTER_POINT) state = FRACTION;
            else if (state === AFTER_E || state === AFTER_SIGN) {
              state = EXPONENT;
            }
            at++;
            while (state !== AFTER_ZERO && at < to && DIGIT[buf[at]!] === 1) {
              at++;
            }
            break;
          }
          if (byte === POINT && (state === AFTER_ZERO || state === INTEGER)) {
            state = AFTER_POINT;
            at++;
            break;
          }
          if (
            (byte | 0x20) === LETTER_E &&
            (state === AFTER_ZERO || state === INTEGER || state === FRACTION)
          ) {
            state = AFTER_E;
            at++;
            break;
          }
          if (state === AFTER_E && (byte === PLUS || byte === MINUS)) {
            state = AFTER_SIGN;
            at++;
            break;
          }
          if (
            state !== AFTER_ZERO && state !== INTEGER && state !== FRACTION &&
            state !== EXPONENT
          ) return this.#stop(at);
          state = AFTER_VALUE;
          if (this.#depth === 1 && this.#show(at)) to = at;
        }
      }
    }
    this.#at = at;
    this.#state = state;
    return true;
  }

  #stop(at: number): false {
    this.#at = at;
    return false;
  }

  /** Begins a value with its first byte; returns the next state, or -1. */
  #begin(byte: number): number {
    switch (byte) {
      case QUOTE:
        this.#isKey = false;
        return STRING;
      case OPEN_OBJECT:
        return this.#open(CLOSE_OBJECT) ? FIRST_KEY : -1;
      case OPEN_ARRAY:
        return this.#open(CLOSE_ARRAY) ? FIRST_ITEM : -1;
      case LETTER_T:
        return this.#beginWord(REST_OF_TRUE);
      case LETTER_F:
        return this.#beginWord(REST_OF_FALSE);
      case LETTER_N:
        return this.#beginWord(REST_OF_NULL);
      case MINUS:
        return AFTER_MINUS;
      case ZERO:
        return AFTER_ZERO;
      default:
        return DIGIT[byte] === 1 ? INTEGER : -1;
    }
  }

  #beginWord(rest: number[]): number {
    this.#word = rest;
    this.#left = rest.length;
    return WORD;
  }

  #open(closer: number): boolean {
    if (this.#outer + this.#depth === MAX_DEPTH) return false;
    this.#closers[this.#depth++] = closer;
    return true;
  }

  /** Shows the member whose value ends at `at`; returns whether it takes long. */
  #show(at: number): boolean {
    this.#pending = this.#visit(
      this.#keyStart,
      this.#keyEnd,
      this.#valueStart,
      at,
    );
    return this.#pending !== undefined;
  }
}
