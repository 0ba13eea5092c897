/**
 * Fields of the binary bodies, written one after the other and read back.
 *
 * @module
 */

import { ProtocolError } from "../errors/protocol_error.ts";
import type { Stamp } from "./stamp.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes of a stamp. */
export const STAMP_SIZE = 12;

/** Writes fields into memory that grows. */
export class BinaryWriter {
  /** Bytes written. */
  size = 0;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;

  /**
   * Starts empty.
   *
   * @param room Bytes that are expected.
   */
  constructor(room: number) {
    this.#bytes = new Uint8Array(room);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Writes a number of 8 bits. */
  u8(value: number): void {
    this.#take(1);
    this.#view.setUint8(this.size - 1, value);
  }

  /** Writes a number of 16 bits. */
  u16(value: number): void {
    this.#take(2);
    this.#view.setUint16(this.size - 2, value);
  }

  /** Writes a number of 32 bits. */
  u32(value: number): void {
    this.#take(4);
    this.#view.setUint32(this.size - 4, value);
  }

  /** Writes a number of 64 bits. */
  u64(value: bigint): void {
    this.#take(8);
    this.#view.setBigUint64(this.size - 8, value);
  }

  /** Writes a point in time, in whole milliseconds. */
  time(ms: number): void {
    this.#take(8);
    this.#view.setUint32(this.size - 8, Math.floor(ms / 2 ** 32));
    this.#view.setUint32(this.size - 4, ms % 2 ** 32);
  }

  /** Writes a stamp. */
  stamp({ since, seq }: Stamp): void {
    this.time(since);
    this.u32(seq);
  }

  /** Writes bytes as they are. */
  bytes(bytes: Uint8Array): void {
    this.#take(bytes.length);
    this.#bytes.set(bytes, this.size - bytes.length);
  }

  /** Replaces a number of 16 bits that was written. */
  setU16(at: number, value: number): void {
    this.#view.setUint16(at, value);
  }

  /** Replaces a number of 8 bits that was written. */
  setU8(at: number, value: number): void {
    this.#view.setUint8(at, value);
  }

  /** Gives what was written; the writer is not used any more. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.size);
  }

  #take(count: number): void {
    this.size += count;
    if (this.size <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.size, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads fields; whatever is not there, or too large for us, is malformed. */
export class BinaryReader {
  readonly #what: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  /**
   * Begins before the first field.
   *
   * @param what Its name in errors.
   * @param bytes Holds the fields.
   */
  constructor(what: string, bytes: Uint8Array) {
    this.#what = what;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Bytes that were not read. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** Reads a number of 8 bits. */
  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  /** Reads a number of 16 bits. */
  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  /** Reads a number of 32 bits. */
  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  /** Reads a number of 64 bits. */
  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  /** Reads a point in time, in milliseconds. */
  time(): number {
    const ms = this.u32() * 2 ** 32 + this.u32();
    if (ms > Number.MAX_SAFE_INTEGER) throw this.wrong("a time is too large");
    return ms;
  }

  /** Reads a stamp. */
  stamp(): Stamp {
    return { since: this.time(), seq: this.u32() };
  }

  /** Reads text of so many bytes; what is not UTF-8 becomes U+FFFD. */
  text(length: number): string {
    const at = this.#take(length);
    return length === 0
      ? ""
      : decoder.decode(this.#bytes.subarray(at, at + length));
  }

  /** Says that nothing may be left. */
  end(): void {
    if (this.left > 0) throw this.wrong(`${this.left} bytes are too many`);
  }

  /**
   * Makes the error for a field that is wrong.
   *
   * @param why What is wrong.
   * @returns The error.
   */
  wrong(why: string): ProtocolError {
    return new ProtocolError(`Cannot decode ${this.#what}: ${why}`);
  }

  #take(count: number): number {
    if (count > this.left) throw this.wrong("it ends too early");
    const at = this.#at;
    this.#at += count;
    return at;
  }
}

/**
 * Gives text as UTF-8.
 *
 * @param text Any text.
 * @returns Its bytes.
 */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/**
 * Says that a stamp can be written.
 *
 * @param stamp The stamp.
 * @throws {RangeError} If it cannot.
 */
export function checkStamp({ since, seq }: Stamp): void {
  if (!(Number.isSafeInteger(since) && since >= 0)) {
    throw new RangeError(
      `Cannot encode stamp: ${since} is no whole number of milliseconds`,
    );
  }
  if (!(Number.isInteger(seq) && seq >= 0 && seq < 2 ** 32)) {
    throw new RangeError(`Cannot encode stamp: ${seq} is no count of 32 bits`);
  }
}
