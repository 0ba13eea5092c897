/**
 * Reads the fields of JSON objects into what Go would have read: what each kind
 * of field takes, what null does. A field is read as often as its key comes; the
 * last value counts, but Go refuses a body for a wrong one before it.
 *
 * Source: docs/spec/wire.md §1.5.2.
 *
 * @module
 */

import type { NameTable } from "./json_names.ts";
import { type Budget, ObjectScan, type Steps } from "./json_scan.ts";
import { unquoteText } from "./json_text.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import {
  NO_TIME,
  parseTime,
  scanTime,
  type TimeValue,
  ZERO_TIME_VALUE,
} from "./rfc3339.ts";

const QUOTE = 0x22;
const MINUS = 0x2d;
const OPEN_OBJECT = 0x7b;
const LETTER_N = 0x6e;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
/** Digits of the longest int64, its sign included. */
const INT64_CHARS = 20;
/** No integer of so many characters is too great for 64 bits. */
const SURE_CHARS = 18;

const NO_BYTES = new Uint8Array(0);
const decoder = new TextDecoder();

/**
 * Takes the value of a member whose key was recognised, into whatever collects
 * the members. What takes long is returned.
 */
export type FieldReader<T> = (
  into: T,
  buf: Uint8Array,
  start: number,
  end: number,
) => Steps | undefined | void;

/** The known names of an object, each with the reader of its values. */
export type FieldReaders<T> = NameTable<FieldReader<T>>;

/** Makes the error for a field whose value Go would not take. */
export function wrongValue(field: string, need: string): ProtocolError {
  return new ProtocolError(`Cannot decode ${field}: not ${need}`);
}

/** Reads an object, or `null`, in steps, and gives its members to their readers. */
export class ObjectRead<T> implements Steps {
  readonly #what: string;
  readonly #scan: ObjectScan;

  /**
   * Begins before the object.
   *
   * @param what Its name in errors.
   * @param readers Its members.
   * @param into Collects them.
   * @param budget Counts what is done.
   * @param buf Holds the text. It must not change before the end.
   * @param start First byte of the text.
   * @param end Byte after the text.
   * @param depth Number of objects and arrays that are open around it.
   */
  constructor(
    what: string,
    readers: FieldReaders<T>,
    into: T,
    budget: Budget,
    buf: Uint8Array,
    start: number,
    end: number,
    depth = 0,
  ) {
    this.#what = what;
    const visit = (
      keyStart: number,
      keyEnd: number,
      valueStart: number,
      valueEnd: number,
    ): Steps | undefined => {
      const reader = readers.find(buf, keyStart, keyEnd);
      return reader?.(into, buf, valueStart, valueEnd) ?? undefined;
    };
    this.#scan = new ObjectScan(buf, start, end, depth, budget, visit);
  }

  /** @inheritdoc */
  step(): boolean {
    if (!this.#scan.step()) return false;
    if (this.#scan.malformed) {
      throw new ProtocolError(`Cannot decode ${this.#what}: malformed JSON`);
    }
    return true;
  }
}

/** Tells whether the valid value at `start` is null. */
export function isNull(buf: Uint8Array, start: number): boolean {
  return buf[start] === LETTER_N;
}

/** Tells whether a value is an object; null is none, anything else is wrong. */
export function isObject(
  buf: Uint8Array,
  start: number,
  field: string,
): boolean {
  if (isNull(buf, start)) return false;
  if (buf[start] !== OPEN_OBJECT) throw wrongValue(field, "an object");
  return true;
}

/** A field of which it is enough to know where its last value lies. Null leaves it alone. */
abstract class SpanField {
  protected readonly name: string;
  protected buf: Uint8Array = NO_BYTES;
  /** First byte of the value, between the quotes where it has some. */
  start = 0;
  /** Byte after it; equal to the start for none. */
  end = 0;

  /**
   * @param name Its name in errors.
   */
  constructor(name: string) {
    this.name = name;
  }

  protected inside(
    buf: Uint8Array,
    start: number,
    end: number,
    need: string,
  ): void {
    if (buf[start] !== QUOTE) throw wrongValue(this.name, need);
    this.buf = buf;
    this.start = start + 1;
    this.end = end - 1;
  }
}

/** A text. */
export class TextField extends SpanField {
  /** Reads a value. */
  read(buf: Uint8Array, start: number, end: number): void {
    if (!isNull(buf, start)) this.inside(buf, start, end, "a string");
  }

  /** Gives the text; empty when absent. */
  text(): string {
    return this.start === this.end
      ? ""
      : unquoteText(this.buf, this.start, this.end);
  }
}

/** A time. */
export class TimeField extends SpanField {
  /** The instant, as `scanTime` gives it. */
  unixMillis: number = NO_TIME;

  /** Reads a value. */
  read(buf: Uint8Array, start: number, end: number): void {
    if (isNull(buf, start)) return;
    const need = "an RFC 3339 time";
    this.inside(buf, start, end, need);
    this.unixMillis = scanTime(buf, this.start, this.end);
    if (Number.isNaN(this.unixMillis)) throw wrongValue(this.name, need);
  }

  /** Gives the time; the unset one when absent. */
  value(): TimeValue {
    return parseTime(this.buf, this.start, this.end) ?? ZERO_TIME_VALUE;
  }
}

/** An integer of 64 bits. */
export class Int64Field extends SpanField {
  /** Reads a value. */
  read(buf: Uint8Array, start: number, end: number): void {
    if (isNull(buf, start)) return;
    let integral = end - start <= INT64_CHARS;
    for (let i = start; integral && i < end; i++) {
      integral = buf[i]! >= 0x30 && buf[i]! <= 0x39 ||
        buf[i] === MINUS && i === start;
    }
    if (!integral) throw wrongValue(this.name, "an integer");
    this.buf = buf;
    this.start = start;
    this.end = end;
    if (end - start <= SURE_CHARS) return;
    const value = this.value();
    if (value > INT64_MAX || value < INT64_MIN) {
      throw wrongValue(this.name, "an integer of 64 bits");
    }
  }

  /** Gives the number; 0 when absent. */
  value(): bigint {
    return BigInt(decoder.decode(this.buf.subarray(this.start, this.end)));
  }
}
