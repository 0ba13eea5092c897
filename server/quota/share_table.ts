/**
 * Finds the share of a source at a target.
 *
 * @module
 */

import type { Account, Share } from "./account.ts";

/** Buckets at first, and the least. */
const LEAST = 64;

/**
 * A hash table whose chains run through the shares themselves, so that taking
 * and giving back allocate nothing. Serial numbers are the ledger's own: no
 * peer can choose them so that chains get long.
 */
export class ShareTable {
  /** How many there are. */
  size = 0;
  #buckets: (Share | undefined)[] = new Array(LEAST).fill(undefined);
  #mask = LEAST - 1;

  /**
   * @param source Who holds.
   * @param target Of whom.
   * @returns Its share, if it holds anything.
   */
  get(source: Account, target: Account): Share | undefined {
    let share = this.#buckets[hash(source, target) & this.#mask];
    while (
      share !== undefined &&
      (share.source !== source || share.target !== target)
    ) share = share.next;
    return share;
  }

  /**
   * @param share One that is not in the table.
   */
  add(share: Share): void {
    if (this.size > this.#mask) this.#resize((this.#mask + 1) * 4);
    this.size++;
    this.#link(share);
  }

  /**
   * @param share One that is in the table.
   */
  delete(share: Share): void {
    const at = hash(share.source, share.target) & this.#mask;
    let other = this.#buckets[at]!;
    if (other === share) this.#buckets[at] = share.next;
    else {
      while (other.next !== share) other = other.next!;
      other.next = share.next;
    }
    share.next = undefined;
    this.size--;
    // One step down per two up, so that a swing does not resize at each end.
    if (this.size < this.#mask >> 4 && this.#mask >= LEAST * 4) {
      this.#resize((this.#mask + 1) / 4);
    }
  }

  /** @returns All shares. */
  *[Symbol.iterator](): Generator<Share, void, undefined> {
    for (let share of this.#buckets) {
      for (; share !== undefined; share = share.next) yield share;
    }
  }

  #link(share: Share): void {
    const at = hash(share.source, share.target) & this.#mask;
    share.next = this.#buckets[at];
    this.#buckets[at] = share;
  }

  #resize(count: number): void {
    const shares = [...this];
    this.#buckets = new Array(count).fill(undefined);
    this.#mask = count - 1;
    for (const share of shares) this.#link(share);
  }
}

function hash(source: Account, target: Account): number {
  const mixed = Math.imul(source.serial, 0x9e37_79b1) ^
    Math.imul(target.serial, 0x85eb_ca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b_3c6d) >>> 12;
}
