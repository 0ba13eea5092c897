/**
 * Bytes of connections.
 *
 * @module
 */

import type { LinkTraffic } from "@frontier/proto/internal";

/** Adds up the bytes of all connections of a side. */
export class Traffic implements LinkTraffic {
  /** Received, sent and dropped; in an array, for large numbers in fields would be objects of their own. */
  readonly #bytes = new Float64Array(3);

  /** Bytes that came. */
  get received(): number {
    return this.#bytes[0]!;
  }

  /** Bytes that were sent. */
  get sent(): number {
    return this.#bytes[1]!;
  }

  /** Bytes that waited to be sent when their connection was cut. */
  get dropped(): number {
    return this.#bytes[2]!;
  }

  /** @inheritdoc */
  onReceived(count: number): void {
    this.#bytes[0]! += count;
  }

  /** @inheritdoc */
  onSent(count: number): void {
    this.#bytes[1]! += count;
  }

  /** @inheritdoc */
  onDropped(count: number): void {
    this.#bytes[2]! += count;
  }
}
