/**
 * How a connection ends in good order.
 *
 * @module
 */

import { TYPE_DISCONN, TYPE_DISCONN_ACK } from "../wire/constants.ts";
import type { CloseReason } from "./close_reason.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import type { LinkOutput } from "./link_output.ts";

/** Code 0 and an empty JSON object: the body of every disconn ack. */
const ACK_BODY = new Uint8Array([0, 0x7b, 0x7d]);

/**
 * Who has sent and acknowledged which disconn. A link makes it when either side
 * begins to leave, before the first disconn. Source: docs/spec/wire.md §3.5.
 */
export class OrderlyClose {
  /** Why the connection ends: the first reason, the cause of what comes after. */
  readonly reason: CloseReason;
  /** Whether we have sent our disconn. */
  begun = false;
  /** Whether the peer has sent its own. */
  received = false;
  /** Whether the peer has acknowledged ours. */
  acked = false;

  /**
   * Nothing is sent yet.
   *
   * @param reason Why the connection ends.
   */
  constructor(reason: CloseReason) {
    this.reason = reason;
  }

  /**
   * Sends our disconn, once.
   *
   * @param output Where frames are written.
   * @returns `false` when it was sent before.
   */
  begin(output: LinkOutput): boolean {
    if (this.begun) return false;
    this.begun = true;
    output.sendFrame(TYPE_DISCONN, output.outbox.open(0));
    return true;
  }

  /**
   * The peer has sent its disconn: acknowledges it, and answers with ours.
   *
   * @param output Where frames are written.
   * @param frame The disconn.
   */
  onDisconn(output: LinkOutput, frame: FrameReader): void {
    this.received = true;
    const { outbox } = output;
    const at = outbox.open(ACK_BODY.length);
    outbox.buf.set(ACK_BODY, at);
    const end = at + ACK_BODY.length;
    output.commitFrame(TYPE_DISCONN_ACK, frame.idHi, frame.idLo, end);
    this.begin(output);
  }
}
