/**
 * Memory that a dialled socket reads into.
 *
 * @module
 */

/** Bytes of the buffer of a connection that says little. */
const IDLE_BYTES = 2_048;
/** Bytes of the buffer after a read that filled it. */
const BUSY_BYTES = 65_536;

/**
 * One buffer that each read overwrites, handed to `node:net` as its `onread`.
 * Without it every read takes 64 KiB of its own, which a device under load has
 * not the memory for. The socket is paused after each read, and resumed when
 * the bytes were taken.
 */
export class ReadBuffer {
  /** Called when bytes have arrived. */
  onBytes: () => void = () => {};
  /** What is asked of `node:net`. */
  readonly onread: {
    buffer: () => Uint8Array;
    callback: (count: number, buf: Uint8Array) => boolean;
  };
  #buf: Uint8Array = new Uint8Array(IDLE_BYTES);
  #size = IDLE_BYTES;
  #arrived: Uint8Array | null = null;

  /** Begins empty. */
  constructor() {
    this.onread = {
      buffer: () => {
        if (this.#buf.length !== this.#size) {
          this.#buf = new Uint8Array(this.#size);
        }
        return this.#buf;
      },
      callback: (count, buf) => {
        this.#arrived = buf.subarray(0, count);
        this.#size = count >= this.#buf.length ? BUSY_BYTES : IDLE_BYTES;
        this.onBytes();
        return false;
      },
    };
  }

  /**
   * Takes what has arrived.
   *
   * @returns The bytes, until the socket reads again, or `null` when there are none.
   */
  take(): Uint8Array | null {
    const bytes = this.#arrived;
    this.#arrived = null;
    return bytes;
  }
}
