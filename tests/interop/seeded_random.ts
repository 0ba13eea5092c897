/** Reproducible randomness: a failing run names its seed. */

/** A seeded source of random choices. */
export class SeededRandom {
  #state: number;

  /**
   * @param seed Any integer; the same seed gives the same choices.
   */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** @returns A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /**
   * @param limit Exclusive upper bound.
   * @returns An integer in [0, limit).
   */
  int(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /**
   * @param probability Between 0 and 1.
   * @returns True with that probability.
   */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /**
   * @param choices At least one.
   * @returns One of them.
   */
  pick<T>(choices: readonly T[]): T {
    return choices[this.int(choices.length)] as T;
  }

  /**
   * @param length Number of bytes.
   * @returns Random bytes.
   */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i++) out[i] = this.int(256);
    return out;
  }
}
