/**
 * A list whose parts can be read while it changes.
 *
 * @module
 */

/**
 * Items with a place that stays theirs: adding, removing and going on from a
 * place take the same time however long the list is, and whoever reads it part
 * by part meets an item that stays exactly once.
 */
export class SlotList<T> {
  readonly #slots: (T | undefined)[] = [];
  #free: number[] = [];
  #size = 0;

  /** How many items there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * @param item What to add.
   * @returns Its place.
   */
  add(item: T): number {
    this.#size++;
    let slot = this.#free.pop();
    // Places behind the end were given up with it.
    while (slot !== undefined && slot >= this.#slots.length) {
      slot = this.#free.pop();
    }
    if (slot === undefined) return this.#slots.push(item) - 1;
    this.#slots[slot] = item;
    return slot;
  }

  /**
   * @param slot Place of the item to remove.
   */
  remove(slot: number): void {
    this.#size--;
    this.#slots[slot] = undefined;
    if (slot === this.#slots.length - 1) {
      let length = slot;
      while (length > 0 && this.#slots[length - 1] === undefined) length--;
      this.#slots.length = length;
      if (length === 0) this.#free = [];
    } else this.#free.push(slot);
  }

  /**
   * Reads the end: whoever removes what is there makes the list shorter, and
   * meets no gaps the next time.
   *
   * @param count Items, at most.
   * @returns The items, the last one first.
   */
  end(count: number): T[] {
    const items: T[] = [];
    for (
      let slot = this.#slots.length - 1;
      slot >= 0 && items.length < count;
      slot--
    ) {
      const item = this.#slots[slot];
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  /**
   * Reads a part.
   *
   * @param cursor Where to begin; 0 at first.
   * @param count Items, at most.
   * @returns The items, and where the next part begins: 0 after the last.
   */
  part(cursor: number, count: number): { cursor: number; items: T[] } {
    const items: T[] = [];
    let slot = cursor;
    while (slot < this.#slots.length && items.length < count) {
      const item = this.#slots[slot++];
      if (item !== undefined) items.push(item);
    }
    return { cursor: slot < this.#slots.length ? slot : 0, items };
  }
}
