/**
 * The turns of this process's event loop.
 *
 * @module
 */

/** A clock, and the turns of an event loop. */
export interface TurnClock<Id> {
  /** @returns The time in milliseconds, with fractions. */
  now(): number;
  /**
   * Runs something after a look at all sockets.
   *
   * @param turn What to run.
   * @returns What to call it by.
   */
  later(turn: () => void): Id;
  /**
   * Runs it no more.
   *
   * @param id What `later` returned.
   */
  cancel(id: Id): void;
}

/** The real clock; a timer comes after a look at all sockets. */
export const TURN_CLOCK: TurnClock<ReturnType<typeof setTimeout>> = {
  now: () => performance.now(),
  later: (turn) => setTimeout(turn, 0),
  cancel: clearTimeout,
};
