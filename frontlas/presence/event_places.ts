/**
 * How many events there may be at a time.
 *
 * @module
 */

/**
 * Places for events of all gateways. Who brings more than there is room for
 * waits until it is his turn: they come in the order in which they asked.
 */
export class EventPlaces {
  readonly #most: number;
  /** Those who wait for room, the first to come first. */
  readonly #queue: { count: number; go: () => void }[] = [];
  #count = 0;

  /**
   * Begins with none.
   *
   * @param most How many there may be.
   */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many are taken, without those who wait for theirs. */
  get count(): number {
    return this.#count;
  }

  /**
   * Takes places, now or when there are so many.
   *
   * @param count How many.
   * @returns What to wait for; `undefined` for nothing.
   */
  take(count: number): Promise<void> | undefined {
    if (this.#queue.length === 0 && this.#fits(count)) {
      this.#count += count;
      return undefined;
    }
    return new Promise((go) => this.#queue.push({ count, go }));
  }

  /**
   * Gives places back.
   *
   * @param count How many.
   */
  give(count: number): void {
    this.#count -= count;
    while (this.#queue.length > 0 && this.#fits(this.#queue[0]!.count)) {
      const { count, go } = this.#queue.shift()!;
      this.#count += count;
      go();
    }
  }

  /** One who finds none taken always has room. */
  #fits(count: number): boolean {
    return this.#count === 0 || this.#count + count <= this.#most;
  }
}
