/**
 * How long an endpoint waits before it connects again.
 *
 * @module
 */

import type { Connection } from "@frontier/endpoint/internal";
import { Backoff, type BackoffPolicy } from "@frontier/platform/internal";

/** Milliseconds after which a connection was a good one: its loss is retried soon. */
const STABLE_MS = 5_000;
/** Longest pause when the gateway asks to connect again, in milliseconds: many may be asked at a time. */
const SOON_MS = 200;

/** The pauses of one endpoint, which grow while nothing comes of its attempts. */
export class Pauses {
  readonly #backoff: Backoff;

  /**
   * Starts with the shortest pause.
   *
   * @param policy Bounds of the pauses.
   * @throws {RangeError} If a bound makes no sense.
   */
  constructor(policy: BackoffPolicy) {
    this.#backoff = new Backoff(policy);
  }

  /**
   * Draws the pause after a round in which each address has failed.
   *
   * @returns Milliseconds.
   */
  afterFailures(): number {
    return this.#backoff.next();
  }

  /**
   * Draws the pause after a connection.
   *
   * @param connection One that is over.
   * @returns Milliseconds; few when it was asked to come back, the longest when
   * a newer connection has its id.
   */
  afterConnection({ link, farewell }: Connection): number {
    if (link.timers.now() - link.openedAt >= STABLE_MS) this.#backoff.reset();
    switch (farewell) {
      // Two endpoints that take one id from each other must not do so all day.
      case "replaced":
        return this.#backoff.longest;
      case "reconnect":
        return soonMs();
      default:
        return this.#backoff.next();
    }
  }
}

/**
 * Draws the pause of those who are asked to come at once, many at a time.
 *
 * @param longestMs The longest, in milliseconds.
 * @returns Milliseconds, half of that at least.
 */
export function soonMs(longestMs: number = SOON_MS): number {
  return longestMs * (0.5 + Math.random() / 2);
}
