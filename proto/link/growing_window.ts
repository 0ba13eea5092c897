/**
 * When and how much credit a session grants.
 *
 * @module
 */

/**
 * The window of a session: bytes that were dealt with are granted again, not
 * one by one but in large parts. It begins small and may double, while it alone
 * is what slows the sender, up to a greatest size. It never becomes smaller: what
 * was granted cannot be taken back. Sizes are bytes.
 */
export class GrowingWindow {
  readonly #most: number;
  #size: number;
  #ungranted = 0;

  /**
   * Begins with what the handshake granted.
   *
   * @param bytes The whole window.
   * @param most What it may grow to.
   */
  constructor(bytes: number, most: number) {
    this.#size = bytes;
    this.#most = most;
  }

  /** The whole window: what the peer may send, what is unread, and what was not granted again yet. */
  get size(): number {
    return this.#size;
  }

  /** By how much it would grow now; 0 when it is as large as it may be. */
  get growth(): number {
    return Math.min(this.#size, this.#most - this.#size);
  }

  /**
   * Bytes were dealt with.
   *
   * @param bytes How many.
   * @returns How many the peer is to be granted now; mostly 0.
   */
  free(bytes: number): number {
    this.#ungranted += bytes;
    // A quarter is worth a frame.
    if (this.#ungranted < this.#size >> 2) return 0;
    const grant = this.#ungranted;
    this.#ungranted = 0;
    return grant;
  }

  /**
   * Makes it larger; the peer is to be granted as much.
   *
   * @param bytes By how much.
   */
  widen(bytes: number): void {
    this.#size += bytes;
  }
}
