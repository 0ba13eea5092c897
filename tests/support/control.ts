/** How long the machine itself keeps an idle process waiting. */

const TICK_MS = 10;

/**
 * Measures, in a process that does nothing else, how late its timer comes. What
 * a test blames others for must be longer than this.
 */
export class Control implements Disposable {
  /** The longest wait, in milliseconds. */
  worstMs = 0;
  #last = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.worstMs = Math.max(this.worstMs, now - this.#last - TICK_MS);
      this.#last = now;
    }, TICK_MS);
  }

  /** Ends the measurement. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
