/**
 * The clock that all directories and gateways of a cluster go by: that of Redis.
 *
 * @module
 */

/** How many measurements are kept. */
const KEPT = 5;

/** Reckons the time of a server between two questions for it. */
export class ClusterClock {
  readonly #monotonic: () => number;
  #offsets: number[] = [];
  #offset = 0;
  #last = 0;

  /**
   * @param monotonic Milliseconds that never go back.
   */
  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic;
  }

  /** When a question is sent, for {@linkcode ClusterClock.heard}. */
  ask(): number {
    return this.#monotonic();
  }

  /**
   * The server has said what time it is.
   *
   * @param asked When it was asked.
   * @param time Its answer to `TIME`: seconds and microseconds.
   */
  heard(asked: number, time: unknown): void {
    const [seconds, micros] = time as [string, string];
    const server = Number(seconds) * 1_000 + Number(micros) / 1_000;
    const offset = server - (asked + this.#monotonic()) / 2;
    // Another server, or a clock that was set: what was measured before says nothing.
    if (Math.abs(offset - this.#offset) > 1_000) this.#offsets = [];
    this.#offsets.push(offset);
    if (this.#offsets.length > KEPT) this.#offsets.shift();
    const sorted = this.#offsets.toSorted((a, b) => a - b);
    this.#offset = sorted[Math.floor(sorted.length / 2)]!;
  }

  /** Unix milliseconds; never less than before, but for a clock that was set back by more than a second. */
  now(): number {
    const now = Math.floor(this.#monotonic() + this.#offset);
    if (now < this.#last && this.#last - now < 1_000) return this.#last;
    return this.#last = now;
  }
}
