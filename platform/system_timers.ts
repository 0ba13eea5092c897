/**
 * The real clock.
 *
 * @module
 */

import { type Timer, type Timers, TimerWheel } from "@frontier/proto";

/**
 * One timer wheel on the process clock, driven by at most one `setTimeout`,
 * and by none while nothing is armed.
 */
export class SystemTimers implements Timers {
  readonly #wheel = new TimerWheel(performance.now());
  #handle: ReturnType<typeof setTimeout> | undefined = undefined;
  #wakeAt = Infinity;

  /** Timers armed. */
  get size(): number {
    return this.#wheel.size;
  }

  /**
   * Reads the clock.
   *
   * @returns Whole milliseconds since the process started.
   */
  now(): number {
    // Whole milliseconds: small integers need no memory of their own.
    return Math.floor(performance.now());
  }

  /**
   * Arms a timer, or moves it.
   *
   * @param timer One of whoever waits; it may be armed already.
   * @param at When it fires, in milliseconds of the clock; one that is to fire
   * never, at infinity, is disarmed.
   */
  set(timer: Timer, at: number): void {
    if (at === Infinity) {
      // It would keep the wheel turning, and the process alive.
      this.clear(timer);
      timer.at = at;
      return;
    }
    // An empty wheel does not turn: bring it up to date first.
    if (this.#wheel.size === 0) this.#wheel.advance(performance.now());
    this.#wheel.set(timer, at);
    if (at < this.#wakeAt) this.#schedule();
  }

  /**
   * Disarms a timer.
   *
   * @param timer One that may be armed; nothing happens when it is not.
   */
  clear(timer: Timer): void {
    this.#wheel.clear(timer);
    if (this.#wheel.size === 0 && this.#handle !== undefined) {
      clearTimeout(this.#handle);
      this.#handle = undefined;
      this.#wakeAt = Infinity;
    }
  }

  #schedule(): void {
    const at = this.#wheel.nextAt();
    if (at === undefined || at >= this.#wakeAt) return;
    if (this.#handle !== undefined) clearTimeout(this.#handle);
    this.#wakeAt = at;
    this.#handle = setTimeout(
      () => this.#wake(),
      Math.max(0, at - performance.now()),
    );
  }

  #wake(): void {
    this.#handle = undefined;
    this.#wakeAt = Infinity;
    try {
      this.#wheel.advance(performance.now());
    } finally {
      if (this.#wakeAt === Infinity) this.#schedule();
    }
  }
}

/** The timers of this process. */
export const systemTimers: SystemTimers = new SystemTimers();
