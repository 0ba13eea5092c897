/**
 * What happened to the messages of a broker.
 *
 * @module
 */

import { Buckets } from "@frontier/platform/internal";

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
  /** How long messages took from their coming to the broker's acknowledgement. */
  readonly latency = new Buckets();

  /**
   * A message was acknowledged.
   *
   * @param ms How long it took, in milliseconds.
   */
  stored(ms: number): void {
    this.published++;
    this.latency.add(ms);
  }
}
