/**
 * How late the event loop is.
 *
 * @module
 */

import { Buckets } from "./buckets.ts";

/** Milliseconds between two looks. */
const EVERY_MS = 50;

/**
 * Measures again and again how much later than asked for a timer fires: what every packet and every timeout of the program waits,
 * too. It keeps no process alive.
 */
export class EventLoopLag implements Disposable {
  /** How late, look by look. */
  readonly spans: Buckets = new Buckets();
  readonly #timer: ReturnType<typeof setInterval>;
  #dueAt = performance.now() + EVERY_MS;

  /** Begins to measure. */
  constructor() {
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  /** Stops. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    this.spans.add(Math.max(0, now - this.#dueAt));
    this.#dueAt = now + EVERY_MS;
  }
}
