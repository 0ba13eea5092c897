/**
 * A way through a list that may change meanwhile.
 *
 * @module
 */

import type { SortedList } from "./sorted_list.ts";

/**
 * Goes through a list in either direction. Between two steps items may come and
 * go: every item that is there from the beginning to the end is met once.
 */
export class Walk<T> {
  readonly #list: SortedList<T>;
  readonly #step: 1 | -1;
  #chunk = 0;
  #index = 0;
  #version = -1;
  #last: T | undefined = undefined;

  /**
   * @param list One that may change between two steps.
   * @param descending Whether from the last item to the first.
   * @param from Where to begin: at the first item after this one in that
   * direction, or at this one if it is not in the list and another is equal.
   */
  constructor(list: SortedList<T>, descending: boolean, from?: T) {
    this.#list = list;
    this.#step = descending ? -1 : 1;
    this.#last = from;
  }

  /** @returns The next item; `undefined` after the last. */
  next(): T | undefined {
    if (this.#version !== this.#list.version) this.#locate();
    const { chunks } = this.#list;
    let chunk = chunks[this.#chunk];
    if (chunk === undefined) return undefined;
    if (this.#index < 0 || this.#index >= chunk.length) {
      this.#chunk += this.#step;
      chunk = chunks[this.#chunk];
      if (chunk === undefined) return undefined;
      this.#index = this.#step > 0 ? 0 : chunk.length - 1;
    }
    const item = chunk[this.#index]!;
    this.#index += this.#step;
    this.#last = item;
    return item;
  }

  /**
   * Passes over items without looking at them.
   *
   * @param count How many.
   */
  skip(count: number): void {
    while (count > 0) {
      if (this.#version !== this.#list.version) this.#locate();
      const chunk = this.#list.chunks[this.#chunk];
      if (chunk === undefined) return;
      const left = this.#step > 0
        ? chunk.length - this.#index
        : this.#index + 1;
      // The last item passed over is met, so that the place can be found again.
      const most = Math.max(0, Math.min(left, count) - 1);
      this.#index += this.#step * most;
      this.next();
      count -= most + 1;
    }
  }

  /** Finds the place after the item met last. */
  #locate(): void {
    const list = this.#list;
    const { chunks } = list;
    this.#version = list.version;
    const last = this.#last;
    const up = this.#step > 0;
    if (last === undefined) {
      this.#chunk = up ? 0 : chunks.length - 1;
      this.#index = up ? 0 : (chunks.at(-1)?.length ?? 0) - 1;
      return;
    }
    [this.#chunk, this.#index] = list.find(last);
    if (!up) {
      if (this.#chunk === chunks.length) {
        this.#chunk--;
        this.#index = (chunks.at(-1)?.length ?? 0) - 1;
      } else this.#index--;
    } else if (chunks[this.#chunk]?.[this.#index] === last) this.#index++;
  }
}
