/**
 * The ledgers of all Go gateways.
 *
 * @module
 */

import { Timer, type Timers } from "@frontier/proto";
import { GoLedger, type LedgerRoom } from "./go_ledger.ts";
import type { GoSession } from "./go_session.ts";

/** Milliseconds between two looks for peers that are silent. */
const SWEEP_MS = 10_000;
/** The same while some of them are left. */
const SOON_MS = 100;
/** Milliseconds after which a peer that was not heard of is gone: four and a half of its heartbeats. */
const SILENT_MS = 90_000;
/** Peers ended at a time. */
const SLICE = 1_000;
/** Go gateways whose ledgers are kept for their next link. */
const MAX_LEFT = 256;

/** What {@linkcode GoLedgers} needs. */
export interface GoLedgersOptions {
  /** The clock. */
  readonly timers: Timers;
  /** Peers that are remembered, at most. */
  readonly most: number;
  /** The Go gateways that are connected. */
  readonly sessions: () => Iterable<GoSession>;
}

/**
 * Keeps what a Go gateway has told for its next link, and ends the peers that
 * it does not report any more.
 */
export class GoLedgers {
  readonly #options: GoLedgersOptions;
  readonly #room: LedgerRoom;
  /** Of gateways that are not connected, the oldest first. */
  readonly #left: Map<string, { ledger: GoLedger; until: number }> = new Map();
  readonly #timer: Timer = new Timer(() => this.#sweep());

  /**
   * Begins with none.
   *
   * @param options What it needs.
   */
  constructor(options: GoLedgersOptions) {
    this.#options = options;
    this.#room = { left: options.most };
    this.#next(SWEEP_MS);
  }

  /** Peers that are remembered. */
  get remembered(): number {
    return this.#options.most - this.#room.left;
  }

  /**
   * Gives a gateway its ledger: the one of its last link, if that is here.
   *
   * @param frontierId Id of the gateway.
   * @param old Its session so far, if its link has not ended.
   * @returns The ledger.
   */
  take(frontierId: string, old: GoSession | undefined): GoLedger {
    const ledger = old?.ledger ?? this.#left.get(frontierId)?.ledger;
    this.#left.delete(frontierId);
    return ledger ?? new GoLedger(this.#room);
  }

  /**
   * Keeps the ledger of a gateway whose link has ended, for a while.
   *
   * @param frontierId Id of the gateway.
   * @param ledger What it has told.
   */
  keep(frontierId: string, ledger: GoLedger): void {
    this.drop(frontierId);
    const until = this.#options.timers.now() + SILENT_MS;
    this.#left.set(frontierId, { ledger, until });
    if (this.#left.size > MAX_LEFT) this.drop(this.#left.keys().next().value!);
  }

  /**
   * Forgets the ledger that was kept of a gateway.
   *
   * @param frontierId Id of the gateway.
   */
  drop(frontierId: string): void {
    this.#left.get(frontierId)?.ledger.clear();
    this.#left.delete(frontierId);
  }

  /** Forgets all of gateways that are not connected, and ends nobody any more. */
  close(): void {
    this.#options.timers.clear(this.#timer);
    for (const frontierId of [...this.#left.keys()]) this.drop(frontierId);
  }

  #next(ms: number): void {
    const { timers } = this.#options;
    timers.set(this.#timer, timers.now() + ms);
  }

  #sweep(): void {
    const { timers, sessions } = this.#options;
    const now = timers.now();
    for (const [frontierId, { until }] of this.#left) {
      if (until > now) break;
      this.drop(frontierId);
    }
    let more = false;
    for (const session of sessions()) {
      if (session.sweep(now - SILENT_MS, SLICE) !== undefined) more = true;
    }
    this.#next(more ? SOON_MS : SWEEP_MS);
  }
}
