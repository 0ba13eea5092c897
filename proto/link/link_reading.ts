/**
 * How a connection reads.
 *
 * @module
 */

import { type CloseReason, protocolEnd } from "./close_reason.ts";
import { HEADER_SIZE, TYPE_HEARTBEAT_ACK } from "../wire/constants.ts";
import { type FrameReader, PARKED_SIZE } from "../wire/frame_reader.ts";
import { LinkStart } from "./link_start.ts";
import { ProtocolError } from "../errors/protocol_error.ts";

/**
 * A connection that is handed bytes, and hands out frame by frame what is in
 * them.
 */
export abstract class LinkReading extends LinkStart {
  /** Bytes that have come. */
  received = 0;
  #dispatching = false;

  /** Acts on a frame, valid during the call. */
  protected abstract dispatch(frame: FrameReader): void;
  /** The read buffer has become so many bytes larger, or smaller. */
  protected abstract onResized(delta: number): void;

  /**
   * Returns free space for the next bytes; a little while the link is paused,
   * enough to see the end of the stream.
   *
   * @returns A view of at least one byte.
   */
  reserve(): Uint8Array {
    const { reader } = this;
    const before = reader.buf.length;
    const room = this.paused ? reader.reserveLittle() : reader.reserve();
    const delta = reader.buf.length - before;
    if (delta !== 0) this.onResized(delta);
    return room;
  }

  /**
   * Takes over bytes that were read into `reserve()` and acts on every complete
   * frame.
   *
   * @param count How many bytes; 0 to go on after a pause.
   */
  receive(count: number): void {
    if (!this.alive) return;
    const { reader, vigil } = this;
    let now = vigil.seenAt;
    if (count > 0) {
      reader.commit(count);
      now = this.timers.now();
      vigil.onBytes(count, now);
      this.received += count;
      this.settings.traffic?.onReceived(count);
    }
    if (this.#dispatching) return;
    const greeting = this.state !== "open";
    this.#dispatching = true;
    let whole = false;
    try {
      while (!this.paused && reader.next()) {
        whole = true;
        vigil.onFrame(now);
        this.dispatch(reader);
        if (!this.alive) break;
      }
    } catch (error) {
      this.#onThrown(error);
    } finally {
      this.#dispatching = false;
    }
    // What a peer says of itself is said once.
    if (greeting && whole && this.alive) this.#settle();
    if (this.state === "open") this.#afterRead(now, whole);
    else if (!this.alive) reader.release();
  }

  #settle(): void {
    const { reader } = this;
    const before = reader.buf.length;
    reader.settle();
    const delta = reader.buf.length - before;
    if (delta !== 0) this.onResized(delta);
  }

  /** Looks at what may take too long; mostly three comparisons. */
  #afterRead(now: number, whole: boolean): void {
    const { vigil } = this;
    if (now > vigil.proofAt) {
      vigil.proved(now);
      this.earn(HEADER_SIZE);
      this.sendFrame(TYPE_HEARTBEAT_ACK, this.outbox.open(0));
    }
    if (vigil.afterRead(now, this, whole)) this.rearm(vigil.nextAt);
  }

  /**
   * The transport has ended in order. Frames that have arrived are still handled,
   * also when the link is paused; then it fails.
   *
   * @param reason Why, for the handler.
   */
  ended(reason: CloseReason): void {
    if (!this.alive) return;
    const { deferrals } = this;
    this.#dispatching = true;
    try {
      while (this.alive && this.reader.next()) {
        this.dispatch(this.reader);
        if (this.deferrals !== deferrals) break;
      }
    } catch (error) {
      this.#onThrown(error);
    } finally {
      this.#dispatching = false;
    }
    this.fail(reason);
    this.reader.release();
  }

  #onThrown(error: unknown): void {
    if (!(error instanceof ProtocolError)) throw error;
    this.fail(protocolEnd(error.message));
  }

  /** The connection is over: gives the read buffer back. */
  protected endReading(): void {
    const delta = PARKED_SIZE - this.reader.buf.length;
    if (delta !== 0) this.onResized(delta);
    // A frame being handled is still looked at.
    if (!this.#dispatching) this.reader.release();
  }
}
