/**
 * Many questions at once, asked together.
 *
 * @module
 */

import { setImmediate } from "node:timers";

/** Questions that are asked together, at most. */
const MOST = 1_000;

/**
 * Gathers what is asked in one turn of the event loop and asks it as one: a
 * gateway's death makes thousands look for their edges in the same moment.
 */
export class Gathered<K, V> {
  readonly #ask: (keys: readonly K[]) => Promise<Map<K, V>>;
  #waiting: Map<K, PromiseWithResolvers<V | undefined>> = new Map();

  /**
   * @param ask Answers many at once; what has no answer is left out.
   */
  constructor(ask: (keys: readonly K[]) => Promise<Map<K, V>>) {
    this.#ask = ask;
  }

  /** The answer to one question. */
  get(key: K): Promise<V | undefined> {
    const known = this.#waiting.get(key);
    if (known !== undefined) return known.promise;
    const mine = Promise.withResolvers<V | undefined>();
    this.#waiting.set(key, mine);
    if (this.#waiting.size === 1) setImmediate(() => void this.#flush());
    return mine.promise;
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    const keys = [...waiting.keys()];
    for (let at = 0; at < keys.length; at += MOST) {
      const part = keys.slice(at, at + MOST);
      try {
        const answers = await this.#ask(part);
        for (const key of part) waiting.get(key)!.resolve(answers.get(key));
      } catch (error) {
        for (const key of part) waiting.get(key)!.reject(error);
      }
    }
  }
}
