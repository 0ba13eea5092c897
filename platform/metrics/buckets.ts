/**
 * A histogram that costs next to nothing to fill.
 *
 * @module
 */

/** Upper bounds for what takes from a millisecond to half a minute, in milliseconds. */
export const LATENCY_BOUNDS: readonly number[] = [
  1,
  2.5,
  5,
  10,
  25,
  50,
  100,
  250,
  500,
  1_000,
  2_500,
  5_000,
  10_000,
  30_000,
];

/** Upper bounds for what lasts from a tenth of a second to a day, in milliseconds. */
export const LIFETIME_BOUNDS: readonly number[] = [
  100,
  1_000,
  10_000,
  60_000,
  600_000,
  3_600_000,
  21_600_000,
  86_400_000,
];

/**
 * Counts spans of time by their length. Adding one allocates nothing and takes a few nanoseconds; whoever asks reads the plain
 * counts.
 *
 * A span lies below its bound, not at it: clocks here count whole milliseconds, so that a difference of 1 may have been two.
 */
export class Buckets {
  /** Upper bounds in milliseconds, ascending. */
  readonly bounds: readonly number[];
  /** How many spans lie below each bound and not below the one before; the last are those beyond all bounds. */
  readonly counts: Float64Array;
  /** In an array, for a number of this size in a field would be an object of its own. */
  readonly #sum = new Float64Array(1);

  /**
   * Makes one without spans.
   *
   * @param bounds Upper bounds in milliseconds, ascending.
   */
  constructor(bounds: readonly number[] = LATENCY_BOUNDS) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  /** The sum of all spans, in milliseconds. */
  get sum(): number {
    return this.#sum[0]!;
  }

  /** How many spans were added. */
  get count(): number {
    return this.counts.reduce((all, count) => all + count, 0);
  }

  /**
   * Adds a span.
   *
   * @param ms Its length in milliseconds.
   */
  add(ms: number): void {
    const { bounds } = this;
    let i = 0;
    while (i < bounds.length && ms >= bounds[i]!) i++;
    this.counts[i]!++;
    this.#sum[0]! += ms;
  }
}
