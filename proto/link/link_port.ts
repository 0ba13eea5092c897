/**
 * What carries a connection.
 *
 * @module
 */

import type { Timers } from "../wire/timer_wheel.ts";

/** What carries the bytes of a {@linkcode Link}, and wakes it. */
export interface LinkPort {
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Bytes wait in the link's outbox. Called for every frame: it must be cheap. */
  flush(): void;
  /**
   * The link has stopped being paused: go on with `link.receive(0)`, then read,
   * unless a read is pending.
   */
  resume(): void;
  /**
   * Closes the transport. Called once.
   *
   * @param drain Whether the outbox is to be written first.
   */
  hangUp(drain: boolean): void;
}
