/**
 * When the connections of a control port are read.
 *
 * @module
 */

/** Milliseconds of a turn. */
const TURN_MS = 1;

/** What has bytes that were not looked at. */
export interface Input {
  /** Looks at a small piece of them. */
  readPiece(): void;
}

/**
 * Lets all connections of a control port take turns: together they have a
 * millisecond in a turn of the event loop, and at least as much time is left
 * to what else it has to do. A piece that has been looked at may have begun
 * calls; what those do at once is part of the turn.
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
    while (this.#waiting.size > 0) {
      // A timer, not setImmediate: those who wait for input come first.
      await new Promise((resolve) => setTimeout(resolve, 0));
      const end = performance.now() + TURN_MS;
      for (const input of this.#waiting) {
        // Whoever wants more comes after all others.
        this.#waiting.delete(input);
        input.readPiece();
        await undefined;
        if (performance.now() >= end) break;
      }
    }
    this.#running = false;
  }
}
