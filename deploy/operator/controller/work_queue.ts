/**
 * Work by keys: each key is worked on by one at a time, and again where it was added meanwhile.
 *
 * @module
 */

import { Backoff } from "@frontier/platform/internal";

/** How the work is done. */
export interface WorkQueueOptions {
  /** Most keys that are worked on at a time. */
  readonly concurrency: number;
  /**
   * Does the work.
   *
   * @param key For what.
   * @returns Milliseconds until it is to be done again; `undefined` when nothing is left to do.
   */
  readonly work: (key: string) => Promise<number | undefined>;
  /** Told what failed; it is done again after a pause that grows. */
  readonly onError: (key: string, error: unknown) => void;
}

/** A queue of work. */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #busy = new Map<string, Promise<void>>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #backoffs = new Map<string, Backoff>();
  #running = false;

  /** @param options How the work is done. */
  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** Keys that wait or are worked on. */
  get length(): number {
    return this.#waiting.size + this.#busy.size;
  }

  /** Adds a key, if it does not wait already. */
  add(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#waiting.add(key);
    this.#pump();
  }

  /** Works until the signal, and ends when what is under way is done. */
  async run(signal: AbortSignal): Promise<void> {
    this.#running = true;
    this.#pump();
    if (!signal.aborted) {
      await new Promise((resolve) =>
        signal.addEventListener("abort", resolve, { once: true })
      );
    }
    this.#running = false;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(this.#busy.values());
  }

  #pump(): void {
    if (!this.#running) return;
    for (const key of this.#waiting) {
      if (this.#busy.size >= this.#options.concurrency) return;
      if (this.#busy.has(key)) continue;
      this.#waiting.delete(key);
      // Not at once: what adds keys while it begins must find itself busy.
      this.#busy.set(key, Promise.resolve().then(() => this.#do(key)));
    }
  }

  async #do(key: string): Promise<void> {
    let again: number | undefined;
    try {
      again = await this.#options.work(key);
      this.#backoffs.delete(key);
    } catch (error) {
      this.#options.onError(key, error);
      let backoff = this.#backoffs.get(key);
      if (backoff === undefined) {
        backoff = new Backoff({
          firstDelayMs: 500,
          maxDelayMs: 120_000,
        });
        this.#backoffs.set(key, backoff);
      }
      again = backoff.next();
    }
    this.#busy.delete(key);
    if (again !== undefined && this.#running && !this.#waiting.has(key)) {
      clearTimeout(this.#timers.get(key));
      this.#timers.set(key, setTimeout(() => this.add(key), again));
    }
    this.#pump();
  }
}
