/**
 * Who filled an outbox.
 *
 * @module
 */

import type { Holder, Share } from "./account.ts";
import { OUTBOX } from "./kinds.ts";
import type { Ledger } from "./ledger.ts";

/** Part of an outbox that is nobody's: what is written in one turn is not worth counting. */
const FREE_PART = 1 / 4;
/** Most bytes of it, for thousands of peers may not read. */
const FREE_BYTES = 262_144;
/** How many times a frame fits into the bound that a share of holds it alone. */
const ROOM_FOR_ONE = 4;

/**
 * The bytes of one outbox by who put them there, in the order they leave. Only
 * what lies above 256 KiB, or a quarter of a small bound, is counted, so that an outbox that is
 * written as fast as it fills costs nothing; make this when it does not, and
 * let it go when it is empty.
 */
export class OutboxShares {
  /** Whether several have put something into it since it was empty. */
  crowded = false;
  readonly #ledger: Ledger;
  readonly #owner: Holder;
  readonly #limit: number;
  readonly #free: number;
  readonly #shares: Share[] = [];
  readonly #lengths: number[] = [];
  /** Where each of them ends, counted from the first byte that was ever put in. */
  readonly #ends: number[] = [];
  #head = 0;
  /** Bytes that have ever left the outbox. */
  #written: number;

  /**
   * @param ledger Where to take from.
   * @param owner Whose outbox it is.
   * @param limit Bytes that all sources together may have in it.
   * @param written Bytes that have ever left the outbox.
   */
  constructor(ledger: Ledger, owner: Holder, limit: number, written = 0) {
    this.#ledger = ledger;
    this.#owner = owner;
    this.#limit = limit;
    this.#free = OutboxShares.freeBytes(limit);
    this.#written = written;
  }

  /** Whether nobody has anything in it. */
  get empty(): boolean {
    return this.#head === this.#shares.length;
  }

  /**
   * @param limit Bytes that all sources together may have in an outbox.
   * @returns Bytes in it below which nobody is asked.
   */
  static freeBytes(limit: number): number {
    return Math.min(FREE_BYTES, limit * FREE_PART);
  }

  /**
   * Takes room for a frame.
   *
   * @param source Whose frame it is.
   * @param bytes Its length.
   * @param unwritten Bytes in the outbox before it.
   * @returns `false` when its source has too much in it.
   */
  take(source: Holder, bytes: number, unwritten: number): boolean {
    if (this.empty && unwritten + bytes <= this.#free) return true;
    // One frame of any length fits into an outbox that is as good as empty, as far as the memory of the process allows.
    const limit = this.empty && unwritten < this.#free
      ? Math.max(this.#limit, (unwritten + bytes) * ROOM_FOR_ONE)
      : this.#limit;
    // The shares leave out what was nobody's.
    if (unwritten + bytes > limit) return false;
    const owner = this.#owner;
    const share = this.#ledger.take(OUTBOX, source, owner, bytes, limit);
    if (share === undefined) return false;
    this.#note(share, bytes, unwritten);
    return true;
  }

  /**
   * Counts a frame that cannot be refused.
   *
   * @param source Whose frame it is.
   * @param bytes Its length.
   * @param unwritten Bytes in the outbox before it.
   */
  force(source: Holder, bytes: number, unwritten: number): void {
    const share = this.#ledger.force(OUTBOX, source, this.#owner, bytes);
    this.#note(share, bytes, unwritten);
  }

  #note(share: Share, bytes: number, unwritten: number): void {
    const end = this.#written + unwritten + bytes;
    const last = this.#shares.length - 1;
    if (last >= this.#head && this.#shares[last] === share) {
      this.#lengths[last]! += bytes;
      this.#ends[last] = end;
      return;
    }
    if (!this.empty) this.crowded = true;
    this.#shares.push(share);
    this.#lengths.push(bytes);
    this.#ends.push(end);
  }

  /**
   * Looks at how much has left the outbox; to be done soon after every write.
   *
   * @param total How many bytes have ever left it.
   */
  upTo(total: number): void {
    this.written(total - this.#written);
  }

  /**
   * Bytes have left the outbox; to be told of every write.
   *
   * @param bytes How many.
   */
  written(bytes: number): void {
    this.#written += bytes;
    while (!this.empty && this.#ends[this.#head]! <= this.#written) {
      this.#give();
    }
    this.#givePart();
    if (this.empty) this.#trim(this.#head);
    else if (this.#head >= 256 && this.#head * 2 >= this.#shares.length) {
      this.#trim(this.#head);
    }
  }

  /** The outbox was dropped with all that is in it. */
  clear(): void {
    while (!this.empty) this.#give();
    this.#trim(this.#head);
  }

  /** Of a record that grows while it is written, what has left is free again. */
  #givePart(): void {
    const at = this.#head;
    if (this.empty) return;
    const out = this.#lengths[at]! - (this.#ends[at]! - this.#written);
    if (out <= 0) return;
    this.#lengths[at]! -= out;
    this.#ledger.give(this.#shares[at]!, OUTBOX, out);
  }

  #give(): void {
    const at = this.#head++;
    this.#ledger.give(this.#shares[at]!, OUTBOX, this.#lengths[at]!);
  }

  #trim(count: number): void {
    this.#shares.splice(0, count);
    this.#lengths.splice(0, count);
    this.#ends.splice(0, count);
    this.#head = 0;
    if (this.#shares.length === 0) this.crowded = false;
  }
}
