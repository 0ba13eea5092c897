/**
 * The way to the data, whichever way Redis is run.
 *
 * @module
 */

import type { StoreState } from "../presence_store.ts";
import type { ClusterClock } from "./cluster_clock.ts";
import type { Command, Reply } from "./command.ts";

/** Commands go in here, answers come out. */
export interface RedisPort {
  /** Whether it answers. */
  readonly state: StoreState;
  /** Why it does not; empty while it does. */
  readonly problem: string;
  /** The clock of the server. */
  readonly clock: ClusterClock;
  /** Hears of changes of the state. */
  onState: ((state: StoreState) => void) | undefined;
  /**
   * Runs commands; those about one key in their order.
   *
   * @returns An answer for each, errors among them.
   * @throws {StoreUnavailableError} If one of them is not answered.
   */
  run(commands: readonly Command[]): Promise<Reply[]>;
  /** Something has been forgotten that was there: looks whether all has. */
  suspect(): void;
  /** Ends it. */
  close(): Promise<void>;
}
