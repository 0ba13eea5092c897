/**
 * How many messages may be on their way to a session.
 *
 * @module
 */

/** Messages on their way before the first acknowledgement has told anything. */
const FIRST = 256;
/** An acknowledgement that takes longer than this may be waiting behind others, in milliseconds. */
const SLOW_MS = 500;
/** How many times as long as alone an acknowledgement takes when it waits behind others. */
const QUEUED = 2;
/** What is left of the window when acknowledgements come slowly, per round. */
const LEAST_PART = 1 / 2;
/** Weight of the newest acknowledgement in the mean. */
const WEIGHT = 1 / 8;

/**
 * The window of unacknowledged messages of a lane. Whoever comes last waits for
 * the acks of all that is on its way, so the window begins with a part of what
 * it may have, shrinks while acks take more than half a second because they
 * queue, and grows by one with each ack when they do not. Acks that take as long with nothing before them are left alone: that is
 * what the work takes.
 */
export class LaneWindow {
  /** Messages that may be unacknowledged now. */
  size: number;
  readonly #most: number;
  /** How long acks take, in milliseconds. */
  #mean = 0;
  /** How long they take with nothing before them; infinite until it is known. */
  #alone = Infinity;
  /** Acks until the window may shrink again. */
  #round = 0;

  /**
   * @param most Messages that may be unacknowledged at the most.
   */
  constructor(most: number) {
    this.#most = most;
    this.size = Math.min(FIRST, most);
  }

  /**
   * A message was acknowledged.
   *
   * @param ms How long that took, in milliseconds.
   * @param before Messages that were unacknowledged when it was sent.
   * @param taken Messages that are unacknowledged now, this one included.
   */
  acked(ms: number, before: number, taken: number): void {
    this.#mean += (ms - this.#mean) * WEIGHT;
    if (before === 0) this.#alone = ms;
    this.#round--;
    const slow = Math.max(SLOW_MS, this.#alone * QUEUED);
    if (this.#mean <= slow / 2) {
      if (this.size < this.#most) this.size++;
      return;
    }
    if (this.#mean <= slow || this.#round > 0) return;
    const part = Math.max(LEAST_PART, SLOW_MS / this.#mean);
    // What is not in use takes no part in making it slow.
    this.size = Math.max(1, Math.floor(Math.min(this.size, taken) * part));
    this.#round = taken;
  }
}
