/**
 * How a connection ends, and when.
 *
 * @module
 */

import {
  type CloseReason,
  FAREWELL_REASONS,
  type FarewellReason,
  internalEnd,
  PEER_CLOSED,
} from "./close_reason.ts";
import { TYPE_FAREWELL, TYPE_HEARTBEAT } from "../wire/constants.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import { decodeFarewellBody, encodeFarewellBody } from "../body/json_body.ts";
import { LinkFlow } from "./link_flow.ts";
import { OrderlyClose } from "./orderly_close.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import { FORCE_CLOSED, TIMEOUT } from "../errors/wire_errors.ts";

/**
 * A connection that can end: in good order, at once, or because something takes
 * too long.
 */
export abstract class LinkEnd extends LinkFlow {
  #closing: OrderlyClose | undefined = undefined;

  /** Whether the peer may be sent something new. */
  get usable(): boolean {
    return this.state === "open" && this.#closing === undefined;
  }

  /** Whether it is not over yet; not narrowed by the compiler. */
  protected get alive(): boolean {
    return this.state !== "closed";
  }

  /** Nothing new may be sent; the handler is to hear of it. */
  protected abstract onLeaving(reason: CloseReason): void;
  /** Ends all sessions, and what waits for room. */
  protected abstract endSessions(reason: CloseReason): void;
  /** Gives back what incoming bytes were read into; the handler is to hear of the end. */
  protected abstract onEnded(reason: CloseReason): void;

  /** Client: the server is about to close. Server: the client has gone elsewhere. */
  protected abstract onFarewell(reason: FarewellReason): void;

  /**
   * The handshake has to be done by a given time, if that is before its own:
   * the peer has used up part of it already, before it reached us.
   *
   * @param at The time, in milliseconds of the clock.
   */
  hurry(at: number): void {
    const early = this.state === "init" || this.state === "handshake";
    if (!early || at >= this.vigil.deadlineAt) return;
    this.vigil.deadlineAt = at;
    this.rearm(this.vigil.nextAt);
  }

  /**
   * Tells how long the peer has taken nothing of what waits for it. Exact to the
   * moments at which it is asked.
   *
   * @returns Milliseconds without progress; 0 while nothing waits.
   */
  writeStalledMs(): number {
    if (this.state !== "open" || this.outbox.unwritten === 0) return 0;
    const { timers, vigil } = this;
    const ms = vigil.writeStalledMs(timers.now(), this.settings.writeStallMs);
    this.rearm(vigil.nextAt);
    return ms;
  }

  /**
   * Tells a peer that knows farewells why its connection is about to end.
   * {@linkcode LinkEnd.close} should follow on the server; a client that was
   * told `going-away` says the same when it has another connection, and leaves
   * the close to the server.
   *
   * @param reason Why.
   */
  sendFarewell(reason: FarewellReason): void {
    if (!this.farewell || this.state !== "open") return;
    const body = encodeFarewellBody(reason);
    const at = this.outbox.open(body.length);
    this.outbox.buf.set(body, at);
    this.sendFrame(TYPE_FAREWELL, at + body.length);
  }

  /**
   * The peer has sent a farewell.
   *
   * @param frame The farewell.
   * @throws {ProtocolError} If the peer may not send it.
   */
  protected takeFarewell(frame: FrameReader): void {
    const { buf, bodyStart, bodyEnd } = frame;
    if (!this.farewell) {
      throw new ProtocolError(
        "Cannot accept a farewell: it was not negotiated",
      );
    }
    const text = decodeFarewellBody(buf, bodyStart, bodyEnd);
    // Reasons of later releases mean what any close means.
    const reason = FAREWELL_REASONS.find((known) => known === text);
    if (reason !== undefined) this.onFarewell(reason);
  }

  /**
   * Closes in an orderly way: disconn, its ack, and the same from the peer, for
   * at most `closeGraceMs`.
   *
   * @param reason Why, for the handler.
   */
  close(reason: CloseReason): void {
    if (this.state === "closed" || this.#closing?.begun) return;
    if (this.state === "init" || this.state === "handshake") {
      this.fail(reason);
      return;
    }
    this.beginClose(reason);
  }

  /**
   * Ends the connection at once.
   *
   * @param reason Why, for the handler.
   * @param drain Whether to write first what waits in the outbox.
   */
  fail(reason: CloseReason, drain = false): void {
    if (!this.alive) return;
    // The first reason is the cause of what came after.
    reason = this.leave(reason).reason;
    // The handler may have ended it.
    if (!this.alive) return;
    this.enter("closed");
    this.stopTimer();
    this.vigil.forget();
    try {
      this.#failUnanswered();
      this.endSessions(reason);
    } finally {
      // A defect of those who hear of it must not leave the connection behind.
      this.endPace();
      if (!drain) this.#dropOutbox();
      this.port.hangUp(drain);
      this.onEnded(reason);
    }
  }

  #dropOutbox(): void {
    const { unwritten } = this.outbox;
    if (unwritten > 0) this.settings.traffic?.onDropped(unwritten);
    this.outbox.clear();
  }

