/**
 * What a connection is asked and waits for.
 *
 * @module
 */

import {
  type FrameReader,
  type Link,
  Pending,
  type Session,
  TYPE_MESSAGE_ACK,
  TYPE_RESPONSE,
} from "@frontier/proto/internal";
import type { Share } from "../quota/account.ts";
import { CALLS, type Kind, QUEUED } from "../quota/kinds.ts";
import type { Ledger } from "../quota/ledger.ts";
import type { Call, Place } from "./call.ts";
import type { LaneQueue } from "./lane_queue.ts";

/** Where packets are sent: hears what becomes of them. */
export interface SlotTarget {
  /**
   * The answer has come.
   *
   * @param slot Where the packet waited.
   * @param link The connection.
   * @param frame The answer.
   */
  answered(slot: Slot, link: Link, frame: FrameReader): void;
  /**
   * No answer will come.
   *
   * @param slot Where the packet waited.
   * @param reason Why.
   */
  failed(slot: Slot, reason: string): void;
}

/** Slots kept for the next packet. */
const SPARES = 4_096;

/**
 * The place of one packet at the connection it was sent to. It outlives its
 * call where a message is not acknowledged in time, for it still fills the
 * peer's queue.
 */
export class Slot extends Pending<Session> implements Place {
  /** Who waits; `undefined` when that has its answer already. */
  call: Call | undefined = undefined;
  /** Where it was sent; `undefined` when the place is free. */
  target: SlotTarget | undefined = undefined;
  /** Whether a message was sent, not a request. */
  isMessage = false;
  /** A request that waits to be sent; its bytes are counted with the place. */
  later: Uint8Array | undefined = undefined;
  /** When it was sent, in milliseconds of the clock; set for messages. */
  sentAt = 0;
  /** Which of the calls that its target was sent it is; set for requests. */
  order = 0;
  /** Messages of the same lane that were unacknowledged when it was sent. */
  before = 0;
  /** Whose place in its lane it is; set for messages. */
  queue: LaneQueue | undefined = undefined;
  /** What its source took for it. */
  share: Share | undefined = undefined;
  /** What it was taken as. */
  kind: Kind = CALLS;
  /** Older packet of the same lane. */
  older: Slot | undefined = undefined;
  /** Younger packet of the same lane. */
  younger: Slot | undefined = undefined;

  /** Type of the packet that answers it. */
  get awaited(): number {
    return this.isMessage ? TYPE_MESSAGE_ACK : TYPE_RESPONSE;
  }

  /** @inheritdoc */
  override onAnswer(frame: FrameReader): void {
    this.target!.answered(this, this.session!.link, frame);
  }

  /** @inheritdoc */
  override onFail(reason: string): void {
    this.target?.failed(this, reason);
  }
}

/**
 * Gives slots out and takes them back, so that sending allocates nothing. What
 * a source took for a place is given back with it.
 */
export class Slots {
  readonly #ledger: Ledger;
  /** Slots for the next ones, a chain through themselves. */
  #spare: Slot | undefined = undefined;
  #spares = 0;

  /**
   * @param ledger Where places are counted.
   */
  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /**
   * @param call Who waits.
   * @param target Where it is sent.
   * @param share What its source took for it.
   * @param kind What it took.
   * @returns A slot for it.
   */
  obtain(call: Call, target: SlotTarget, share: Share, kind: Kind): Slot {
    const slot = this.#next();
    slot.call = call;
    slot.target = target;
    slot.share = share;
    slot.kind = kind;
    slot.isMessage = call.kind === "message";
    call.slot = slot;
    return slot;
  }

  /**
   * A request that waited is being sent.
   *
   * @param slot Its place; nothing happens if it did not wait.
   */
  sent(slot: Slot): void {
    const { later } = slot;
    if (later === undefined) return;
    slot.later = undefined;
    this.#ledger.give(slot.share!, QUEUED, later.length);
  }

  /**
   * @param slot A slot that nothing waits in any more.
   */
  release(slot: Slot): void {
    this.#ledger.give(this.vacate(slot), slot.kind, 1);
  }

  /**
   * @param slot A slot that nothing waits in any more.
   * @returns What its source took for it, which is still taken.
   */
  vacate(slot: Slot): Share {
    this.sent(slot);
    const share = slot.share!;
    if (slot.call !== undefined) slot.call.slot = undefined;
    slot.call = slot.target = slot.session = undefined;
    if (this.#spares < SPARES) {
      this.#spares++;
      slot.younger = this.#spare;
      this.#spare = slot;
    }
    return share;
  }

  #next(): Slot {
    const slot = this.#spare;
    if (slot === undefined) return new Slot();
    this.#spares--;
    this.#spare = slot.younger;
    slot.younger = undefined;
    return slot;
  }
}
