/**
 * A histogram of durations: constant memory, about 3 % resolution, some nanoseconds per entry.
 *
 * @module
 */

const SUB_BITS = 5;
const SUB = 1 << SUB_BITS;
const LINEAR = SUB * 2;
/** Units per microsecond. */
const SCALE = 4;

/**
 * Counts durations in buckets that widen with the duration.
 *
 * @example Quantiles
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { Histogram } from "./latency.ts";
 *
 * const histogram = new Histogram();
 * for (let us = 1; us <= 1000; us++) histogram.add(us);
 * assertAlmostEquals(histogram.quantile(0.5), 500, 20);
 * ```
 */
export class Histogram {
  #counts = new Float64Array(LINEAR + SUB * 26);
  #total = 0;

  /** Number of entries. */
  get total(): number {
    return this.#total;
  }

  /**
   * Adds one duration.
   *
   * @param us microseconds; negative ones count as 0, those above 500 s as 500 s.
   */
  add(us: number): void {
    const units = us <= 0 ? 0 : us >= 5e8 ? 2e9 : (us * SCALE) | 0;
    let bucket = units;
    if (units >= LINEAR) {
      const exponent = 31 - Math.clz32(units);
      bucket = LINEAR + (exponent - SUB_BITS - 1) * SUB +
        ((units >> (exponent - SUB_BITS)) & (SUB - 1));
    }
    (this.#counts[bucket] as number)++;
    this.#total++;
  }

  /**
   * The duration that a share of all entries does not exceed.
   *
   * @param share between 0 and 1.
   * @returns microseconds (the middle of the bucket); 0 without entries.
   */
  quantile(share: number): number {
    let left = Math.ceil(share * this.#total);
    if (left === 0) return 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      left -= this.#counts[bucket] as number;
      if (left <= 0) return middle(bucket) / SCALE;
    }
    return 0;
  }

  /** Forgets all entries. */
  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }
}

function middle(bucket: number): number {
  if (bucket < LINEAR) return bucket + 0.5;
  const exponent = Math.floor((bucket - LINEAR) / SUB) + SUB_BITS + 1;
  const width = 2 ** (exponent - SUB_BITS);
  return (SUB + ((bucket - LINEAR) % SUB)) * width + width / 2;
}