  /**
   * Begins to leave, once: the peer closes, or we do.
   *
   * @param reason Why.
   * @returns The close that has begun, with the first reason.
   */
  leave(reason: CloseReason): OrderlyClose {
    if (this.#closing !== undefined) return this.#closing;
    const closing = this.#closing = new OrderlyClose(reason);
    this.onLeaving(reason);
    return closing;
  }

  /**
   * Sends our disconn.
   *
   * @param reason Why.
   */
  protected beginClose(reason: CloseReason): void {
    const closing = this.leave(reason);
    // The handler may have ended it, or begun the close itself.
    if (!this.alive || !closing.begin(this)) return;
    this.enter("closing");
    this.closeBy(this.settings.closeGraceMs);
  }

  /**
   * The peer has sent its disconn.
   *
   * @param frame The disconn.
   */
  protected onDisconn(frame: FrameReader): void {
    if (this.#closing?.received) return;
    const closing = this.leave(PEER_CLOSED);
    // The handler may have ended it.
    if (!this.alive) return;
    closing.onDisconn(this, frame);
    this.enter("closing");
    this.closeBy(this.settings.closeGraceMs);
    if (closing.acked) this.fail(PEER_CLOSED, true);
  }

  /** The peer has acknowledged our disconn. */
  protected onDisconnAck(): void {
    const closing = this.#closing;
    if (closing === undefined || !closing.begun) return;
    closing.acked = true;
    if (closing.received) this.fail(closing.reason, true);
  }

  /**
   * Sets when the peer must have closed.
   *
   * @param graceMs Milliseconds from now.
   */
  protected closeBy(graceMs: number): void {
    const { vigil } = this;
    if (this.state === "closing") vigil.dueAt = Infinity;
    vigil.deadlineAt = this.timers.now() + graceMs;
    this.rearm(vigil.nextAt);
  }

  /** Something is late: the peer, or an answer. */
  protected override onTimer(): void {
    try {
      this.#onTimer();
    } catch (error) {
      // A defect of ours, on one connection: the others know nothing of it.
      this.fail(
        internalEnd(error instanceof Error ? error.message : typeof error),
      );
    }
  }

  #onTimer(): void {
    const now = this.timers.now();
    if (!this.alive) {
      // Somebody went on asking after the end.
      this.stopTimer();
      this.#failUnanswered();
      return;
    }
    const { vigil } = this;
    if (now >= vigil.deadlineAt) this.#onDeadline();
    if (this.alive && now >= vigil.dueAt) this.#onHeartbeatDue(now);
    if (this.state === "open") {
      const slow = vigil.check(now, this);
      if (slow !== undefined) this.fail(slow);
    } else vigil.forget();
    if (!this.alive) return;
    for (const pending of this.unanswered.takeExpired(now)) {
      pending.onFail(TIMEOUT);
    }
    if (this.alive) this.rearm(vigil.nextAt);
  }

  #onDeadline(): void {
    switch (this.state) {
      case "open":
        this.vigil.deadlineAt = Infinity;
        this.beginClose(PEER_CLOSED);
        return;
      case "closing":
        this.fail({ kind: "timeout", text: "closed without the peer" }, true);
        return;
      default:
        this.fail({ kind: "timeout", text: "handshake timeout" });
    }
  }

  #onHeartbeatDue(now: number): void {
    const { outbox, vigil } = this;
    const silent = vigil.checkLife(now, this);
    if (this.role === "server") {
      if (silent !== undefined) this.beginClose(silent);
    } else if (silent !== undefined) this.fail(silent);
    else {
      vigil.beforeHeartbeat(now, this);
      this.sendFrame(TYPE_HEARTBEAT, outbox.open(0));
    }
  }

  #failUnanswered(): void {
    for (const pending of this.unanswered.takeAll()) {
      pending.onFail(FORCE_CLOSED);
    }
  }
}
