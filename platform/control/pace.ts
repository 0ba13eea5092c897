/**
 * How much is done in a second.
 *
 * @module
 */

/**
 * Lets so many begin in a second, and some at once after a pause: whoever asks
 * without end is answered at this pace, and the rest of the time belongs to
 * others.
 */
export class Pace {
  readonly #eachMs: number;
  readonly #burstMs: number;
  /** When the last one had its turn, or will have. */
  #at = -Infinity;

  /**
   * @param perSecond How many begin in a second, and at once after one of rest.
   */
  constructor(perSecond: number) {
    this.#eachMs = 1_000 / perSecond;
    this.#burstMs = 1_000;
  }

  /**
   * Takes a turn.
   *
   * @param now The time, in milliseconds.
   * @returns Milliseconds until it comes; 0 for at once.
   */
  turn(now: number): number {
    this.#at = Math.max(this.#at, now - this.#burstMs) + this.#eachMs;
    return Math.max(0, this.#at - now);
  }
}

/**
 * Waits.
 *
 * @param ms Milliseconds.
 * @param signal Gives up when aborted.
 * @throws {unknown} The signal's reason.
 */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  const timer = setTimeout(resolve, ms);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
