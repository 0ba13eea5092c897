/**
 * The time of the event loop that slow work may take.
 *
 * @module
 */

/** Part of the time that slow work of all sources together may take. */
const PART = 1 / 2;
/** Milliseconds of debt below which nobody waits. */
const GRACE_MS = 5;
/** Debts that are looked at, per charge, for being paid. */
const LOOKED_AT = 4;

interface Debt {
  ms: number;
  at: number;
}

/**
 * Shares among those whose frames need the slow way what time it may take:
 * each source has a debt that time pays, faster the fewer have one. A source
 * whose debt has grown is not read until it is paid. What costs little now and
 * then is never kept waiting, however much others owe.
 */
export class SlowShare {
  readonly #debts: Map<object, Debt> = new Map();

  /** How many owe something, or have lately. */
  get sources(): number {
    return this.#debts.size;
  }

  /**
   * Slow work was done.
   *
   * @param source For whom.
   * @param ms Milliseconds it took.
   * @param now The time in milliseconds.
   * @returns Milliseconds the source is to wait before it is read again; 0 when
   * it need not.
   */
  charge(source: object, ms: number, now: number): number {
    this.#prune(now);
    let debt = this.#debts.get(source);
    if (debt === undefined) debt = { ms: 0, at: now };
    // The one charged last is the last in the map.
    else this.#debts.delete(source);
    this.#debts.set(source, debt);
    const rate = PART / this.#debts.size;
    debt.ms = Math.max(0, debt.ms - (now - debt.at) * rate) + ms;
    debt.at = now;
    // While it was worked for, time paid too.
    return debt.ms <= GRACE_MS ? 0 : debt.ms / rate - ms;
  }

  /**
   * A source has gone.
   *
   * @param source Which one.
   */
  forget(source: object): void {
    this.#debts.delete(source);
  }

  #prune(now: number): void {
    let left = LOOKED_AT;
    for (const [source, debt] of this.#debts) {
      if (left-- === 0) return;
      const rate = PART / this.#debts.size;
      if (debt.ms > (now - debt.at) * rate) return;
      this.#debts.delete(source);
    }
  }
}
