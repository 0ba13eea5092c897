/**
 * Answers that do not fit yet.
 *
 * @module
 */

/** An answer that waits. */
export interface HeldAnswer {
  /**
   * Looks for room.
   *
   * @returns Whether it can be sent now, or need not be sent any more.
   */
  fits(): boolean;
  /** Sends it. */
  send(): void;
}

/**
 * Answers for which there was no room, in the order they were ready. Callers who
 * read slowly fill what waits to be written; that must cost nobody else an
 * answer. Each one keeps the place of its handler meanwhile, so that they are
 * bounded, and shared among the callers, as handlers are.
 */
export class HeldAnswers {
  #waiting: HeldAnswer[] = [];

  /**
   * Keeps an answer until there is room.
   *
   * @param answer What did not fit; it keeps the place of its handler.
   */
  add(answer: HeldAnswer): void {
    this.#waiting.push(answer);
  }

  /** Sends, in their order, those that fit now. */
  retry(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const answer of waiting) {
      if (answer.fits()) answer.send();
      else this.#waiting.push(answer);
    }
  }
}
