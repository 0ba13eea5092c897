/**
 * One multiplexed channel of a connection.
 *
 * @module
 */

import {
  DEFAULT_SESSION,
  HEADER_SIZE,
  TYPE_DISMISS,
  TYPE_DISMISS_ACK,
  TYPE_STREAM,
} from "../wire/constants.ts";
import { CLOSED, type CloseReason, PEER_CLOSED } from "./close_reason.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import { initialWindow } from "./credit.ts";
import { GrowingWindow } from "./growing_window.ts";
import { encodeSessionBody } from "../body/json_body.ts";
import type { Link } from "./link.ts";
import type { Pending } from "./pending.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import { SessionAsk } from "./session_ask.ts";
import { TIMEOUT } from "../errors/wire_errors.ts";
import { shortText } from "../wire/short_text.ts";
import { Timer } from "../wire/timer_wheel.ts";

/** Where a session is in its life. */
export type SessionState =
  /** We asked for it and wait for the ack. */
  | "opening"
  /** The peer asked for it and waits for ours. */
  | "accepting"
  /** Data flows. */
  | "open"
  /** One side has sent a dismiss. */
  | "closing"
  /** Nothing flows any more. */
  | "closed";

/** Most payload bytes of one stream frame that we write. */
const STREAM_PART = 262_144;
/**
 * Most payload bytes of one stream frame to a peer without credit, unless more
 * came in one: its library bounds what it parks in packets, not in bytes.
 */
const PLAIN_PART = 65_536;
/** Fewest bytes that are worth a write of their own. */
const LEAST_ADOPTED = 4_096;
/** Bytes a stream frame has before its data: header and session id. */
export const STREAM_HEAD: number = HEADER_SIZE + 8;
/** How often `sessionWindow` the window of a session grows to whose reader keeps up. */
const GROWTH = 4;
/** Milliseconds a dismiss exchange may take. */
const CLOSE_TIMEOUT = 30_000;
const UNANSWERED: CloseReason = { kind: "timeout", text: TIMEOUT };
const EMPTY_BODY = encodeSessionBody({ meta: undefined, error: "", peer: "" });

/**
 * One session: the default session of a connection (id 1), or one that either
 * side opened. All methods are synchronous; what happens later is told to the
 * {@linkcode LinkHandler} of the connection.
 *
 * Life: `opening` or `accepting`, then `open`, then `closing` as soon as either
 * side has sent a dismiss, then `closed` when both dismisses are acknowledged,
 * 30 s have passed, or the connection ended. Source: docs/spec/wire.md §2.4, §4 and §7.
 */
export class Session {
  /** The connection it belongs to. */
  readonly link: Link;
  /** High half of the session id; of the negotiate id while `opening` at a client. */
  idHi: number;
  /** Low half of the session id; of the negotiate id while `opening` at a client. */
  idLo: number;
  /** What the opener called its target. */
  peer = "";
  /** What the opener sent along. */
  meta: Uint8Array | undefined = undefined;
  /** Where it is in its life. */
  state: SessionState;
  /** Why the peer refused our open; empty when it did not. */
  refusal = "";
  /**
   * Why the bytes that the peer sent are not all it wanted to send; empty when
   * they are, or when a peer without `reason` does not tell.
   */
  endReason = "";
  /** Room for whoever uses the session. */
  user: unknown = undefined;
  /** Bytes the peer still lets us send; infinite without credit. */
  sendWindow: number;
  /** Bytes we still let the peer send; infinite without credit. */
  receiveWindow: number;
  /** Whether the peer asked for it. */
  byPeer = false;
  /**
   * The youngest packet sent on it that waits for an answer, first of a list;
   * kept by the {@linkcode PendingTable}, not for the default session.
   */
  pendings: Pending | undefined = undefined;
  /** Bytes received and not yet consumed. */
  unread = 0;
  /** Bytes its window was widened by, beyond what the handshake granted. */
  promised = 0;
  /** Chain of {@linkcode SessionMap}. */
  next: Session | undefined = undefined;
  /** Whether it is in the link's list of sessions that want to send. */
  waiting = false;

  /** Made when it is widened, or the first bytes are consumed. */
  #window: GrowingWindow | undefined = undefined;
  #dismissSent = false;
  #dismissReceived = false;
  #ackReceived = false;
  #ask: SessionAsk | undefined = undefined;
  #held: (() => void)[] | undefined = undefined;
  #timer: Timer | undefined = undefined;

