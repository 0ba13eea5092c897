/**
 * One queue to read from, filled by many connections.
 *
 * @module
 */

import type { FrontierError } from "@frontier/proto";
import { traced } from "../traced.ts";
import { Inbox, type InboxBounds } from "./inbox.ts";
import { ItemIterator, type ItemSource, type Reader } from "./item_iterator.ts";
import { nextItem } from "./next_item.ts";
import { Share } from "./share.ts";

/**
 * Inboxes that are read as one: those that hold something take turns. They
 * {@linkcode Share} the room of one, so that a flood through one of them keeps
 * nothing out that comes through another.
 */
export class SharedInbox<T> implements ItemSource<T> {
  readonly #bounds: InboxBounds<T>;
  readonly #items: Share;
  readonly #bytes: Share;
  /** In the order of their turns. */
  readonly #lanes = new Set<Lane<T>>();
  #readers: Reader<T>[] = [];
  #closed: (() => FrontierError) | undefined = undefined;

  /**
   * Starts without an inbox.
   *
   * @param bounds How much a lone inbox holds.
   */
  constructor(bounds: InboxBounds<T>) {
    this.#bounds = bounds;
    this.#items = new Share(bounds.items);
    this.#bytes = new Share(bounds.bytes);
  }

  /** Items that nobody has read. */
  get size(): number {
    let size = 0;
    for (const lane of this.#lanes) size += lane.size;
    return size;
  }

  /**
   * Makes an inbox that is read here. It leaves when it is closed.
   *
   * @returns The inbox; it is not read by itself.
   */
  lane(): Inbox<T> {
    const lane = new Lane<T>(this.#bounds, this);
    this.#lanes.add(lane);
    return lane;
  }

  /** Serves a reader, at once or when there is an item. */
  ask(reader: Reader<T>): void {
    for (const lane of this.#lanes) {
      if (lane.size === 0) continue;
      this.#lanes.delete(lane);
      this.#lanes.add(lane);
      lane.ask(reader);
      return;
    }
    if (this.#closed !== undefined) reader.reject(this.#closed());
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
   * @throws {FrontierError} With the code `eof` when it is closed, or
   * `canceled`.
   */
  next(signal?: AbortSignal, what = "receive"): Promise<T> {
    return traced(nextItem(this, signal, what));
  }

  /**
   * Goes through the items.
   *
   * @param signal Ends the iteration when aborted.
   * @returns The items until it is closed.
   */
  items(signal?: AbortSignal): AsyncGenerator<T, void, undefined> {
    return new ItemIterator(this, signal);
  }

  /**
   * Serves readers no more.
   *
   * @param reason Makes the error of one reader.
   */
  close(reason: () => FrontierError): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    for (const reader of this.#readers.splice(0)) reader.reject(reason());
  }

  /** An inbox asks for the reader that has waited longest. */
  takeReader(): Reader<T> | undefined {
    return this.#readers.shift();
  }

  /** Tells whether an inbox may hold one more item. */
  hasRoom(own: Inbox<T>, bytes: number): boolean {
    let items = 0;
    let held = 0;
    let alone = true;
    for (const lane of this.#lanes) {
      if (lane.size === 0) continue;
      items += lane.size;
      held += lane.bytes;
      alone &&= lane === own;
    }
    // A single item may exceed the limit: it would never fit otherwise.
    return this.#items.allows(own.size, items, 1, alone) &&
      (own.size === 0 || this.#bytes.allows(own.bytes, held, bytes, alone));
  }

  /** An inbox is closed. */
  leave(lane: Inbox<T>): void {
    this.#lanes.delete(lane as Lane<T>);
  }
}

/** One of the inboxes. */
class Lane<T> extends Inbox<T> {
  readonly #shared: SharedInbox<T>;
  #over = false;

  constructor(bounds: InboxBounds<T>, shared: SharedInbox<T>) {
    super(bounds);
    this.#shared = shared;
  }

  override push(item: T, bytes: number, onTaken?: () => void): boolean {
    if (this.#over) return false;
    const reader = this.#shared.takeReader();
    if (reader !== undefined) {
      onTaken?.();
      reader.resolve(item);
      return true;
    }
    while (!this.#shared.hasRoom(this, bytes)) {
      if (!this.dropStale()) return false;
    }
    return super.push(item, bytes, onTaken);
  }

  override close(reason: () => FrontierError): void {
    this.#over = true;
    super.close(reason);
    this.#shared.leave(this);
  }
}
