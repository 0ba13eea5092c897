/**
 * Ids for edges and services.
 *
 * @module
 */

/** Bits of the low half that count; those above are the gateway's number. */
const COUNTER_BITS = 20;
const COUNTER_MASK = 2 ** COUNTER_BITS - 1;
/** How many numbers there are for the gateways of a cluster. */
const NUMBERS = 2 ** (32 - COUNTER_BITS);

/**
 * Makes 64-bit ids that look like the original's: Unix seconds in the high half,
 * in the low half what tells the ids of a second apart. Its upper 12 bits are
 * the number of the gateway, so that no two gateways of a cluster make the same
 * id; the others are a counter that starts anywhere. One allocator serves edges
 * and services. Source: docs/spec/wire.md §2.1.
 *
 * A million ids in one second are the last of it: the next ones are those of
 * the second after it. What an earlier process of the same gateway has made
 * ends with the second in which it stopped, and ours begin with the one after
 * that in which we start.
 */
export class IdAllocator {
  /** High half of the id made last. */
  hi: number;
  /** Low half of the id made last. */
  lo: number;
  #counter: number;
  #number: number;
  readonly #wallClock: () => number;

  /**
   * @param random Returns a number from 0 to 1, 1 excluded. Until it is told,
   * the gateway draws its number.
   * @param wallClock Returns Unix milliseconds.
   */
  constructor(random: () => number, wallClock: () => number) {
    const drawn = Math.floor(random() * 0x1_0000_0000);
    this.#number = drawn >>> COUNTER_BITS;
    this.#counter = drawn & COUNTER_MASK;
    this.#wallClock = wallClock;
    this.lo = 0;
    this.hi = seconds(wallClock()) + 1;
  }

  /** The gateway's number. */
  get number(): number {
    return this.#number;
  }

  /**
   * The cluster has given the gateway a number that no other has.
   *
   * @param number From 0 to 4 095.
   * @param clock The cluster's clock in Unix milliseconds: ids of an earlier
   * process may be as young as that, wherever our own clock is.
   * @throws {RangeError} If it is no such number.
   */
  join(number: number, clock: number): void {
    if (!(Number.isInteger(number) && number >= 0 && number < NUMBERS)) {
      throw new RangeError(
        `Cannot make ids with the number ${number}: need 0 to ${NUMBERS - 1}`,
      );
    }
    this.#number = number;
    this.hi = Math.max(this.hi, seconds(clock));
  }

  /** Makes the next id; it is in `hi` and `lo` afterwards. */
  next(): void {
    this.#counter = (this.#counter + 1) & COUNTER_MASK;
    // Never back, so that a clock that is set back repeats no id.
    this.hi = Math.max(this.hi, seconds(this.#wallClock()));
    if (this.#counter === 0) this.hi++;
    this.lo = ((this.#number << COUNTER_BITS) | this.#counter) >>> 0;
  }
}

/** The high half stays below 2^31, with room for what overflows: as signed numbers ids are positive. */
function seconds(ms: number): number {
  return Math.min(0x7fff_ff00, Math.max(0, Math.floor(ms / 1000)));
}
