/**
 * A byte field of a JSON object, read as Go reads it into a `[]byte`: base64
 * with the freedoms of Go's decoder, or an array of numbers, or null.
 *
 * Source: docs/spec/wire.md §1.5.2.
 *
 * @module
 */

import { decodeBase64, encodeBase64Into, isCanonicalBase64 } from "./base64.ts";
import { BASE64_PAD, BASE64_VALUES, NOT_BASE64 } from "./base64_table.ts";
import { escapedByte } from "./json_text.ts";
import type { Budget, Steps } from "./json_scan.ts";
import { ProtocolError } from "../errors/protocol_error.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const LF = 0x0a;
const CR = 0x0d;
const ZERO = 0x30;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const LETTER_N = 0x6e;

const NO_BYTES = new Uint8Array(0);
/** Room for the first numbers of an array. */
const FIRST_ROOM = 64;

/**
 * The field. Its values are read one after the other, as they come in the text;
 * the last one counts, but Go refuses a body for a wrong one before it, and
 * decodes an array over the memory of what was there.
 */
export class ByteField implements Steps {
  readonly #name: string;
  readonly #budget: Budget;
  #buf: Uint8Array = NO_BYTES;
  /** What is left of the value that is being read. */
  #at = 0;
  #end = 0;
  #step: (() => void) | undefined;

  /** Where canonical base64 lies that nobody needed in bytes yet; both 0 for none. */
  #textBuf: Uint8Array = NO_BYTES;
  #textStart = 0;
  #textEnd = 0;
  /** The bytes, and perhaps more that Go would have behind them. */
  #memory: Uint8Array = NO_BYTES;
  /** How much of `#memory` is what Go would have. */
  #known = 0;
  /** How much of it is the value. */
  #length = 0;
  #present = false;

  /** The base64 group being read: its bits, its characters, its padding. */
  #group = 0;
  #count = 0;
  #pads = 0;

  /**
   * Makes a field without a value.
   *
   * @param name Its name in errors.
   * @param budget Counts what reading it costs.
   */
  constructor(name: string, budget: Budget) {
    this.#name = name;
    this.#budget = budget;
  }

  /**
   * Reads a value that is valid JSON.
   *
   * @param buf Holds the value; it must not change while the field is used.
   * @param start First byte of the value.
   * @param end Byte after the value.
   * @returns The work that is still to be done.
   * @throws {ProtocolError} If Go would refuse it.
   */
  read(buf: Uint8Array, start: number, end: number): Steps | undefined {
    const first = buf[start];
    this.#buf = buf;
    if (first === LETTER_N) {
      this.#forget();
      return undefined;
    }
    this.#at = start + 1;
    this.#end = end - 1;
    if (first === QUOTE) return this.#beginBase64();
    if (first !== OPEN_ARRAY) throw this.#wrong("base64");
    this.#decodeText();
    this.#present = true;
    this.#length = 0;
    this.#step = this.#readNumbers;
    return this;
  }

  /** @inheritdoc */
  step(): boolean {
    this.#step!();
    return this.#at >= this.#end;
  }

