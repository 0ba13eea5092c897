/**
 * Counting what repeats.
 *
 * @module
 */

import { Timer, type Timers } from "@frontier/proto";

/** Options of {@linkcode Repeats}. */
export interface RepeatsOptions<E> {
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Milliseconds between two lines about one key. */
  readonly everyMs: number;
  /**
   * Keys that are told apart; what comes of others meanwhile is one line for
   * all of them.
   */
  readonly maxKeys: number;
  /**
   * Says something.
   *
   * @param key Whose doing it is; {@linkcode OTHERS} for those beyond
   * `maxKeys`.
   * @param event What happened last.
   * @param times How often since the last line; `undefined` for the first
   * event, which is said at once.
   */
  readonly say: (key: string, event: E, times: number | undefined) => void;
}

/** What one key has done since the last line about it. */
interface Record<E> {
  /** When the next line may be written. */
  dueAt: number;
  /** What happened since the last line. */
  count: number;
  /** The last of it. */
  last: E | undefined;
}

/** Stands for the keys beyond those that are told apart. */
export const OTHERS = "(others)";

/**
 * Turns what happens again and again into one line per key and span of time.
 *
 * The first event of a key is said at once. What follows within the span is
 * counted and said in one line at its end. A key that stays quiet for a span is
 * forgotten. There is one timer for all keys, and none while there is nothing
 * to say; memory is bounded.
 */
export class Repeats<E> implements Disposable {
  readonly #options: RepeatsOptions<E>;
  /**
   * In the order in which they are due, for each line makes its key the last.
   */
  readonly #records: Map<string, Record<E>> = new Map();
  readonly #timer: Timer = new Timer(() => this.#onTimer());

  /**
   * @param options Where lines go, and how many.
   */
  constructor(options: RepeatsOptions<E>) {
    this.#options = options;
  }

  /**
   * Something happened.
   *
   * @param key Whose doing it is.
   * @param event What happened.
   */
  report(key: string, event: E): void {
    const full = this.#records.size >= this.#options.maxKeys;
    const name = full && !this.#records.has(key) ? OTHERS : key;
    const known = this.#records.get(name);
    if (known === undefined) {
      this.#options.say(name, event, undefined);
      this.#await(name, { dueAt: 0, count: 0, last: undefined });
      this.#arm();
      return;
    }
    known.count++;
    known.last = event;
  }

  /** Says what was counted, and forgets everything. */
  [Symbol.dispose](): void {
    this.#options.timers.clear(this.#timer);
    for (const [key, { count, last }] of this.#records) {
      if (count > 0) this.#options.say(key, last!, count);
    }
    this.#records.clear();
  }

  #await(key: string, record: Record<E>): void {
    const { timers, everyMs } = this.#options;
    record.dueAt = timers.now() + everyMs;
    this.#records.set(key, record);
  }

  #arm(): void {
    if (this.#timer.armed) return;
    const [first] = this.#records.values();
    if (first !== undefined) this.#options.timers.set(this.#timer, first.dueAt);
  }

  #onTimer(): void {
    const now = this.#options.timers.now();
    for (const [key, record] of this.#records) {
      if (record.dueAt > now) break;
      this.#records.delete(key);
      const { count, last } = record;
      if (count === 0) continue;
      this.#options.say(key, last!, count);
      record.count = 0;
      record.last = undefined;
      this.#await(key, record);
    }
    this.#arm();
  }
}
