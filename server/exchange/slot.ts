/**
 * What a connection is asked and waits for.
 *
 * @module
 */

import {
  type FrameReader,
  type Link,
  Pending,
  TYPE_MESSAGE_ACK,
  TYPE_RESPONSE,
} from "@frontier/proto";
import type { Call } from "./call.ts";
import type { LinkTarget } from "./link_target.ts";

/** Slots kept for the next packet. */
const SPARES = 4_096;

/**
 * The place of one packet at the connection it was sent to. It outlives its
 * call where a message is not acknowledged in time, for it still fills the
 * peer's queue.
 */
export class Slot extends Pending {
  /** Who waits; `undefined` when that has its answer already. */
  call: Call | undefined = undefined;
  /** Where it was sent; `undefined` when the place is free. */
  target: LinkTarget | undefined = undefined;
  /** Whether a message was sent, not a request. */
  isMessage = false;
  /** Older packet of the same lane. */
  older: Slot | undefined = undefined;
  /** Younger packet of the same lane. */
  younger: Slot | undefined = undefined;

  /** Type of the packet that answers it. */
  get awaited(): number {
    return this.isMessage ? TYPE_MESSAGE_ACK : TYPE_RESPONSE;
  }

  /** @inheritdoc */
  override onAnswer(link: Link, frame: FrameReader): void {
    this.target!.answered(this, link, frame);
  }

  /** @inheritdoc */
  override onFail(_link: Link, reason: string): void {
    this.target?.failed(this, reason);
  }
}

/** Gives slots out and takes them back, so that sending allocates nothing. */
export class Slots {
  readonly #spares: Slot[] = [];

  /**
   * @param call Who waits.
   * @param target Where it is sent.
   * @returns A slot for it.
   */
  obtain(call: Call, target: LinkTarget): Slot {
    const slot = this.#spares.pop() ?? new Slot();
    slot.call = call;
    slot.target = target;
    slot.isMessage = call.kind === "message";
    call.slot = slot;
    return slot;
  }

  /**
   * @param slot A slot that nothing waits in any more.
   */
  release(slot: Slot): void {
    if (slot.call !== undefined) slot.call.slot = undefined;
    slot.call = slot.target = slot.session = undefined;
    if (this.#spares.length < SPARES) this.#spares.push(slot);
  }
}
