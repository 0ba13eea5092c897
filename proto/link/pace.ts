/**
 * Reading no faster than somebody else writes.
 *
 * @module
 */

import { Timer, type Timers } from "../wire/timer_wheel.ts";

/** Bytes waiting in an outbox from which on those who fill it wait. */
const PACE_BYTES = 196_608;
/** Milliseconds they wait at most. */
const PACE_MS = 4;

/**
 * Lets a connection that carries a bulk stream wait until the connection that
 * its bytes go to has written most of them. It is not needed to bound memory:
 * without it a fast sender keeps megabytes ahead of its receiver, all of which
 * leave the processor's cache before they are written. With it the same few
 * hundred kilobytes are read and written in turn.
 *
 * Nobody waits long: a connection carries more than one stream. A target that
 * did not write in time is not waited for again until it has written.
 */
export class Pace {
  /** Whether we wait. */
  waiting = false;
  readonly #timers: Timers;
  readonly #onGo: () => void;
  readonly #timer: Timer;
  /** Connections that wait for us. */
  #followers: Pace[] = [];
  /** Whether we let those who waited for us down. */
  #slow = false;
  #target: Pace | undefined = undefined;
  /** Since when we wait, in milliseconds of the clock. */
  #since = 0;

  /**
   * @param timers The clock.
   * @param onGo Called when we wait no longer.
   */
  constructor(timers: Timers, onGo: () => void) {
    this.#timers = timers;
    this.#onGo = onGo;
    this.#timer = new Timer(() => this.#late());
  }

  /**
   * Tells whether a connection has enough to write that others may wait for it.
   *
   * @param unwritten Bytes waiting in its outbox.
   * @returns Whether it has.
   */
  static isFull(unwritten: number): boolean {
    return unwritten >= PACE_BYTES;
  }

  /**
   * Waits for a connection whose outbox is full.
   *
   * @param target Its pace.
   * @param now The time, in milliseconds of the clock.
   */
  follow(target: Pace, now: number): void {
    if (this.waiting || target === this || target.#slow) return;
    this.waiting = true;
    this.#target = target;
    target.#followers.push(this);
    this.#since = now;
    // It stays armed from wait to wait: most last for microseconds.
    if (!this.#timer.armed) this.#timers.set(this.#timer, now + PACE_MS);
  }

  /**
   * We have written.
   *
   * @param unwritten Bytes that still wait in our outbox.
   */
  written(unwritten: number): void {
    this.#slow = false;
    if (this.#followers.length > 0 && !Pace.isFull(unwritten)) this.release();
  }

  /** Nobody is to wait for us any more. */
  release(): void {
    const followers = this.#followers;
    this.#followers = [];
    for (const follower of followers) follower.#go();
  }

  /** We are over: we neither wait nor are waited for. */
  end(): void {
    this.#timers.clear(this.#timer);
    const target = this.#target;
    if (target !== undefined) {
      target.#followers = target.#followers.filter((one) => one !== this);
      this.#target = undefined;
    }
    this.release();
  }

  #late(): void {
    const target = this.#target;
    if (target === undefined) return;
    const dueAt = this.#since + PACE_MS;
    if (dueAt > this.#timers.now()) {
      this.#timers.set(this.#timer, dueAt);
      return;
    }
    target.#slow = true;
    target.release();
  }

  #go(): void {
    this.waiting = false;
    this.#target = undefined;
    this.#onGo();
  }
}
