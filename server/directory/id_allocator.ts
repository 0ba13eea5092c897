/**
 * Ids for edges and services.
 *
 * @module
 */

/**
 * Makes 64-bit ids as the original does: Unix seconds in the high half, a
 * counter that starts anywhere in the low half. One allocator serves edges and
 * services. Source: docs/spec/wire.md §2.1.
 */
export class IdAllocator {
  /** High half of the id made last. */
  hi = 0;
  /** Low half of the id made last. */
  lo: number;
  readonly #wallClock: () => number;

  /**
   * @param random Returns a number from 0 to 1, 1 excluded.
   * @param wallClock Returns Unix milliseconds.
   */
  constructor(random: () => number, wallClock: () => number) {
    this.lo = Math.floor(random() * 0x1_0000_0000);
    this.#wallClock = wallClock;
  }

  /** Makes the next id; it is in `hi` and `lo` afterwards. */
  next(): void {
    this.lo = (this.lo + 1) >>> 0;
    const seconds = Math.floor(this.#wallClock() / 1000) >>> 0;
    // Never back, so that a clock that is set back repeats no id.
    this.hi = Math.max(this.hi, seconds, 1);
    if (this.lo === 0) this.hi++;
  }
}
