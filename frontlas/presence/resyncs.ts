/**
 * When gateways tell everything again.
 *
 * @module
 */

import { Timer, type Timers } from "@frontier/proto";

/** Gateways that tell everything at a time. */
const AT_A_TIME = 8;
/** Milliseconds over which the first turns are spread. */
const SPREAD_MS = 1_000;
/** Milliseconds between two turns of one gateway. */
const PAUSE_MS = 5_000;

/** Somebody who can tell everything again. */
export interface Resyncable {
  /**
   * Has everything told again.
   *
   * @returns When that is done, or will not be. Never rejects.
   */
  resync(): Promise<void>;
}

/** What {@linkcode Resyncs} needs. */
export interface ResyncsOptions {
  /** The clock. */
  readonly timers: Timers;
  /** Returns a number from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** Whether the store answers: nobody is asked before. */
  readonly ready: () => boolean;
}

/**
 * Those whose events were lost, because the store did not answer or has
 * forgotten. A few at a time have their turn: a thousand gateways that tell
 * everything at once would put the store down again.
 */
export class Resyncs {
  readonly #options: ResyncsOptions;
  /** Since when each may have its turn. */
  readonly #wanting: Map<Resyncable, number> = new Map();
  readonly #lastAt: WeakMap<Resyncable, number> = new WeakMap();
  readonly #timer: Timer = new Timer(() => this.#turn());
  #running = 0;
  #closed = false;

  /**
   * Begins with nobody.
   *
   * @param options What it needs.
   */
  constructor(options: ResyncsOptions) {
    this.#options = options;
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#wanting.size;
  }

  /**
   * Something of a gateway was lost.
   *
   * @param gateway The gateway; it has one turn for all that was lost before it.
   */
  want(gateway: Resyncable): void {
    if (this.#closed || this.#wanting.has(gateway)) return;
    const { timers, random } = this.#options;
    const last = this.#lastAt.get(gateway) ?? -Infinity;
    const soon = timers.now() + Math.floor(random() * SPREAD_MS);
    this.#wanting.set(gateway, Math.max(soon, last + PAUSE_MS));
    this.#arm();
  }

  /**
   * A gateway has gone, or begins to tell everything by itself.
   *
   * @param gateway The gateway.
   */
  forget(gateway: Resyncable): void {
    this.#wanting.delete(gateway);
  }

  /** The store answers again. */
  wake(): void {
    this.#arm();
  }

  /** Gives nobody a turn any more. */
  close(): void {
    this.#closed = true;
    this.#wanting.clear();
    this.#options.timers.clear(this.#timer);
  }

  #arm(): void {
    const { timers, ready } = this.#options;
    if (this.#closed || this.#running >= AT_A_TIME || !ready()) return;
    let at = Infinity;
    for (const due of this.#wanting.values()) at = Math.min(at, due);
    if (at === Infinity) timers.clear(this.#timer);
    else timers.set(this.#timer, Math.max(at, timers.now()));
  }

  #turn(): void {
    const { timers, ready } = this.#options;
    const now = timers.now();
    if (ready()) {
      for (const [gateway, at] of this.#wanting) {
        if (this.#running >= AT_A_TIME) break;
        if (at > now) continue;
        this.#wanting.delete(gateway);
        this.#lastAt.set(gateway, now);
        this.#running++;
        void gateway.resync().then(() => {
          this.#running--;
          this.#arm();
        });
      }
    }
    this.#arm();
  }
}
