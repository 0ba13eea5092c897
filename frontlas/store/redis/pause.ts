/**
 * Waiting that can be cut short.
 *
 * @module
 */

/** A loop's pause. */
export class Pause {
  /** Whether there will be no pause any more. */
  stopped = false;
  #end: (() => void) | undefined = undefined;
  #ended = false;

  /** Waits, unless {@linkcode Pause.end} was called since the last wait. */
  async wait(ms: number): Promise<void> {
    if (this.stopped) return;
    if (!this.#ended) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#end = undefined;
    this.#ended = false;
  }

  /** Ends the pause that is, or leaves out the next one. */
  end(): void {
    if (this.#end === undefined) this.#ended = true;
    else this.#end();
  }

  /** Ends this pause and all others. */
  stop(): void {
    this.stopped = true;
    this.end();
  }
}
