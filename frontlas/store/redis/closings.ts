/**
 * Connections that are ending.
 *
 * @module
 */

/** Knows what goes on ending after nobody uses it any more, so that the end of all can be waited for. */
export class Closings {
  readonly #under: Set<Promise<void>> = new Set();

  /** Something has begun to end. */
  add(closing: Promise<void>): void {
    this.#under.add(closing);
    void closing.finally(() => this.#under.delete(closing));
  }

  /** Waits until all of it has. */
  async wait(): Promise<void> {
    while (this.#under.size > 0) await Promise.all(this.#under);
  }
}
