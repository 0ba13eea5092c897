/**
 * Reading a JSON object as Go reads it into a structure, from a range of bytes
 * that is at hand as a whole.
 *
 * @module
 */

import { isNull, wrongValue } from "../body/json_fields.ts";
import { ObjectScan } from "../body/json_scan.ts";
import { unquoteText } from "../body/json_text.ts";
import { ProtocolError } from "../errors/protocol_error.ts";

const QUOTE = 0x22;
const UINT64_MAX = 2n ** 64n - 1n;
const INT64_MAX = 2n ** 63n - 1n;
/** Whole numbers; JSON has no leading zeros. */
const UNSIGNED = /^\d{1,20}$/;
const SIGNED = /^-?\d{1,19}$/;

/** Longest object that is read, in bytes: it is read at once, while everybody else waits. */
export const MAX_OBJECT: number = 2 * 1024 * 1024;

const decoder = new TextDecoder();

/** One value of an object. */
export class Value {
  readonly #name: string;
  readonly #buf: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  /**
   * @param name Of the field, for errors.
   * @param buf Holds valid JSON.
   * @param start First byte of the value.
   * @param end Byte after it.
   */
  constructor(name: string, buf: Uint8Array, start: number, end: number) {
    this.#name = name;
    this.#buf = buf;
    this.#start = start;
    this.#end = end;
  }

  /** Whether it is a text. */
  get isText(): boolean {
    return this.#buf[this.#start] === QUOTE;
  }

  /**
   * Reads a text.
   *
   * @returns The text.
   * @throws {ProtocolError} If it is none.
   */
  text(): string {
    if (!this.isText) throw wrongValue(this.#name, "a string");
    return unquoteText(this.#buf, this.#start + 1, this.#end - 1);
  }

  /**
   * Reads an id, exactly.
   *
   * @returns From 0 to 2^64 - 1.
   * @throws {ProtocolError} If it is none.
   */
  uint64(): bigint {
    const value = this.#whole(UNSIGNED);
    if (value === undefined || value > UINT64_MAX) {
      throw wrongValue(this.#name, "an unsigned integer of 64 bits");
    }
    return value;
  }

  /**
   * Reads a count.
   *
   * @returns A number that may be negative; beyond 2^53 the nearest there is.
   * @throws {ProtocolError} If it has no place in 64 bits.
   */
  int(): number {
    const value = this.#whole(SIGNED);
    if (
      value === undefined || value > INT64_MAX || value < -INT64_MAX - 1n
    ) {
      throw wrongValue(this.#name, "an integer of 64 bits");
    }
    return Number(value);
  }

  /** What Go's parsers of integers take: no fraction, no exponent, and for an id no sign. */
  #whole(form: RegExp): bigint | undefined {
    const text = decoder.decode(this.#buf.subarray(this.#start, this.#end));
    return form.test(text) ? BigInt(text) : undefined;
  }
}

/**
 * Reads an object, or `null`, which has no members. The names of fields match
 * without regard to case, unknown ones are ignored, `null` leaves a field alone,
 * the last of several values counts and all of them must be good.
 *
 * @param what Its name in errors.
 * @param data The text; nothing else may be around it but white space.
 * @param fields Takes each value, by the name of its field in small letters.
 * @throws {ProtocolError} If Go would refuse it, or it is longer than {@linkcode MAX_OBJECT}.
 */
export function readObject(
  what: string,
  data: Uint8Array,
  fields: Readonly<Record<string, (value: Value) => void>>,
): void {
  if (data.length > MAX_OBJECT) {
    throw new ProtocolError(
      `Cannot decode ${what}: ${data.length} bytes exceed ${MAX_OBJECT}`,
    );
  }
  const budget = { left: Infinity };
  const scan = new ObjectScan(
    data,
    0,
    data.length,
    0,
    budget,
    (keyStart, keyEnd, start, end) => {
      const name = folded(unquoteText(data, keyStart, keyEnd));
      if (!Object.hasOwn(fields, name) || isNull(data, start)) return undefined;
      fields[name]!(new Value(name, data, start, end));
      return undefined;
    },
  );
  while (!scan.step());
  if (scan.malformed) {
    throw new ProtocolError(`Cannot decode ${what}: malformed JSON`);
  }
}

/** As Go compares names: the Kelvin sign is a k, the long s an s. */
function folded(name: string): string {
  return name.toLowerCase().replaceAll("ſ", "s");
}
