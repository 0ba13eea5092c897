/**
 * A few at a time.
 *
 * @module
 */

/** Lets so many do something at a time; the others wait, the first to come first. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /**
   * Begins with all places free.
   *
   * @param places How many there are.
   */
  constructor(places: number) {
    this.#free = places;
  }

  /**
   * Does something when it has a place.
   *
   * @param act What to do.
   * @returns What came of it.
   */
  async take<T>(act: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await act();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
