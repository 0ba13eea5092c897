/**
 * Whether the directory may not know yet what is connected.
 *
 * @module
 */

import type { Timers } from "@frontier/proto";

/** Milliseconds that one gateway may take until nobody waits for it any more. */
const TELLING_MS = 30_000;

/**
 * The times at which what is not recorded may be there all the same: after a
 * start, or after the store was away, until gateways have come back; and while
 * one that is connected has not told everything. Both end by themselves, so a
 * gateway that never ends to tell cannot keep the directory from saying that an
 * edge is not online.
 */
export class CatchUp {
  readonly #timers: Pick<Timers, "now">;
  #until = -Infinity;
  /** Until when each of those who tell is waited for. */
  readonly #telling: Map<object, number> = new Map();

  /**
   * @param timers The clock.
   */
  constructor(timers: Pick<Timers, "now">) {
    this.#timers = timers;
  }

  /** Whether what is not recorded may be there all the same. */
  get active(): boolean {
    const now = this.#timers.now();
    if (now < this.#until) return true;
    for (const until of this.#telling.values()) if (now < until) return true;
    return false;
  }

  /**
   * Gateways that are not here yet may come.
   *
   * @param ms For how many milliseconds from now.
   */
  await(ms: number): void {
    this.#until = Math.max(this.#until, this.#timers.now() + ms);
  }

  /**
   * A gateway has not told everything.
   *
   * @param gateway Which; one that is waited for is waited for no longer by this.
   */
  begin(gateway: object): void {
    if (this.#telling.has(gateway)) return;
    this.#telling.set(gateway, this.#timers.now() + TELLING_MS);
  }

  /**
   * A gateway has told everything, or is gone.
   *
   * @param gateway Which.
   */
  end(gateway: object): void {
    this.#telling.delete(gateway);
  }
}
