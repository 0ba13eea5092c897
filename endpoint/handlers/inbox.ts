/**
 * A bounded queue between a connection and whoever reads from it.
 *
 * @module
 */

import type { FrontierError } from "@frontier/proto";
import { traced } from "../traced.ts";
import { ItemIterator, type ItemSource, type Reader } from "./item_iterator.ts";
import { nextItem } from "./next_item.ts";

/** How much an inbox holds. */
export interface InboxBounds<T> {
  /** Most items. */
  readonly items: number;
  /** Most bytes of all items. */
  readonly bytes: number;
  /** Whether an item may give its place to a newer one. */
  readonly stale?: (item: T) => boolean;
}

/** Items that arrived and were not read. */
export class Inbox<T> implements ItemSource<T> {
  readonly #bounds: InboxBounds<T>;
  #items: { item: T; bytes: number; onTaken?: () => void }[] = [];
  #bytes = 0;
  #readers: Reader<T>[] = [];
  #closed: (() => FrontierError) | undefined = undefined;

  /**
   * Starts empty.
   *
   * @param bounds How much it holds.
   */
  constructor(bounds: InboxBounds<T>) {
    this.#bounds = bounds;
  }

  /** Items that nobody has read. */
  get size(): number {
    return this.#items.length;
  }

  /** Bytes of the items that nobody has read. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Adds an item, or hands it to a reader that waits.
   *
   * @param item What arrived.
   * @param bytes Its size.
   * @param onTaken Called when a reader gets it.
   * @returns `false` when there is no room.
   */
  push(item: T, bytes: number, onTaken?: () => void): boolean {
    if (this.#closed !== undefined) return false;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      onTaken?.();
      reader.resolve(item);
      return true;
    }
    const { items: most, bytes: mostBytes } = this.#bounds;
    if (this.#items.length >= most && !this.dropStale()) return false;
    // A single item may exceed the limit: it would never fit otherwise.
    if (this.#items.length > 0 && this.#bytes + bytes > mostBytes) {
      return false;
    }
    this.#items.push(onTaken ? { item, bytes, onTaken } : { item, bytes });
    this.#bytes += bytes;
    return true;
  }

  /** Serves a reader, at once or when there is an item. */
  ask(reader: Reader<T>): void {
    const first = this.#items.shift();
    if (first !== undefined) {
      this.#bytes -= first.bytes;
      first.onTaken?.();
      reader.resolve(first.item);
    } else if (this.#closed !== undefined) reader.reject(this.#closed());
    else this.#readers.push(reader);
  }

  /** Serves a reader no more. */
  forget(reader: Reader<T>): void {
    const at = this.#readers.indexOf(reader);
    if (at >= 0) this.#readers.splice(at, 1);
  }

  /**
   * Waits for the next item.
   *
   * @param signal Gives up when aborted.
   * @param what What the wait is for, for messages of errors.
   * @returns The item.
   * @throws {FrontierError} With the code `eof` when the inbox is closed, or
   * `canceled`.
   */
  next(signal?: AbortSignal, what = "receive"): Promise<T> {
    return traced(nextItem(this, signal, what));
  }

  /**
   * Goes through the items.
   *
   * @param signal Ends the iteration when aborted.
   * @returns The items until the inbox is closed.
   */
  items(signal?: AbortSignal): AsyncGenerator<T, void, undefined> {
    return new ItemIterator(this, signal);
  }

  /**
   * Takes an item back that nobody has read.
   *
   * @param item What nobody is to get; one that was read already is left alone.
   */
  remove(item: T): void {
    const at = this.#items.findIndex((held) => held.item === item);
    if (at >= 0) this.#drop(at);
  }

  /**
   * Drops items that nobody has read.
   *
   * @param selects Which.
   */
  drop(selects: (item: T) => boolean): void {
    this.#items = this.#items.filter(({ item, bytes }) => {
      const dropped = selects(item);
      if (dropped) this.#bytes -= bytes;
      return !dropped;
    });
  }

  /**
   * Takes nothing more; readers get what is there, then the reason.
   *
   * @param reason Makes the error of one reader.
   */
  close(reason: () => FrontierError): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    const readers = this.#readers;
    this.#readers = [];
    for (const reader of readers) reader.reject(reason());
  }

  /**
   * Gives up an item whose place a newer one may take.
   *
   * @returns Whether there was one.
   */
  dropStale(): boolean {
    const { stale } = this.#bounds;
    if (stale === undefined) return false;
    const at = this.#items.findIndex(({ item }) => stale(item));
    if (at >= 0) this.#drop(at);
    return at >= 0;
  }

  #drop(at: number): void {
    this.#bytes -= this.#items.splice(at, 1)[0]!.bytes;
  }
}
