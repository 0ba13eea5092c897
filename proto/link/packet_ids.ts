/**
 * The ids of a connection's packets.
 *
 * @module
 */

/** Slots that the high half of an id can name; one more than packets can wait. */
export const SLOTS: number = 1 << 20;

/**
 * Where the ids of a connection's packets come from. The high half of an id is a
 * number that the connection has drawn, and a slot; the last slot is that of all
 * packets that nobody answers. The low half is a counter, common to all of them.
 */
export class PacketIds {
  /** High half of packet ids that nobody answers. */
  readonly silentHi: number;
  #counter: number;

  /**
   * Draws the number that all ids have in common, and where to count from.
   *
   * @param random Returns a number from 0 to 1, 1 excluded.
   */
  constructor(random: () => number) {
    this.#counter = (random() * 0x1_0000_0000) >>> 0;
    const drawn = 1 + Math.floor(random() * 0x7fe);
    this.silentHi = drawn * SLOTS + SLOTS - 1;
  }

  /**
   * Counts on.
   *
   * @returns The low half of a fresh id.
   */
  nextLo(): number {
    return this.#counter = (this.#counter + 1) >>> 0;
  }
}
