/**
 * What is counted of one direction of a stream.
 *
 * @module
 */

import type { Holder, Share } from "../quota/account.ts";
import { HELD } from "../quota/kinds.ts";
import type { Ledger } from "../quota/ledger.ts";

/**
 * Counts the memory that is held for a receiver, or the bytes that their sender was
 * granted and may send at any time, whichever is more.
 */
export class HeldShare {
  /** Bytes of memory held. */
  #held = 0;
  readonly #ledger: Ledger;
  #share: Share | undefined = undefined;
  /** Bytes counted in the share. */
  #counted = 0;
  /** Bytes beyond the first window that the sender was granted. */
  #promised = 0;

  /**
   * @param ledger Where it is counted.
   */
  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /**
   * Counts what is held after more has come.
   *
   * @param memory Bytes of memory held.
   * @param source Who sent it.
   * @param target For whom it is.
   * @returns Whether it is within the sender's share; it is counted anyway.
   */
  grow(memory: number, source: Holder, target: Holder): boolean {
    this.#held = memory;
    // What was promised is counted already.
    const more = Math.max(memory, this.#promised) - this.#counted;
    if (more <= 0) return true;
    const ledger = this.#ledger;
    const most = ledger.maxMemory;
    const share = ledger.take(HELD, source, target, more, most);
    this.#share = share ?? ledger.force(HELD, source, target, more);
    this.#counted += more;
    return share !== undefined;
  }

  /**
   * Counts what is held after some has gone on.
   *
   * @param memory Bytes of memory held still.
   */
  shrink(memory: number): void {
    this.#held = memory;
    this.#settle();
  }

  /**
   * Asks whether the sender may be granted more bytes under way. What it was
   * granted it may send at any time, so it counts as held from now on.
   *
   * @param bytes How many more.
   * @param source The sender.
   * @param target The receiver.
   * @returns Whether it may.
   */
  promise(bytes: number, source: Holder, target: Holder): boolean {
    const ledger = this.#ledger;
    // Promises alone must not make memory scarce; without any, a stream stands still for a round trip every few kilobytes.
    if (ledger.level > 0 && !ledger.isLittle(source, target, bytes)) {
      return false;
    }
    const most = ledger.maxMemory;
    const share = ledger.take(HELD, source, target, bytes, most);
    if (share === undefined) return false;
    this.#share = share;
    this.#counted += bytes;
    this.#promised += bytes;
    return true;
  }

  /** The sender can send no more: what it was granted is worth nothing. */
  revoke(): void {
    this.#promised = 0;
    this.#settle();
  }

  /** Gives back what is counted beyond what is held or promised. */
  #settle(): void {
    const less = this.#counted - Math.max(this.#held, this.#promised);
    if (less <= 0) return;
    this.#counted -= less;
    this.#ledger.give(this.#share!, HELD, less);
    if (this.#counted === 0) this.#share = undefined;
  }
}
