/**
 * Messages that are on their way to a session.
 *
 * @module
 */

import { LaneWindow } from "./lane_window.ts";
import type { Slot } from "./slot.ts";

/** The places of a lane's window, in the order they were taken. */
export class LanePlaces {
  /** Places taken. */
  taken = 0;
  /** Places whose message has no answer yet. */
  live = 0;
  readonly #window: LaneWindow;
  readonly #onTop: number;
  readonly #kept: boolean;
  #last: Slot | undefined = undefined;

  /**
   * @param most Places of the window.
   * @param onTop Part of them that there are on top, so that somebody finds one
   * when the window is full.
   * @param kept Whether those on top are kept for whoever has none: many senders
   * that come one after the other fill any window.
   */
  constructor(most: number, onTop: number, kept: boolean) {
    this.#window = new LaneWindow(most);
    this.#onTop = onTop;
    this.#kept = kept;
  }

  /** How many there are now. */
  get count(): number {
    const { size } = this.#window;
    return size + Math.ceil(size * this.#onTop);
  }

  /** How many of them all senders share. */
  get shared(): number {
    return this.#kept ? this.#window.size : this.count;
  }

  /** The place taken last. */
  get last(): Slot | undefined {
    return this.#last;
  }

  /**
   * Takes a place.
   *
   * @param slot The place.
   * @param now The time in milliseconds.
   */
  add(slot: Slot, now: number): void {
    slot.sentAt = now;
    slot.before = this.taken++;
    this.live++;
    slot.older = this.#last;
    slot.younger = undefined;
    if (this.#last !== undefined) this.#last.younger = slot;
    this.#last = slot;
  }

  /**
   * Frees a place.
   *
   * @param slot The place.
   */
  remove(slot: Slot): void {
    const { older, younger } = slot;
    if (older !== undefined) older.younger = younger;
    if (younger === undefined) this.#last = older;
    else younger.older = older;
    slot.older = slot.younger = undefined;
    this.taken--;
  }

  /**
   * A message was acknowledged.
   *
   * @param slot Its place, which stays taken.
   * @param now The time in milliseconds.
   * @param expired Told every older place whose message is answered already:
   * the application has got past it.
   */
  acked(slot: Slot, now: number, expired: (slot: Slot) => void): void {
    this.#window.acked(now - slot.sentAt, slot.before, this.taken);
    let { older } = slot;
    while (older !== undefined) {
      const before: Slot | undefined = older.older;
      if (older.call === undefined) expired(older);
      older = before;
    }
  }
}
