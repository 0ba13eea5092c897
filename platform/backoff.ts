/**
 * How long to wait before trying again.
 *
 * @module
 */

/** Shortest pause that is honoured, in milliseconds: nothing ever spins. */
const FLOOR_MS = 10;

/** Longest pause, in milliseconds: what is infinite must still be reckoned with. */
const CEILING_MS = Number.MAX_SAFE_INTEGER;

const HOUR_MS = 3_600_000;

/** Bounds of the pauses between attempts. */
export interface BackoffPolicy {
  /**
   * Shortest pause, in milliseconds; at least 10.
   *
   * @default {100}
   */
  readonly minDelayMs?: number;
  /**
   * Longest pause before the first retry, in milliseconds.
   *
   * @default {1_000}
   */
  readonly firstDelayMs?: number;
  /**
   * Longest pause before any retry, in milliseconds; infinite lets it grow on.
   *
   * @default {5_000}
   */
  readonly maxDelayMs?: number;
  /**
   * What the longest pause is multiplied by after each attempt.
   *
   * @default {2}
   */
  readonly factor?: number;
}

/**
 * Exponential backoff with full jitter: each pause is uniformly random between
 * the shortest and a ceiling that grows with every attempt, so that clients
 * that lost the same server do not come back as one wave.
 *
 * @example
 * ```ts
 * import { Backoff } from "@frontier/platform/internal";
 * import { assert } from "@std/assert";
 *
 * const backoff = new Backoff({ minDelayMs: 100, firstDelayMs: 200 });
 * const delay = backoff.next();
 * assert(delay >= 100 && delay <= 200);
 * ```
 */
export class Backoff {
  readonly #min: number;
  readonly #first: number;
  readonly #max: number;
  readonly #factor: number;
  readonly #random: () => number;
  #ceiling: number;

  /**
   * Starts at the first pause.
   *
   * @param policy Bounds.
   * @param random Source of randomness, from 0 to 1, 1 excluded.
   * @throws {RangeError} If a bound is not a number or the factor is below 1.
   */
  constructor(
    policy: BackoffPolicy = {},
    random: () => number = Math.random,
  ) {
    const {
      minDelayMs = 100,
      firstDelayMs = 1_000,
      maxDelayMs = 5_000,
      factor = 2,
    } = policy;
    for (const bound of [minDelayMs, firstDelayMs, maxDelayMs]) {
      if (!(bound >= 0)) {
        throw new RangeError(`Cannot back off for ${bound} ms`);
      }
    }
    if (!(factor >= 1)) {
      throw new RangeError(`Cannot back off by the factor ${factor}`);
    }
    this.#min = Math.min(CEILING_MS, Math.max(FLOOR_MS, minDelayMs));
    this.#max = Math.min(CEILING_MS, Math.max(this.#min, maxDelayMs));
    this.#first = Math.min(this.#max, Math.max(this.#min, firstDelayMs));
    this.#factor = factor;
    this.#random = random;
    this.#ceiling = this.#first;
  }

  /**
   * Draws the next pause and raises the ceiling.
   *
   * @returns Milliseconds.
   */
  next(): number {
    const delay = this.#min + this.#random() * (this.#ceiling - this.#min);
    this.#ceiling = Math.min(this.#max, this.#ceiling * this.#factor);
    return delay;
  }

  /** The longest pause of all, in milliseconds, and at most an hour where there is no bound. */
  get longest(): number {
    return Math.min(this.#max, HOUR_MS);
  }

  /** Starts again at the first pause, after an attempt that succeeded. */
  reset(): void {
    this.#ceiling = this.#first;
  }
}