  /**
   * Made by the link.
   *
   * @param link The connection.
   * @param idHi High half of the id.
   * @param idLo Low half of the id.
   * @param state Its first state.
   */
  constructor(link: Link, idHi: number, idLo: number, state: SessionState) {
    this.link = link;
    this.idHi = idHi;
    this.idLo = idLo;
    this.state = state;
    this.sendWindow = link.peerSessionWindow;
    this.receiveWindow = link.credit ? initialWindow(link.settings) : Infinity;
  }

  /** Its id. */
  get id(): bigint {
    return (BigInt(this.idHi) << 32n) | BigInt(this.idLo);
  }

  /** Whether it is the session every connection has from the start. */
  get isDefault(): boolean {
    return this.idHi === 0 && this.idLo === DEFAULT_SESSION;
  }

  /** Whether the peer has sent its dismiss. */
  get dismissReceived(): boolean {
    return this.#dismissReceived;
  }

  /** Whether packets may be sent on it at this moment. */
  get ready(): boolean {
    return this.state === "open" && this.#held === undefined;
  }

  /** Whether it is open but the peer may not listen yet. */
  get held(): boolean {
    return this.#held !== undefined;
  }

  /**
   * Runs an action as soon as the session may be used: at once, or after the
   * hold of a session that a peer without `early-data` opened. Dropped when the
   * session ends first.
   *
   * @param action What to do.
   */
  whenReady(action: () => void): void {
    if (this.#held !== undefined) this.#held.push(action);
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
    this.#ask?.sendAck(this, this.#refusal);
    this.#ask = undefined;
    const link = this.link;
    if (link.role === "server" && !link.earlyData) {
      // Its router may not know the id yet: what comes too early is lost.
      this.#held = [];
      this.#arm(
        link.timers.now() + link.settings.earlyHoldMs,
        () => this.release(),
      );
    }
    if (raise) this.raise();
  }

