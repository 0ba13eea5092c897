/**
 * The turns of this process's event loop.
 *
 * @module
 */

import type { TurnClock } from "./read_turns.ts";

/** The real clock; a timer comes after a look at all sockets. */
export const TURN_CLOCK: TurnClock<ReturnType<typeof setTimeout>> = {
  now: () => performance.now(),
  later: (turn) => setTimeout(turn, 0),
  cancel: clearTimeout,
};
