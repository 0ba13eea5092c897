/**
 * Stamps from the future.
 *
 * @module
 */

import type { PresenceEvent, Stamp } from "@frontier/proto/cluster";

/** Milliseconds that a gateway's idea of the cluster's clock may be ahead of ours: it is kept right with every reply. */
export const MAX_AHEAD_MS = 10_000;
/** Connections that are remembered as begun later than their gateway said, at most; some 30 MB. */
const REMEMBERED = 100_000;

/**
 * The connections of one gateway, as they are entered. One that is said to have
 * begun in the future begins now, when it is heard of: else its gateway would
 * win over every other one for as long as that future lasts. What it is entered
 * as is remembered, for its end and the next sign of life name it as before.
 *
 * A gateway's own clock may be wrong by any amount, for it reckons by the
 * cluster's. That may be set back, where another Redis takes over: what it was
 * before is no future, for connections that began then are recorded so.
 */
export class StampBound {
  readonly #now: () => number;
  readonly #latest: () => number;
  /** When each began by our clock, by what was told. */
  readonly #entered: Map<string, number> = new Map();
  /** When each began as it was told, by what was entered. */
  readonly #told: Map<string, number> = new Map();

  /**
   * @param now The clock of the cluster, in milliseconds.
   * @param latest The latest that it has ever been.
   */
  constructor(now: () => number, latest: () => number) {
    this.#now = now;
    this.#latest = latest;
  }

  /**
   * @param event What a gateway tells.
   * @returns The same, or what is entered in its place.
   */
  enter(event: PresenceEvent): PresenceEvent {
    const { stamp } = event;
    // Almost always there is nothing to remember, and nothing is looked for.
    const known = this.#entered.size === 0
      ? undefined
      : this.#entered.get(keyOf(stamp));
    const isPast = stamp.since <= this.#latest() + MAX_AHEAD_MS;
    if (known === undefined && isPast) return event;
    const since = known ?? Math.max(0, Math.round(this.#now()));
    const entered = { since, seq: stamp.seq };
    if (!("addr" in event)) {
      this.#entered.delete(keyOf(stamp));
      this.#told.delete(keyOf(entered));
    } else if (known === undefined && this.#entered.size < REMEMBERED) {
      this.#entered.set(keyOf(stamp), since);
      this.#told.set(keyOf(entered), stamp.since);
    }
    return { ...event, stamp: entered };
  }

  /**
   * @param stamp A connection as it was entered.
   * @returns The same as its gateway knows it.
   */
  told(stamp: Stamp): Stamp {
    const since = this.#told.size === 0
      ? undefined
      : this.#told.get(keyOf(stamp));
    return since === undefined ? stamp : { since, seq: stamp.seq };
  }
}

function keyOf({ since, seq }: Stamp): string {
  return `${since} ${seq}`;
}
