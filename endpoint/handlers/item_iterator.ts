/**
 * Going through what arrives.
 *
 * @module
 */

import type { FrontierError } from "@frontier/proto";

/** Who waits for an item. */
export interface Reader<T> {
  /** Here it is. */
  resolve(item: T): void;
  /** None will come. */
  reject(reason?: FrontierError): void;
}

/** Where items come from. */
export interface ItemSource<T> {
  /**
   * Serves a reader, at once or when there is an item.
   *
   * @param reader Who waits; it is served once.
   */
  ask(reader: Reader<T>): void;
  /**
   * Serves a reader no more.
   *
   * @param reader Who has given up; one that was served already is left alone.
   */
  forget(reader: Reader<T>): void;
}

/**
 * Goes through the items of a source until it has no more, the loop is left,
 * or a signal is aborted. It holds nothing in the source unless a `next` is
 * under way: one that is dropped costs nothing, and one that is left takes no
 * item from others.
 */
export class ItemIterator<T> implements AsyncGenerator<T, void, undefined> {
  readonly #source: ItemSource<T>;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#end();
  /** The readers of each `next` under way, and how to end it without an item. */
  #waiting: Map<Reader<T>, () => void> | undefined = undefined;
  #over = false;

  /**
   * Starts before the first item.
   *
   * @param source Where items come from.
   * @param signal Ends the iteration when aborted.
   */
  constructor(source: ItemSource<T>, signal?: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
  }

  /**
   * Waits for the next item.
   *
   * @returns The item, or that there is none.
   */
  next(): Promise<IteratorResult<T, void>> {
    if (this.#over || this.#signal?.aborted) {
      return Promise.resolve(done());
    }
    return new Promise((resolve) => {
      const end = () => resolve(done());
      const reader: Reader<T> = {
        resolve: (value) => {
          this.#settled(reader);
          resolve({ value, done: false });
        },
        reject: () => {
          this.#settled(reader);
          end();
        },
      };
      // Noted first: the source may answer at once.
      this.#begin(reader, end);
      this.#source.ask(reader);
    });
  }

  /**
   * Leaves the iteration; a `next` under way ends without an item.
   *
   * @returns At once.
   */
  return(): Promise<IteratorResult<T, void>> {
    this.#end();
    return Promise.resolve(done());
  }

  /**
   * Leaves the iteration.
   *
   * @param error What the promise is rejected with.
   * @returns Never resolves.
   */
  throw(error: unknown): Promise<IteratorResult<T, void>> {
    this.#end();
    return Promise.reject(error);
  }

  /**
   * Makes it usable in `for await`.
   *
   * @returns Itself.
   */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Leaves the iteration. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    return Promise.resolve();
  }

  #begin(reader: Reader<T>, end: () => void): void {
    this.#waiting ??= new Map();
    if (this.#waiting.size === 0) {
      this.#signal?.addEventListener("abort", this.#onAbort);
    }
    this.#waiting.set(reader, end);
  }

  #settled(reader: Reader<T>): void {
    const waiting = this.#waiting!;
    if (!waiting.delete(reader) || waiting.size > 0) return;
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }

  #end(): void {
    this.#over = true;
    for (const [reader, end] of [...this.#waiting ?? []]) {
      this.#source.forget(reader);
      this.#settled(reader);
      end();
    }
  }
}

function done(): IteratorReturnResult<void> {
  return { value: undefined, done: true };
}
