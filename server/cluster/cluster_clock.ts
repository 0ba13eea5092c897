/**
 * The cluster's clock, as far as a gateway knows it.
 *
 * @module
 */

/** Milliseconds by which the clocks may differ before a gateway follows. */
const SLACK_MS = 100;
/** Corrections that are kept at least, and at most. */
const LEAST_KEPT = 64;
const MOST_KEPT = 4_096;

/** From one point of our clock on, what the cluster's clock is ahead of it. */
interface Correction {
  /** In milliseconds of our clock. */
  readonly from: number;
  /** In milliseconds. */
  readonly ahead: number;
  /** What was told of the last point before it, in milliseconds of the cluster's clock. */
  readonly floor: number;
}

/**
 * Turns points in time of our own clock, which never goes back, into the
 * cluster's. What it said about a point it says for ever: corrections are for
 * what comes later. Nor does it ever put a later point before an earlier one.
 * So a connection keeps its stamp without a place to keep it in.
 */
export class ClusterClock {
  #corrections: Correction[] = [];
  #prunedAt = LEAST_KEPT;
  readonly #oldest: () => number;

  /**
   * @param oldest Returns the earliest point that may be asked for, in
   * milliseconds of our clock; called now and then.
   */
  constructor(oldest: () => number) {
    this.#oldest = oldest;
  }

  /** Whether the cluster's clock was ever heard. */
  get known(): boolean {
    return this.#corrections.length > 0;
  }

  /**
   * The directory has told the time.
   *
   * @param clusterMs What it said, in milliseconds of the cluster's clock.
   * @param askedAt When it was asked, in milliseconds of our clock.
   * @param toldAt When its answer came.
   */
  heard(clusterMs: number, askedAt: number, toldAt: number): void {
    const ahead = Math.round(clusterMs - (askedAt + toldAt) / 2);
    const last = this.#corrections.at(-1);
    if (last === undefined) {
      this.#corrections.push({ from: -Infinity, ahead, floor: 0 });
      return;
    }
    // It was read at any time between question and answer.
    const doubt = SLACK_MS + (toldAt - askedAt) / 2;
    if (Math.abs(ahead - last.ahead) <= doubt) return;
    this.#prune();
    if (this.#corrections.length < MOST_KEPT) {
      const floor = this.at(toldAt);
      this.#corrections.push({ from: toldAt, ahead, floor });
    }
  }

  /**
   * @param at A point in time, in milliseconds of our clock.
   * @returns The same by the cluster's clock, in whole milliseconds; our own
   * clock while that was never heard.
   */
  at(at: number): number {
    const correction = this.#corrections.findLast(({ from }) => from <= at);
    if (correction === undefined) return Math.floor(at);
    return Math.max(correction.floor, Math.floor(at + correction.ahead));
  }

  /** Forgets corrections that nobody asks for any more. */
  #prune(): void {
    if (this.#corrections.length < this.#prunedAt) return;
    const oldest = this.#oldest();
    const corrections = this.#corrections;
    let keep = 0;
    while (
      keep + 1 < corrections.length && corrections[keep + 1]!.from <= oldest
    ) keep++;
    this.#corrections = corrections.slice(keep);
    this.#prunedAt = Math.max(LEAST_KEPT, 2 * this.#corrections.length);
  }
}
