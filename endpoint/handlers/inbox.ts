/**
 * A bounded queue between a connection and whoever reads from it.
 *
 * @module
 */

import { FrontierError } from "@frontier/proto";

/** A reader that waits for an item. */
interface Reader<T> {
  resolve(item: T): void;
  reject(error: FrontierError): void;
}

/** Items that arrived and were not read. */
export class Inbox<T> {
  readonly #limit: number;
  readonly #byteLimit: number;
  #items: { item: T; bytes: number }[] = [];
  #bytes = 0;
  #readers: Reader<T>[] = [];
  #closed: FrontierError | undefined = undefined;

  /**
   * Starts empty.
   *
   * @param limit Most items.
   * @param byteLimit Most bytes of all items.
   */
  constructor(limit: number, byteLimit: number) {
    this.#limit = limit;
    this.#byteLimit = byteLimit;
  }

  /**
   * Adds an item, or hands it to a reader that waits.
   *
   * @param item The item.
   * @param bytes Its size.
   * @returns `false` when there is no room.
   */
  push(item: T, bytes: number): boolean {
    if (this.#closed !== undefined) return false;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve(item);
      return true;
    }
    if (this.#items.length >= this.#limit) return false;
    // A single item may exceed the limit: it would never fit otherwise.
    if (this.#items.length > 0 && this.#bytes + bytes > this.#byteLimit) {
      return false;
    }
    this.#items.push({ item, bytes });
    this.#bytes += bytes;
    return true;
  }

  /**
   * Waits for the next item.
   *
   * @param signal Gives up when aborted.
   * @returns The item.
   * @throws {FrontierError} With the code `eof` when the inbox is closed, or
   * `canceled`.
   */
  next(signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(canceled(signal));
    const first = this.#items.shift();
    if (first !== undefined) {
      this.#bytes -= first.bytes;
      return Promise.resolve(first.item);
    }
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      const reader: Reader<T> = { resolve, reject };
      this.#readers.push(reader);
      if (signal === undefined) return;
      const onAbort = () => {
        this.#readers = this.#readers.filter((other) => other !== reader);
        reject(canceled(signal));
      };
      signal.addEventListener("abort", onAbort, { once: true });
      const settled = () => signal.removeEventListener("abort", onAbort);
      reader.resolve = (item) => (settled(), resolve(item));
      reader.reject = (error) => (settled(), reject(error));
    });
  }

  /**
   * Goes through the items.
   *
   * @returns The items until the inbox is closed.
   */
  async *items(): AsyncGenerator<T, void, undefined> {
    while (true) {
      let item: T;
      try {
        item = await this.next();
      } catch {
        return;
      }
      yield item;
    }
  }

  /** Drops what nobody has read. */
  clear(): void {
    this.#items = [];
    this.#bytes = 0;
  }

  /**
   * Takes nothing more; readers get what is there, then the reason.
   *
   * @param reason Told to readers.
   */
  close(reason: FrontierError): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    for (const reader of this.#readers) reader.reject(reason);
    this.#readers = [];
  }
}

function canceled(signal: AbortSignal): FrontierError {
  return new FrontierError(
    "canceled",
    "Cannot receive: the wait was canceled",
    {
      cause: signal.reason,
    },
  );
}
