/**
 * Which calls of one connection are in flight.
 *
 * @module
 */

/** The largest number: as much as a tag can carry. */
const MOST = 0xff_ffff;

/** Calls in flight, found again by their number. */
export class Flights {
  /** Calls without an answer yet. */
  count = 0;
  readonly #sentAt: Float64Array;
  readonly #idOf: Uint32Array;
  readonly #targetOf: Uint16Array;
  readonly #mask: number;
  #nextId = 1000;

  /**
   * @param most calls in flight at most; the memory follows it.
   */
  constructor(most: number) {
    // Twice the need, so that a free slot is near; numbers name slots by their low bits.
    const size = 1 << Math.ceil(Math.log2(Math.max(2, most) * 2));
    this.#sentAt = new Float64Array(size);
    this.#idOf = new Uint32Array(size);
    this.#targetOf = new Uint16Array(size);
    this.#mask = size - 1;
  }

  /**
   * Begins a call.
   *
   * @param now the time in milliseconds; not 0.
   * @param target a number to find again, below 65 536.
   * @returns the call's number, below 2^24.
   */
  begin(now: number, target: number): number {
    let id = this.#nextId;
    while (this.#sentAt[id & this.#mask] !== 0) id = (id + 1) & MOST;
    this.#nextId = (id + 1) & MOST;
    this.#idOf[id & this.#mask] = id;
    this.#sentAt[id & this.#mask] = now;
    this.#targetOf[id & this.#mask] = target;
    this.count++;
    return id;
  }

  /**
   * Ends a call.
   *
   * @param id its number.
   * @returns when it began, or 0 when no such call is in flight.
   */
  end(id: number): number {
    const slot = id & this.#mask;
    const sentAt = this.#sentAt[slot] as number;
    if (sentAt === 0 || this.#idOf[slot] !== id) return 0;
    this.count--;
    this.#sentAt[slot] = 0;
    return sentAt;
  }

  /**
   * @param id a call that has just ended.
   * @returns the target it began with.
   */
  targetOf(id: number): number {
    return this.#targetOf[id & this.#mask] as number;
  }
}
