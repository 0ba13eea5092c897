/**
 * Many stamps in little memory.
 *
 * @module
 */

import type { Stamp } from "@frontier/proto/cluster";

const FIRST_ROOM = 256;
/** Taken places of all, at most. */
const FULL = 0.6;

/** A set of stamps: 20 to 40 bytes each. */
export class StampSet {
  #size = 0;
  #room = FIRST_ROOM;
  /** When, plus 1: 0 is a free place. */
  #since = new Float64Array(FIRST_ROOM);
  #seq = new Uint32Array(FIRST_ROOM);

  /** How many are in it. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds a stamp, unless it is in it.
   *
   * @param stamp The stamp.
   */
  add({ since, seq }: Stamp): void {
    const at = this.#find(since + 1, seq);
    if (this.#since[at] !== 0) return;
    this.#since[at] = since + 1;
    this.#seq[at] = seq;
    this.#size++;
    if (this.#size > this.#room * FULL) this.#grow();
  }

  /**
   * Tells whether a stamp is in it.
   *
   * @param stamp The stamp.
   * @returns Whether it was added.
   */
  has({ since, seq }: Stamp): boolean {
    return this.#since[this.#find(since + 1, seq)] !== 0;
  }

  /** The place of a stamp, or the free one where it would be. */
  #find(since: number, seq: number): number {
    const mask = this.#room - 1;
    // Stamps of one gateway differ in their counts, which follow each other.
    const mixed = Math.imul(
      seq ^ Math.imul(since >>> 0, 0x85eb_ca6b),
      0x9e37_79b1,
    );
    let at = (mixed ^ mixed >>> 15) & mask;
    while (
      this.#since[at] !== 0 &&
      (this.#since[at] !== since || this.#seq[at] !== seq)
    ) at = at + 1 & mask;
    return at;
  }

  #grow(): void {
    const since = this.#since;
    const seq = this.#seq;
    this.#room *= 2;
    this.#since = new Float64Array(this.#room);
    this.#seq = new Uint32Array(this.#room);
    for (let i = 0; i < since.length; i++) {
      if (since[i] === 0) continue;
      const at = this.#find(since[i]!, seq[i]!);
      this.#since[at] = since[i]!;
      this.#seq[at] = seq[i]!;
    }
  }
}
