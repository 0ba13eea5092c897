/**
 * One multiplexed channel of a connection.
 *
 * @module
 */

import { TYPE_DISMISS, TYPE_DISMISS_ACK } from "../wire/constants.ts";
import { CLOSED, type CloseReason, PEER_CLOSED } from "./close_reason.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import { encodeSessionBody } from "../body/json_body.ts";
import type { LinkRole } from "./link_state.ts";
import type { Pending } from "./pending.ts";
import { type FlowLink, SessionFlow } from "./session_flow.ts";
import { SessionAsk } from "./session_ask.ts";
import { TIMEOUT } from "../errors/wire_errors.ts";
import { shortText } from "../wire/short_text.ts";
import { Timer } from "../wire/timer_wheel.ts";

/** Milliseconds a dismiss exchange may take. */
const CLOSE_TIMEOUT = 30_000;
const DISMISS_SENT = 1;
const DISMISS_RECEIVED = 2;
const ACK_RECEIVED = 4;
const UNANSWERED: CloseReason = { kind: "timeout", text: TIMEOUT };
const EMPTY_BODY = encodeSessionBody({ meta: undefined, error: "", peer: "" });

/** What a session needs of its connection, beside its output. */
export interface SessionLink extends FlowLink {
  /** Its side. */
  readonly role: LinkRole;
  /**
   * Counts bytes of an answer that the peer has earned, at most.
   *
   * @param bytes How many.
   */
  earn(bytes: number): void;
  /**
   * Lets a session that waits try again.
   *
   * @param session The one that asks; nothing happens if it does not wait.
   */
  retry(session: Session): void;
  /**
   * A session is over.
   *
   * @param session The one that has ended; it is told of once.
   * @param reason Why.
   */
  forget(session: Session, reason: CloseReason): void;
}

/**
 * One session: the default session of a connection (id 1), or one that either
 * side opened. All methods are synchronous; what happens later is told to the
 * {@linkcode LinkHandler} of the connection.
 *
 * Life: `opening` or `accepting`, then `open`, then `closing` as soon as either
 * side has sent a dismiss, then `closed` when both dismisses are acknowledged,
 * 30 s have passed, or the connection ended. Source: docs/spec/wire.md §2.4, §4 and §7.
 */