  /**
   * Widens the receive window of an open session, from the little that the
   * handshake granted to `sessionWindow`: somebody wants the bytes. Happens once;
   * nothing happens without credit.
   */
  raise(): void {
    if (this.state !== "open" || !this.link.credit || this.#raised) return;
    // What comes on it is thrown away.
    if (this.isDefault) return;
    this.#raised = true;
    if (this.#held === undefined) this.#raise();
    else this.#held.push(() => this.#raise());
  }
  #raised = false;

  #raise(): void {
    const { settings } = this.link;
    const least = initialWindow(settings);
    let more = settings.sessionWindow - this.#receiveSize.size;
    // What is left of a share may still be worth something.
    for (; more >= least; more >>= 1) {
      if (this.link.promise(this, more)) {
        this.#receiveSize.widen(more);
        this.#grant(more);
        return;
      }
    }
  }

  get #receiveSize(): GrowingWindow {
    const { settings } = this.link;
    return this.#window ??= new GrowingWindow(
      initialWindow(settings),
      settings.sessionWindow * GROWTH,
    );
  }

  #grant(bytes: number): void {
    this.receiveWindow += bytes;
    this.link.sendCredit(this.idHi, this.idLo, bytes);
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
  #refusal = "";

  /**
   * How many bytes {@linkcode Session.send} would take now. After 0 the handler
   * hears `onWritable` when it is more.
   *
   * @returns Bytes.
   */
  writable(): number {
    if (this.state !== "open") return 0;
    const link = this.link;
    let bytes = this.#held === undefined ? link.streamRoom() : 0;
    if (this.sendWindow < bytes) bytes = this.sendWindow;
    if (link.sendWindow < bytes) bytes = link.sendWindow;
    if (bytes <= 0) {
      link.wait(this);
      return 0;
    }
    return bytes;
  }

  /**
   * Sends raw bytes, as many as may be sent now. They are copied. When it takes
   * fewer than it was given, the handler hears `onWritable` later.
   *
   * @param buf Where the bytes are.
   * @param start The first.
   * @param end After the last.
   * @param came Length of the packet that they came in, if they did; 0 otherwise.
   * @returns How many were taken.
   */
  send(buf: Uint8Array, start: number, end: number, came = 0): number {
    const take = Math.min(end - start, this.writable());
    if (take <= 0) return 0;
    const link = this.link;
    const part = link.credit ? STREAM_PART : Math.max(PLAIN_PART, came);
    const most = Math.min(part, STREAM_PART, link.settings.maxPayload - 8);
    for (let from = start, left = take; left > 0;) {
      const count = Math.min(left, most);
      const at = link.openFrame(this, count);
      link.outbox.buf.set(buf.subarray(from, from + count), at);
      link.sendFrame(TYPE_STREAM, at + count);
      from += count;
      left -= count;
    }
    this.sendWindow -= take;
    link.sendWindow -= take;
    // Only now is it known what it waits for.
    if (take < end - start) link.wait(this);
    return take;
  }

  /**
   * Sends raw bytes that lie in a pooled buffer, and gives the buffer away with
   * them: no copy. The {@linkcode STREAM_HEAD} bytes before them are overwritten.
   * Refused for so few bytes that a write of their own costs more than a copy, and
   * for more than one packet may have.
   *
   * @param buffer The buffer, from the pool.
   * @param start The first byte; at least `STREAM_HEAD`.
   * @param end After the last byte.
   * @returns `false` when they may not be sent now, or not all of them; the
   * buffer is still the caller's then, and `send` may take a part.
   */
  adopt(buffer: Uint8Array, start: number, end: number): boolean {
    const link = this.link;
    const length = end - start;
    if (length < LEAST_ADOPTED || !link.credit && length > PLAIN_PART) {
      return false;
    }
    // The outbox's mark is soft, a window is not.
    if (
      this.writable() === 0 || this.sendWindow < length ||
      link.sendWindow < length
    ) return false;
    link.adoptFrame(this, buffer, start, end);
    this.sendWindow -= length;
    link.sendWindow -= length;
    return true;
  }

  /**
   * Raw bytes have arrived; called by the link before anybody sees them.
   *
   * @param bytes How many.
   * @throws {ProtocolError} If they are more than were granted.
   */
  onBytes(bytes: number): void {
    if (!this.link.credit) return;
    this.receiveWindow -= bytes;
    if (this.receiveWindow < 0) {
      throw new ProtocolError(
        `Cannot accept ${bytes} stream bytes: the credit of session ${this.id} is used up`,
      );
    }
    this.unread += bytes;
  }

  /**
   * Tells that received bytes are no longer held, and lets the peer send as
   * many more; with a window that doubles, up to four times `sessionWindow`,
   * while nothing is left unread.
   *
   * @param bytes How many.
   * @param keepsUp `false` keeps the window from growing.
   */
  consume(bytes: number, keepsUp = true): void {
    const link = this.link;
    if (!link.credit) return;
    // Never more than was received.
    if (bytes > this.unread) bytes = this.unread;
    if (bytes <= 0) return;
    this.unread -= bytes;
    if (this.state !== "open") return;
    const window = this.#receiveSize;
    let grant = window.free(bytes);
    if (grant === 0) return;
    // While nothing is held, the window itself is what slows the sender.
    if (keepsUp && this.unread === 0) {
      const more = window.growth;
      if (more > 0 && link.promise(this, more)) {
        window.widen(more);
        grant += more;
      }
    }
    this.#grant(grant);
  }

  /**
   * Closes the session; the peer is told after everything sent so far.
   *
   * @param reason Why not everything was sent that should have been; empty when
   * it was. Peers with `reason` read it.
   */
  close(reason = ""): void {
    if (this.state === "open") {
      if (this.#held !== undefined) {
        this.#held.push(() => this.close(reason));
        return;
      }
      this.#dismiss(reason);
    } else if (this.state === "accepting") {
      this.refuse(reason);
    } else if (this.state === "opening") {
      this.#closeWanted ??= reason;
    }
  }
  #closeWanted: string | undefined = undefined;

  /** Ends the hold; the link calls it at the peer's first packet. */
  release(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    if (this.#timer !== undefined) this.link.timers.clear(this.#timer);
    for (const action of held) action();
    this.link.retry(this);
  }

  /**
   * The peer has asked for the session.
   *
   * @param frame The session packet.
   */
  asked(frame: FrameReader): void {
    this.byPeer = true;
    this.#ask = new SessionAsk(frame);
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
    if (this.#dismissReceived) return;
    this.#dismissReceived = true;
    if (link.reason) this.endReason = shortText(error);
    link.writeBody(this, TYPE_DISMISS_ACK, packetHi, packetLo, EMPTY_BODY);
    if (this.state === "accepting") {
      // Given up before we answered: there is nothing to dismiss.
      this.finish(PEER_CLOSED);
      return;
    }
    this.#held = undefined;
    if (!this.#dismissSent) this.#dismiss("");
    if (this.#ackReceived) this.finish(CLOSED);
  }

  /** The peer has acknowledged our dismiss. */
  onDismissAck(): void {
    // An ack nobody waits for must not end a session.
    if (!this.#dismissSent) return;
    this.#ackReceived = true;
    if (this.#dismissReceived) this.finish(CLOSED);
  }

  /**
   * Ends the session here; the peer is not told.
   *
   * @param reason Why, for the handler.
   */
  finish(reason: CloseReason): void {
    if (this.state === "closed") return;
    this.state = "closed";
    if (!this.#dismissReceived) this.endReason = reason.text;
    this.#held = undefined;
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
    this.#dismissSent = true;
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
