/**
 * When and how much credit a session grants.
 *
 * @module
 */

/** How often its initial size the window of a session grows to whose reader keeps up. */
const GROWTH = 4;

/**
 * The window of a session: bytes that were dealt with are granted again, not
 * one by one but in large parts, and more than they were while the window alone
 * is what slows the sender.
 */
export class GrowingWindow {
  readonly #most: number;
  #size: number;
  #ungranted = 0;

  /**
   * Begins with what the handshake granted.
   *
   * @param bytes The whole window.
   */
  constructor(bytes: number) {
    this.#size = bytes;
    this.#most = bytes * GROWTH;
  }

  /**
   * Bytes were dealt with.
   *
   * @param bytes How many.
   * @param mayGrow Whether none are left that were not.
   * @returns How many the peer is to be granted now; mostly 0.
   */
  free(bytes: number, mayGrow: boolean): number {
    this.#ungranted += bytes;
    // A quarter is worth a frame.
    if (this.#ungranted < this.#size >> 2) return 0;
    let grant = this.#ungranted;
    this.#ungranted = 0;
    if (mayGrow && this.#size < this.#most) {
      const more = Math.min(this.#size, this.#most - this.#size);
      this.#size += more;
      grant += more;
    }
    return grant;
  }
}