export class Session<L extends SessionLink = SessionLink>
  extends SessionFlow<L> {
  /** What the opener called its target. */
  peer = "";
  /** What the opener sent along. */
  meta: Uint8Array | undefined = undefined;
  /** Why the peer refused our open; empty when it did not. */
  refusal = "";
  /**
   * Why the bytes that the peer sent are not all it wanted to send; empty when
   * they are, or when a peer without `reason` does not tell.
   */
  endReason = "";
  /** Room for whoever uses the session. */
  user: unknown = undefined;
  /** Whether the peer asked for it. */
  byPeer = false;
  /**
   * The youngest packet sent on it that waits for an answer, first of a list;
   * kept by the {@linkcode PendingTable}, not for the default session.
   */
  pendings: Pending<Session<L>> | undefined = undefined;
  /** Chain of {@linkcode SessionMap}. */
  next: Session<L> | undefined = undefined;

  /** How far its close has come, as bits. */
  #close = 0;
  #ask: SessionAsk | undefined = undefined;
  #refusal = "";
  #closeWanted: string | undefined = undefined;
  #timer: Timer | undefined = undefined;

  /** Its id. */
  get id(): bigint {
    return (BigInt(this.idHi) << 32n) | BigInt(this.idLo);
  }

  /** Context of the trace that the peer's open belongs to; known until it is answered, empty for none. */
  get trace(): string {
    return this.#ask?.trace ?? "";
  }

  /** Whether the peer has sent its dismiss. */
  get dismissReceived(): boolean {
    return (this.#close & DISMISS_RECEIVED) !== 0;
  }

  /** Whether packets may be sent on it at this moment. */
  get ready(): boolean {
    return this.state === "open" && this.hold === undefined;
  }

  /**
   * Runs an action as soon as the session may be used: at once, or after the
   * hold of a session that a peer without `early-data` opened. Dropped when the
   * session ends first.
   *
   * @param action What to do.
   */
  whenReady(action: () => void): void {
    if (this.hold !== undefined) this.hold.push(action);
    else if (this.state !== "closing" && this.state !== "closed") action();
  }

  /**
   * Accepts a session the peer asked for.
   *
   * @param raise Whether its bytes are wanted now. If not, call
   * {@linkcode Session.raise} when they are.
   */
  accept(raise = true): void {
    if (this.state !== "accepting") return;
    this.state = "open";
    this.#ask?.sendAck(this.link, this, this.#refusal);
    this.#ask = undefined;
    const link = this.link;
    if (link.role === "server" && !link.earlyData) {
      // Its router may not know the id yet: what comes too early is lost.
      this.hold = [];
      this.#arm(
        link.timers.now() + link.settings.earlyHoldMs,
        () => this.release(),
      );
    }
    if (raise) this.raise();
  }

  /**
   * Refuses a session the peer asked for: acks it, then dismisses it, which is
   * the only refusal a Go peer notices.
   *
   * @param reason Told in the ack; our own peers read it.
   */
  refuse(reason: string): void {
    if (this.state !== "accepting") return;
    this.#refusal = reason = shortText(reason);
    this.link.earn(reason.length);
    this.peer = "";
    this.meta = undefined;
    this.accept(false);
    this.close();
  }

  /**
   * Closes the session; the peer is told after everything sent so far.
   *
   * @param reason Why not everything was sent that should have been; empty when
   * it was. Peers with `reason` read it.
   */
  close(reason = ""): void {
    if (this.state === "open") {
      if (this.hold !== undefined) {
        this.hold.push(() => this.close(reason));
        return;
      }
      this.#dismiss(reason);
    } else if (this.state === "accepting") {
      this.refuse(reason);
    } else if (this.state === "opening") {
      this.#closeWanted ??= reason;
    }
  }

  /** Ends the hold; the link calls it at the peer's first packet. */
  release(): void {
    const held = this.hold;
    if (held === undefined) return;
    this.hold = undefined;
    if (this.#timer !== undefined) this.link.timers.clear(this.#timer);
    for (const action of held) action();
    this.link.retry(this);
  }

  /**
   * The peer has asked for the session.
   *
   * @param frame The session packet.
   * @param trace Context of the trace it belongs to, if any.
   */
  asked(frame: FrameReader, trace?: string): void {
    this.byPeer = true;
    this.#ask = new SessionAsk(frame, trace);
  }

  /**
   * The peer has accepted our open.
   *
   * @returns `false` when the session was closed meanwhile, and is dismissed now.
   */
  opened(): boolean {
    this.state = "open";
    if (this.#closeWanted !== undefined) {
      this.#dismiss(this.#closeWanted);
      return false;
    }
    if (this.refusal === "") this.raise();
    return true;
  }

  /**
   * The peer has sent a dismiss.
   *
   * @param packetHi High half of its packet id.
   * @param packetLo Low half of its packet id.
   * @param error Why it is not the complete end; empty when it is.
   */
  onDismiss(packetHi: number, packetLo: number, error: string): void {
    const link = this.link;
    if (this.dismissReceived) return;
    this.#close |= DISMISS_RECEIVED;
    if (link.reason) this.endReason = shortText(error);
    link.writeBody(this, TYPE_DISMISS_ACK, packetHi, packetLo, EMPTY_BODY);
    if (this.state === "accepting") {
      // Given up before we answered: there is nothing to dismiss.
      this.finish(PEER_CLOSED);
      return;
    }
    this.hold = undefined;
    if ((this.#close & DISMISS_SENT) === 0) this.#dismiss("");
    if ((this.#close & ACK_RECEIVED) !== 0) this.finish(CLOSED);
  }

  /** The peer has acknowledged our dismiss. */
  onDismissAck(): void {
    // An ack nobody waits for must not end a session.
    if ((this.#close & DISMISS_SENT) === 0) return;
    this.#close |= ACK_RECEIVED;
    if (this.dismissReceived) this.finish(CLOSED);
  }

  /**
   * Ends the session here; the peer is not told.
   *
   * @param reason Why, for the handler.
   */
  finish(reason: CloseReason): void {
    if (this.state === "closed") return;
    this.state = "closed";
    if (!this.dismissReceived) this.endReason = reason.text;
    this.hold = undefined;
    if (this.#timer !== undefined) this.link.timers.clear(this.#timer);
    this.unread = 0;
    const { refusal } = this;
    this.link.forget(
      this,
      refusal === "" ? reason : { kind: "refused", text: refusal },
    );
  }

  #dismiss(reason: string): void {
    const { link } = this;
    this.#close |= DISMISS_SENT;
    this.state = "closing";
    link.writeBody(
      this,
      TYPE_DISMISS,
      link.silentHi,
      link.nextLo(),
      reason === "" || !link.reason
        ? EMPTY_BODY
        : encodeSessionBody({ error: shortText(reason) }),
    );
    this.#arm(
      link.timers.now() + CLOSE_TIMEOUT,
      () => this.finish(UNANSWERED),
    );
  }

  #arm(at: number, fire: () => void): void {
    if (this.#timer !== undefined) this.link.timers.clear(this.#timer);
    this.#timer = new Timer(fire);
    this.link.timers.set(this.#timer, at);
  }
}
