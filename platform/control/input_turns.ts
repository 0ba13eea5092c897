/**
 * When the connections of a control port are read.
 *
 * @module
 */

/** Milliseconds of a turn. */
const TURN_MS = 1;
/** Milliseconds from turn to turn, above which the next one is smaller. */
const LATE_MS = 4;
/** Pieces of a turn at most. */
const MOST = 16;

/** What has bytes that were not looked at. */
export interface Input {
  /** Looks at a small piece of them. */
  readPiece(): void;
}

/**
 * Lets all connections of a control port take turns: together they have a
 * millisecond in a turn of the event loop, and at least as much time is left
 * to what else it has to do. A piece that has been looked at may have begun
 * calls; what those do at once is part of the turn. Most of what they cause is
 * done later in the same turn of the event loop: when that comes round late,
 * for this reason or another, fewer pieces are looked at, down to one.
 */
export class InputTurns {
  readonly #waiting: Set<Input> = new Set();
  #running = false;

  /**
   * @param input Wants to be looked at, once.
   */
  add(input: Input): void {
    this.#waiting.add(input);
    if (!this.#running) void this.#run();
  }

  /**
   * @param input Is over.
   */
  delete(input: Input): void {
    this.#waiting.delete(input);
  }

  async #run(): Promise<void> {
    this.#running = true;
    let most = MOST;
    let begun = performance.now();
    while (this.#waiting.size > 0) {
      // A timer, not setImmediate: those who wait for input come first.
      await new Promise((resolve) => setTimeout(resolve, 0));
      const now = performance.now();
      most = now - begun > LATE_MS
        ? Math.max(1, most >> 1)
        : Math.min(MOST, most + 1);
      begun = now;
      let pieces = 0;
      for (const input of this.#waiting) {
        // Whoever wants more comes after all others.
        this.#waiting.delete(input);
        input.readPiece();
        await undefined;
        if (++pieces >= most || performance.now() - begun >= TURN_MS) break;
      }
    }
    this.#running = false;
  }
}
