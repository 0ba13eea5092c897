/**
 * Connections that have ended not long ago.
 *
 * @module
 */

import type { OwnedStamp } from "@frontier/proto/cluster";
import { TOMBSTONE_MS } from "../presence_times.ts";

/** How many are looked at with each that is added: the list shrinks faster than it grows. */
const SWEEP = 2;

/** Remembers ended connections for a while, in the order in which they ended. */
export class Tombstones<K> {
  readonly #ended: Map<K, { stamp: OwnedStamp; until: number }> = new Map();

  /** Remembers that a connection has ended. */
  add(key: K, stamp: OwnedStamp, now: number): void {
    this.#ended.delete(key);
    this.#ended.set(key, { stamp, until: now + TOMBSTONE_MS });
    let looked = 0;
    for (const [old, { until }] of this.#ended) {
      if (until > now || looked++ === SWEEP) break;
      this.#ended.delete(old);
    }
  }

  /** The last connection that has ended, if it is remembered. */
  get(key: K, now: number): OwnedStamp | undefined {
    const found = this.#ended.get(key);
    return found !== undefined && found.until > now ? found.stamp : undefined;
  }

  /** Forgets the connection: a newer one is there. */
  delete(key: K): void {
    this.#ended.delete(key);
  }
}
