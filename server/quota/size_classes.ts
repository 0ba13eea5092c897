/**
 * Finds the biggest holder without looking at all of them.
 *
 * @module
 */

import type { Account } from "./account.ts";

/** Bytes below which nobody is looked for: many small holders are no one's fault. */
const SMALLEST = 65_536;
/** Accounts of one class that are compared. */
const LOOKED_AT = 64;

/**
 * Accounts by the power of two of their bytes. Moving one costs a few pointers,
 * and happens when its bytes double or halve.
 */
export class SizeClasses {
  readonly #first: (Account | undefined)[] = [];

  /**
   * Puts an account where its bytes belong.
   *
   * @param account One whose bytes have changed.
   */
  place(account: Account): void {
    const { bytes, sizeClass } = account;
    const wanted = bytes < SMALLEST ? 0 : 32 - Math.clz32(bytes / SMALLEST);
    if (wanted === sizeClass) return;
    if (sizeClass > 0) this.#unlink(account);
    account.sizeClass = wanted;
    if (wanted === 0) return;
    while (this.#first.length <= wanted) this.#first.push(undefined);
    const other = this.#first[wanted];
    account.smaller = other;
    if (other !== undefined) other.bigger = account;
    this.#first[wanted] = account;
  }

  /**
   * @returns One of the biggest: nobody has twice as much. `undefined` when
   * nobody holds 64 KiB.
   */
  biggest(): Account | undefined {
    for (let at = this.#first.length - 1; at > 0; at--) {
      let best = this.#first[at];
      let account = best?.smaller;
      for (let i = 1; account !== undefined && i < LOOKED_AT; i++) {
        if (account.bytes > best!.bytes) best = account;
        account = account.smaller;
      }
      if (best !== undefined) return best;
    }
    return undefined;
  }

  #unlink(account: Account): void {
    const { bigger, smaller } = account;
    if (bigger === undefined) this.#first[account.sizeClass] = smaller;
    else bigger.smaller = smaller;
    if (smaller !== undefined) smaller.bigger = bigger;
    account.bigger = account.smaller = undefined;
  }
}
