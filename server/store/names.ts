/**
 * Lists of distinct names.
 *
 * @module
 */

import type { Range } from "./query.ts";
import { sort } from "./sort.ts";
import { compareBytes, compareText } from "./text.ts";
import type { Work } from "./turns.ts";

/** Names gathered without a pause. */
const PIECE = 512;

/** What decides a name's place before the name does: a time or an id; 0 where nothing does. */
export type Place = number | bigint;

/**
 * Gathers names from their rows, of which several may have the same name: it
 * has the place of the last of them in descending order, of the first in
 * ascending.
 */
export class Names {
  readonly #places: Map<string, Place> = new Map();
  readonly #descending: boolean;

  /**
   * @param descending The order in which they will be listed.
   */
  constructor(descending: boolean) {
    this.#descending = descending;
  }

  /** How many names there are. */
  get size(): number {
    return this.#places.size;
  }

  /**
   * @param name The name of a row.
   * @param place What decides the row's place.
   */
  add(name: string, place: Place): void {
    const known = this.#places.get(name);
    if (known === undefined || (place > known) === this.#descending) {
      this.#places.set(name, place);
    }
  }

  /**
   * @param range Which of them.
   * @returns The names of one page, in order.
   */
  *page({ skip, take }: Range<string>): Work<string[]> {
    if (skip >= this.size) return [];
    const sign = this.#descending ? -1 : 1;
    const places: [string, Place][] = [];
    for (const place of this.#places) {
      if (places.push(place) % PIECE === 0) yield;
    }
    const all = yield* sort(
      places,
      ([a, x], [b, y]) =>
        sign *
        ((x < y ? -1 : x > y ? 1 : 0) || compareText(a, b) ||
          compareBytes(a, b)),
    );
    return all.slice(skip, skip + take).map(([name]) => name);
  }
}
