/**
 * The little of protobuf that a profile needs.
 *
 * @module
 */

/** Writes one message, field by field. */
export class ProtoWriter {
  #buf = new Uint8Array(256);
  #at = 0;

  /** What was written. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#buf.subarray(0, this.#at);
  }

  /** A whole number that is not negative; 0 is the default of every reader and is left out. */
  int(field: number, value: number): this {
    if (value === 0) return this;
    this.#varint(field * 8);
    this.#varint(value);
    return this;
  }

  /** Several whole numbers that are not negative. */
  ints(field: number, values: readonly number[]): this {
    const packed = new ProtoWriter();
    for (const value of values) packed.#varint(value);
    return this.raw(field, packed.bytes);
  }

  /** Text. */
  text(field: number, value: string): this {
    return this.raw(field, new TextEncoder().encode(value));
  }

  /** Another message. */
  message(field: number, message: ProtoWriter): this {
    return this.raw(field, message.bytes);
  }

  /** Bytes with their length before them. */
  raw(field: number, bytes: Uint8Array): this {
    this.#varint(field * 8 + 2);
    this.#varint(bytes.length);
    this.#room(bytes.length);
    this.#buf.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  #varint(value: number): void {
    this.#room(10);
    let rest = value;
    // Not by shifts, which know 32 bits only.
    while (rest >= 128) {
      this.#buf[this.#at++] = rest % 128 + 128;
      rest = Math.floor(rest / 128);
    }
    this.#buf[this.#at++] = rest;
  }

  #room(more: number): void {
    if (this.#at + more <= this.#buf.length) return;
    const next = new Uint8Array(
      Math.max(this.#buf.length * 2, this.#at + more),
    );
    next.set(this.#buf.subarray(0, this.#at));
    this.#buf = next;
  }
}
