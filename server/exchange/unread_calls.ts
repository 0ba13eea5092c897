/**
 * Places of calls that were given up.
 *
 * @module
 */

import { Timer, type Timers } from "@frontier/proto";
import type { Share } from "../quota/account.ts";
import { CALLS } from "../quota/kinds.ts";
import type { Ledger } from "../quota/ledger.ts";

/** Milliseconds until a target that answers nothing counts as having read what it was sent. */
const LONGEST_MS = 5_000;

/**
 * The places of calls that nobody waits for any more, and that their target may
 * not have read yet: it reads them before whatever comes later. Whoever asked
 * and took back at once would otherwise have no call under way, and let
 * everybody wait behind thousands of them. Packets are read in the order they
 * were sent, so an answer to a later call gives the places back.
 */
export class UnreadCalls {
  readonly #ledger: Ledger;
  readonly #timers: Timers;
  readonly #timer: Timer = new Timer(() => this.#expire());
  readonly #shares: Share[] = [];
  /** How many calls had been sent when each was given up. */
  readonly #orders: number[] = [];
  /** When each was given up. */
  readonly #times: number[] = [];
  #head = 0;

  /**
   * @param ledger Where places are counted.
   * @param timers The clock and its timers.
   */
  constructor(ledger: Ledger, timers: Timers) {
    this.#ledger = ledger;
    this.#timers = timers;
  }

  /** How many there are. */
  get count(): number {
    return this.#shares.length - this.#head;
  }

  /**
   * A call was given up.
   *
   * @param share What its source took for it.
   * @param order How many calls its target has been sent.
   */
  add(share: Share, order: number): void {
    const now = this.#timers.now();
    this.#shares.push(share);
    this.#orders.push(order);
    this.#times.push(now);
    if (!this.#timer.armed) this.#timers.set(this.#timer, now + LONGEST_MS);
  }

  /**
   * The target has answered a call.
   *
   * @param order Which of the calls it was sent.
   */
  passed(order: number): void {
    while (this.count > 0 && this.#orders[this.#head]! < order) this.#give();
    this.#trim();
  }

  /** The target reads nothing any more. */
  clear(): void {
    while (this.count > 0) this.#give();
    this.#trim();
  }

  #expire(): void {
    const now = this.#timers.now();
    while (this.count > 0 && this.#times[this.#head]! + LONGEST_MS <= now) {
      this.#give();
    }
    this.#trim();
    if (this.count === 0) return;
    this.#timers.set(this.#timer, this.#times[this.#head]! + LONGEST_MS);
  }

  #give(): void {
    this.#ledger.give(this.#shares[this.#head++]!, CALLS, 1);
  }

  #trim(): void {
    if (this.count === 0) this.#timers.clear(this.#timer);
    else if (this.#head < 1_024 || this.#head * 2 < this.#shares.length) return;
    this.#shares.splice(0, this.#head);
    this.#orders.splice(0, this.#head);
    this.#times.splice(0, this.#head);
    this.#head = 0;
  }
}
