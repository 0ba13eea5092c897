/**
 * A connection that has not said yet what it wants.
 *
 * @module
 */

import type { Connection } from "./connection.ts";

/** Bytes read before it must be clear what a connection speaks. */
const FIRST_BYTES = 512;
/** Most buffers kept for the next connections. */
const MAX_SPARES = 64;

const spares: Uint8Array[] = [];

/** Who waits for what a connection says first. */
export interface ArrivalOwner {
  /**
   * More of it was read; all of it is in its `first`.
   *
   * @param arrival The connection.
   * @returns Whether to read on.
   */
  onFirst(arrival: Arrival): boolean;
  /**
   * It ended, or broke.
   *
   * @param arrival The connection.
   * @param error What it broke with; `undefined` at an orderly end.
   */
  onEnd(arrival: Arrival, error: unknown): void;
}

/**
 * Reads the first bytes of a connection. Callbacks, not an async function: very
 * many may wait at a time, and each connection comes through here.
 */
export class Arrival {
  /** The connection. */
  readonly connection: Connection;
  /** Whether it has been dealt with: what its reads bring is ignored. */
  done = false;
  readonly #owner: ArrivalOwner;
  #buf: Uint8Array | undefined = undefined;
  #size = 0;

  /**
   * Nothing was read yet.
   *
   * @param connection One that has just been accepted.
   * @param owner Hears what it says.
   */
  constructor(connection: Connection, owner: ArrivalOwner) {
    this.connection = connection;
    this.#owner = owner;
  }

  /** Reads what comes. */
  read(): void {
    const buf = this.#buf ??= spares.pop() ?? new Uint8Array(FIRST_BYTES);
    try {
      const room = this.#size === 0 ? buf : buf.subarray(this.#size);
      // Resolved, so that whatever comes back behaves like a promise.
      Promise.resolve(this.connection.transport.read(room))
        .then(this.#onRead, this.#onError);
    } catch (error) {
      this.#onError(error);
    }
  }

  /** Gives the buffer back; nobody has a use for `first` any more. */
  recycle(): void {
    const buf = this.#buf;
    this.#buf = undefined;
    this.connection.first = undefined;
    if (buf !== undefined && spares.length < MAX_SPARES) spares.push(buf);
  }

  readonly #onRead = (count: number | null): void => {
    if (this.done) return this.recycle();
    if (count === null) {
      this.#owner.onEnd(this, undefined);
      return;
    }
    const room = FIRST_BYTES - this.#size;
    if (!(Number.isInteger(count) && count > 0 && count <= room)) {
      this.#onError(
        new Error(`Cannot read: the transport says ${count} of ${room} bytes`),
      );
      return;
    }
    this.#size += count;
    this.connection.first = this.#buf!.subarray(0, this.#size);
    const more = this.#owner.onFirst(this);
    if (!more) return;
    if (this.#size < FIRST_BYTES) this.read();
    else this.#onError(new Error("It says too much that means nothing here"));
  };

  readonly #onError = (error: unknown): void => {
    if (this.done) this.recycle();
    else this.#owner.onEnd(this, error ?? new Error("It broke"));
  };
}
