/**
 * Handlers that go on although nobody waits for them.
 *
 * @module
 */

/** A method may have so many times as many as may still be. */
const ALPHA = 7;
/** What a method may have whatever others have, in parts of the bound. */
const LITTLE = 1 / 64;

/**
 * Counts handlers whose callers have given up, by method. They hold no places;
 * a method whose handlers do not end is not run any more until some have, and
 * all others go on.
 */
export class Abandoned {
  /** How many there are. */
  count = 0;
  readonly #most: number;
  readonly #byMethod = new Map<string, number>();

  /**
   * @param most How many there may be before methods are not run any more.
   */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * The caller of a handler that runs has given up.
   *
   * @param method What was called.
   */
  add(method: string): void {
    this.count++;
    this.#byMethod.set(method, (this.#byMethod.get(method) ?? 0) + 1);
  }

  /**
   * A handler that was added has ended.
   *
   * @param method What was called.
   */
  remove(method: string): void {
    this.count--;
    const left = this.#byMethod.get(method)! - 1;
    if (left > 0) this.#byMethod.set(method, left);
    else this.#byMethod.delete(method);
  }

  /**
   * Asks whether a method may be run.
   *
   * @param method What is called.
   * @returns Whether not too many of its handlers go on for nobody.
   */
  allows(method: string): boolean {
    if (this.count < this.#most / 2) return true;
    const own = this.#byMethod.get(method) ?? 0;
    return own < this.#most * LITTLE || own < ALPHA * (this.#most - this.count);
  }
}