  /** Length of the bytes as base64. */
  get textLength(): number {
    if (this.#textEnd > 0) return this.#textEnd - this.#textStart;
    return Math.ceil(this.#length / 3) * 4;
  }

  /**
   * Gives the bytes.
   *
   * @returns Them in an array of their own, or `undefined` when absent.
   */
  bytes(): Uint8Array<ArrayBuffer> | undefined {
    if (!this.#present) return undefined;
    this.#decodeText();
    return this.#memory.slice(0, this.#length);
  }

  /**
   * Writes the bytes as base64.
   *
   * @param dst Takes it; there is room for `textLength`.
   * @param at Where it begins.
   * @returns The offset after it.
   */
  writeText(dst: Uint8Array, at: number): number {
    if (this.#textEnd === 0) {
      return encodeBase64Into(this.#memory, 0, this.#length, dst, at);
    }
    dst.set(this.#textBuf.subarray(this.#textStart, this.#textEnd), at);
    return at + this.#textEnd - this.#textStart;
  }

  #wrong(need: string): ProtocolError {
    return new ProtocolError(`Cannot decode ${this.#name}: not ${need}`);
  }

  #forget(): void {
    this.#present = false;
    this.#textStart =
      this.#textEnd =
      this.#known =
      this.#length =
        0;
  }

  #beginBase64(): Steps | undefined {
    this.#forget();
    this.#present = true;
    const start = this.#at;
    const end = this.#end;
    if (start === end) return undefined;
    if (isCanonicalBase64(this.#buf, start, end)) {
      this.#textBuf = this.#buf;
      this.#textStart = start;
      this.#textEnd = end;
      return undefined;
    }
    const room = Math.ceil((end - start) / 4) * 3;
    if (room > this.#memory.length) this.#memory = new Uint8Array(room);
    this.#group = this.#count = this.#pads = 0;
    this.#step = this.#readBase64;
    return this;
  }

  /** Turns base64 that was put off into bytes. */
  #decodeText(): void {
    const start = this.#textStart;
    const end = this.#textEnd;
    if (end === 0) return;
    this.#budget.left -= end - start;
    this.#memory = decodeBase64(this.#textBuf, start, end);
    this.#known = this.#length = this.#memory.length;
    this.#textStart = this.#textEnd = 0;
  }

  /** Reads base64 in any spelling: escapes, line ends, unused bits that are not zero. */
  #readBase64(): void {
    const buf = this.#buf;
    const end = this.#end;
    const out = this.#memory;
    const from = this.#at;
    const to = Math.min(end, from + Math.max(1, this.#budget.left));
    let at = from;
    let written = this.#length;
    let group = this.#group;
    let count = this.#count;
    while (at < to) {
      let byte = buf[at++]!;
      if (byte === BACKSLASH) {
        byte = escapedByte(buf, at);
        at += buf[at] === 0x75 ? 5 : 1;
      }
      if (byte === LF || byte === CR) continue;
      const value = BASE64_VALUES[byte]!;
      if (value < NOT_BASE64 && this.#pads === 0) {
        group = group << 6 | value;
      } else if (byte === BASE64_PAD && count >= 2 && count < 4) {
        // Padding ends the text: only line ends may follow the group.
        this.#pads++;
        group <<= 6;
      } else throw this.#wrong("base64");
      if (++count < 4) continue;
      out[written++] = group >> 16;
      out[written++] = group >> 8;
      out[written++] = group;
      group = 0;
      // A group with padding is the last one, its count stays.
      if (this.#pads === 0) count = 0;
    }
    this.#budget.left -= at - from;
    this.#at = at;
    this.#length = written;
    this.#group = group;
    this.#count = count;
    if (at < end) return;
    if (count !== 0 && count !== 4) throw this.#wrong("base64");
    this.#length = this.#known = written - this.#pads;
  }

  /** Reads the numbers of an array over what was there before. */
  #readNumbers(): void {
    const buf = this.#buf;
    const end = this.#end;
    const from = this.#at;
    const to = Math.min(end, from + Math.max(1, this.#budget.left));
    let out = this.#memory;
    let at = from;
    let length = this.#length;
    // What separates the numbers was checked by the scan.
    while (at < to) {
      const byte = buf[at]!;
      let value = byte - ZERO;
      if (value >= 0 && value <= 9) {
        for (at++; at < end; at++) {
          const digit = buf[at]! - ZERO;
          if (digit < 0 || digit > 9) break;
          value = value * 10 + digit;
          if (value > 255) throw this.#wrong("bytes");
        }
        const after = buf[at]!;
        if (after > COMMA && after !== CLOSE_ARRAY) throw this.#wrong("bytes");
      } else if (byte === LETTER_N) {
        // Null leaves the byte alone.
        at += 4;
        value = length < this.#known ? out[length]! : 0;
      } else if (byte <= 0x20 || byte === COMMA) {
        at++;
        continue;
      } else throw this.#wrong("bytes");
      if (length === out.length) {
        out = new Uint8Array(Math.max(FIRST_ROOM, length * 2));
        out.set(this.#memory);
        this.#memory = out;
      }
      out[length++] = value;
    }
    this.#budget.left -= at - from;
    this.#at = at;
    this.#length = length;
    if (at < end) return;
    // Go gives an empty array memory of its own.
    this.#known = length === 0 ? 0 : Math.max(this.#known, length);
  }
}
