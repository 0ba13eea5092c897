/**
 * What the store said last, for the time when it says nothing.
 *
 * @module
 */

/** An answer of the store, and when it came. */
export interface Kept<T> {
  /** The answer. */
  readonly value: T;
  /** When the store gave it, in milliseconds of a clock that only goes forward. */
  readonly at: number;
}

/** Keeps so many answers and no more; those that were asked for longest ago go first. */
export class KeptAnswers<T> {
  readonly #max: number;
  /** In the order in which they were last asked for. */
  readonly #kept: Map<string, Kept<T>> = new Map();

  /**
   * @param max Answers at most.
   */
  constructor(max: number) {
    this.#max = max;
  }

  /** How many are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /**
   * Keeps an answer in the place of an older one.
   *
   * @param key What was asked.
   * @param value The answer.
   * @param at When it came.
   */
  keep(key: string, value: T, at: number): void {
    this.#kept.delete(key);
    this.#kept.set(key, { value, at });
    if (this.#kept.size <= this.#max) return;
    const [oldest] = this.#kept.keys();
    this.#kept.delete(oldest!);
  }

  /**
   * Forgets an answer that is true no more.
   *
   * @param key What was asked.
   */
  forget(key: string): void {
    this.#kept.delete(key);
  }

  /**
   * @param key What is asked.
   * @returns What the store said last; `undefined` if that is not kept.
   */
  find(key: string): Kept<T> | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept;
  }
}
