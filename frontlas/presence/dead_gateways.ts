/**
 * What dead gateways have left.
 *
 * @module
 */

import { Timer, type Timers } from "@frontier/proto";
import { describeError } from "@frontier/platform/internal";
import type { Logger } from "@frontier/platform/log";
import type { PresenceStore } from "../store/presence_store.ts";
import type { PresenceTally } from "./tally.ts";

/** Milliseconds between two looks, up to half more. */
const LOOK_MS = 5_000;
/** Milliseconds between two slices. */
const SLICE_MS = 20;
/** Records looked at in one slice. */
const SLICE = 1_000;

/** What {@linkcode DeadGateways} needs. */
export interface DeadGatewaysOptions {
  /** Where the records are. */
  readonly store: PresenceStore;
  /** The clock. */
  readonly timers: Timers;
  /** Returns a number from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** Where it is counted. */
  readonly tally: PresenceTally;
  /** Where to report. */
  readonly log: Logger;
}

/**
 * Removes the records of gateways that are dead. They count as gone without it,
 * for whoever reads a record looks whether its gateway lives; this gives their
 * memory back. Several directories may do it at once.
 */
export class DeadGateways {
  readonly #options: DeadGatewaysOptions;
  readonly #timer: Timer = new Timer(() => void this.#look());
  #closed = false;

  /**
   * Begins to look.
   *
   * @param options What it needs.
   */
  constructor(options: DeadGatewaysOptions) {
    this.#options = options;
    this.#next(false);
  }

  /** Looks no more. */
  close(): void {
    this.#closed = true;
    this.#options.timers.clear(this.#timer);
  }

  #next(soon: boolean): void {
    const { timers, random } = this.#options;
    if (this.#closed) return;
    const pause = soon ? SLICE_MS : LOOK_MS * (1 + random() / 2);
    timers.set(this.#timer, timers.now() + Math.floor(pause));
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const { store, tally, log } = this.#options;
    let more = false;
    try {
      if (store.state === "up") {
        const result = await store.removeDead(SLICE);
        tally.deadRemoved += result.removed;
        more = result.more;
      }
    } catch (error) {
      tally.storeErrors++;
      log.debug("Cannot remove what dead gateways have left", {
        error: describeError(error),
      });
    }
    this.#next(more);
  }
}
