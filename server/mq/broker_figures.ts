/**
 * What happened to the messages of a broker.
 *
 * @module
 */

/** Upper bounds of the buckets of latencies, in milliseconds; what takes longer is in one more. */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  1,
  2,
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

/** Plain numbers that only grow: whoever shows them reads them when asked. */
export class BrokerFigures {
  /** Messages that the broker has acknowledged. */
  published = 0;
  /** Messages that the broker does not take. */
  refused = 0;
  /** Messages refused because the broker could not be reached. */
  unavailable = 0;
  /** Messages refused because their edge has its share of the queue, or the queue is full. */
  full = 0;
  /** Messages of which it is not known whether the broker has them. */
  unknown = 0;
  /** Sum of the times from coming to acknowledgement, in milliseconds. */
  latencySumMs = 0;
  /** How many took at most as long as the bound at the same index of {@linkcode LATENCY_BOUNDS_MS}, and longer than the one before. */
  readonly latencies = new Float64Array(LATENCY_BOUNDS_MS.length + 1);

  /**
   * A message was acknowledged.
   *
   * @param ms How long it took, in milliseconds.
   */
  stored(ms: number): void {
    this.published++;
    this.latencySumMs += ms;
    let i = 0;
    while (i < LATENCY_BOUNDS_MS.length && ms > LATENCY_BOUNDS_MS[i]!) i++;
    this.latencies[i]!++;
  }
}
