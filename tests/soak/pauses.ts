/** Pauses that end early when everything is to end. */

/** All pauses of a run. */
export class Pauses {
  readonly #wakers: Set<() => void> = new Set();
  #over = false;

  /** Whether everything is to end. */
  get over(): boolean {
    return this.#over;
  }

  /**
   * Waits.
   *
   * @param ms Milliseconds.
   * @returns Then, or when everything is to end.
   */
  pause(ms: number): Promise<void> {
    if (this.#over) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#wakers.add(wake);
    });
  }

  /** Everything is to end. */
  end(): void {
    this.#over = true;
    for (const wake of [...this.#wakers]) wake();
  }
}
