/**
 * Sharing what is bounded.
 *
 * @module
 */

/** From this limit on a part is kept for others. */
const LEAST_SHARED = 8;
/** What is kept on top, and once more for those who have little, in parts of the limit. */
const ON_TOP = 1 / 4;
/** What is little, in parts of the limit. */
const LITTLE = 1 / 512;

/**
 * A limit that callers share. A lone caller may take all of it. From 8 on there
 * is a quarter more, which only others get; while several callers are there and
 * half of the limit is taken, each may hold at most as much as is still free.
 * So one that takes all it can leaves room for those that come later. When many
 * such come one after the other, each takes half of what is left, in the end
 * nothing is: of a large limit there is another quarter for those who have
 * next to nothing.
 */
export class Share {
  readonly #limit: number;
  readonly #total: number;
  readonly #little: number;
  readonly #most: number;

  /**
   * Shares a limit.
   *
   * @param limit What a lone caller may take.
   */
  constructor(limit: number) {
    this.#limit = limit;
    const onTop = limit < LEAST_SHARED ? 0 : limit * ON_TOP;
    this.#total = limit + onTop;
    this.#little = Math.floor(limit * LITTLE);
    this.#most = this.#total + onTop;
  }

  /**
   * Tells whether all callers together have so little that nobody needs to be asked who it is.
   *
   * @param all What all have.
   * @param more What one more wants.
   * @returns Whether it may be taken without a question.
   */
  isPlenty(all: number, more: number): boolean {
    return all + more <= this.#limit / 2;
  }

  /**
   * Tells whether a caller may take something.
   *
   * @param own What it has.
   * @param all What all have.
   * @param more What it wants.
   * @param alone Whether nobody else is there.
   * @returns Whether it may.
   */
  allows(own: number, all: number, more: number, alone: boolean): boolean {
    if (this.isPlenty(all, more)) return true;
    if (alone) return own + more <= this.#limit;
    if (own + more <= this.#total - all) return true;
    return own + more <= this.#little && all + more <= this.#most;
  }
}
