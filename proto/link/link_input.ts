/**
 * The receiving half of an open connection.
 *
 * @module
 */

import {
  TYPE_CREDIT,
  TYPE_DISMISS,
  TYPE_DISMISS_ACK,
  TYPE_HEARTBEAT_ACK,
  TYPE_MESSAGE,
  TYPE_MESSAGE_ACK,
  TYPE_REGISTER,
  TYPE_REGISTER_ACK,
  TYPE_REQUEST,
  TYPE_REQUEST_CANCEL,
  TYPE_RESPONSE,
  TYPE_SESSION,
  TYPE_SESSION_ACK,
  TYPE_STREAM,
} from "../wire/constants.ts";
import { type CloseReason, PEER_CLOSED } from "./close_reason.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import { decodeSessionBody } from "../body/json_body.ts";
import type { LinkFlow } from "./link_flow.ts";
import { LinkSessions, type OpeningLink } from "./link_sessions.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import { type ReceiveWindow, widen } from "./receive_window.ts";
import type { Session } from "./session.ts";
import type { SessionHandler } from "./session_handler.ts";
import type { Vigil } from "./vigil.ts";
import type { WaitingSessions } from "./waiting_sessions.ts";
import { FORCE_CLOSED, TOO_MANY_SESSIONS } from "../errors/wire_errors.ts";
import { readU32 } from "../wire/wire_numbers.ts";

/** Bytes of the ack of a register. */
const REGISTER_ACK = 24;
/** Bytes of a session's ack and first credit, and of the dismiss when it is refused. */
const SESSION_ACK = 34 + 26 + 24;

/** Bytes of the answers to a dismiss: its ack, and our own dismiss. */
const DISMISS_ACK = 48;

/** The connection whose frames a {@linkcode LinkInput} takes. */
export interface InputLink extends LinkFlow, OpeningLink {
  /** The session every connection has. */
  readonly defaultSession: Session;
  /** The peer closes, and says so on the default session. */
  leave(reason: CloseReason): void;
}

/**
 * Finds out what every frame of an open connection `L` belongs to, a session, a
 * packet that waits for it, a window, and tells the handler. Frames about the
 * connection itself are left to the link.
 */
export class LinkInput<L extends InputLink> {
  // Idle connections have none of these three.
  /** The connection's sessions, once it has had one. */
  sessions: LinkSessions<L> | undefined = undefined;
  /** Those of them that want to send, once one had to wait. */
  waiting: WaitingSessions<Session<L>> | undefined = undefined;
  /** Raw bytes the peer may still send, with `credit`. */
  window: ReceiveWindow | undefined = undefined;

  readonly #handler: SessionHandler<Session<L>>;
  readonly #vigil: Vigil;

  /**
   * Made by the link.
   *
   * @param handler Hears what happens.
   * @param vigil Notes when data came.
   */
  constructor(
    handler: SessionHandler<Session<L>>,
    vigil: Vigil,
  ) {
    this.#handler = handler;
    this.#vigil = vigil;
  }

  /**
   * Makes room for the connection's sessions, once.
   *
   * @param link The connection.
   * @returns Its sessions.
   */
  sessionsOf(link: L): LinkSessions<L> {
    return this.sessions ??= new LinkSessions(link);
  }

  /**
   * Acts on a frame of an open connection.
   *
   * @param link The connection.
   * @param frame Any frame; its session, if it has one, need not exist.
   * @returns `false` when it is about the connection itself, and still to be
   * acted on.
   * @throws {ProtocolError} If the peer may not send it.
   */
  take(link: L, frame: FrameReader): boolean {
    switch (frame.type) {
      case TYPE_REQUEST: {
        const session = this.#find(link, frame);
        if (session !== undefined && session.state === "open") {
          this.#handler.onRequest(session, frame);
        }
        return true;
      }
      case TYPE_RESPONSE:
      case TYPE_MESSAGE_ACK:
        this.takeAnswer(link, frame);
        return true;
      case TYPE_MESSAGE: {
        const session = this.#find(link, frame);
        if (session !== undefined && session.state === "open") {
          this.#handler.onMessage(session, frame);
        }
        return true;
      }
      case TYPE_STREAM:
        this.#onStream(link, frame);
        return true;
      case TYPE_CREDIT:
        this.#onCredit(link, frame);
        return true;
      case TYPE_REQUEST_CANCEL: {
        const session = this.#find(link, frame);
        if (session !== undefined) {
          this.#handler.onCancel(session, frame);
        }
        return true;
      }
      case TYPE_REGISTER: {
        const session = this.#find(link, frame);
        if (session !== undefined && session.state === "open") {
          link.owe(REGISTER_ACK);
          this.#handler.onRegister(session, frame);
        }
        return true;
      }
      case TYPE_REGISTER_ACK:
        decodeSessionBody(frame.buf, frame.bodyStart, frame.bodyEnd);
        this.takeAnswer(link, frame);
        return true;
      case TYPE_SESSION:
        this.#onSession(link, frame);
        return true;
      case TYPE_DISMISS:
      case TYPE_DISMISS_ACK:
        this.#onDismiss(link, frame);
        return true;
      case TYPE_SESSION_ACK:
      case TYPE_HEARTBEAT_ACK:
        this.#answer(link, frame, undefined);
        return true;
      default:
        return false;
    }
  }

  /**
   * Hands a response or an ack to what waits for it, on its own session.
   *
   * @param link The connection.
   * @param frame The answer; one that nobody waits for is ignored.
   */
  takeAnswer(link: L, frame: FrameReader): void {
    const session = this.#find(link, frame);
    if (session !== undefined) this.#answer(link, frame, session);
  }

  /**
   * Something was written: sessions that wait may send again.
   *
   * @param link The connection.
   */
  onWritten(link: L): void {
    this.waiting?.retryAll(link, this.#handler);
  }

  #answer(link: L, frame: FrameReader, session: Session<L> | undefined): void {
    const pending = link.unanswered.get(frame.idHi, frame.idLo);
    if (pending === undefined) return;
    // Bodies differ, and each session has ids of its own.
    const { answerType } = pending;
    if (
      session === undefined
        ? answerType !== frame.type
        : pending.session !== session ||
          (answerType !== 0 && answerType !== frame.type)
    ) return;
    link.unanswered.take(frame.idHi, frame.idLo);
    const { deferrals } = link;
    pending.onAnswer(frame);
    if (link.deferrals === deferrals) return;
    if (link.state === "closed") pending.onFail(FORCE_CLOSED);
    else link.unanswered.setAside(pending);
  }

  #find(link: L, frame: FrameReader): Session<L> | undefined {
    this.#vigil.onData();
    if (frame.sessionHi === 0 && frame.sessionLo === 1) {
      const session = link.defaultSession as Session<L>;
      // Late answers still arrive while it closes.
      return session.state === "closed" ? undefined : session;
    }
    const session = this.sessions?.get(frame.sessionHi, frame.sessionLo);
    if (
      session === undefined ||
      (session.state !== "open" && session.state !== "closing")
    ) {
      return undefined;
    }
    if (session.held) session.release();
    return session;
  }

  #onStream(link: L, frame: FrameReader): void {
    const bytes = frame.bodyEnd - frame.bodyStart;
    this.window?.take(bytes);
    const session = this.#find(link, frame);
    if (session !== undefined && !session.isDefault) {
      session.onBytes(bytes);
      if (bytes > 0) this.#handler.onStream(session, frame);
    }
    const grant = this.window?.free(bytes);
    if (grant !== undefined && grant > 0) link.sendCredit(0, 0, grant);
  }

  #onCredit(link: L, frame: FrameReader): void {
    if (!link.credit) {
      throw new ProtocolError("Cannot accept credit: it was not negotiated");
    }
    const bytes = readU32(frame.buf, frame.bodyStart);
    if (frame.sessionHi === 0 && frame.sessionLo === 0) {
      link.sendWindow = widen(link.sendWindow, bytes);
      this.waiting?.retryAll(link, this.#handler);
      return;
    }
    const session = this.#find(link, frame);
    if (session === undefined) return;
    session.sendWindow = widen(session.sendWindow, bytes);
    this.waiting?.retry(session, this.#handler);
  }

  #onSession(link: L, frame: FrameReader): void {
    this.#vigil.onData();
    link.owe(SESSION_ACK);
    const sessions = this.sessionsOf(link);
    const session = sessions.onSession(frame);
    if (session.refusal !== "") session.refuse(session.refusal);
    else if (
      sessions.asked >= link.settings.maxSessions ||
      link.defaultSession.state !== "open"
    ) session.refuse(TOO_MANY_SESSIONS);
    else this.#handler.onSession(session);
  }

  #onDismiss(link: L, frame: FrameReader): void {
    const { error } = decodeSessionBody(
      frame.buf,
      frame.bodyStart,
      frame.bodyEnd,
    );
    const isDefault = frame.sessionHi === 0 && frame.sessionLo === 1;
    const session = isDefault
      ? link.defaultSession as Session<L>
      : this.sessions?.get(frame.sessionHi, frame.sessionLo);
    if (session === undefined || session.state === "closed") return;
    if (frame.type === TYPE_DISMISS_ACK) {
      session.onDismissAck();
      return;
    }
    if (session.dismissReceived) return;
    link.owe(DISMISS_ACK);
    // Out of routing first: the peer's close returns with the ack.
    if (isDefault) link.leave(PEER_CLOSED);
    session.onDismiss(frame.idHi, frame.idLo, error);
    // A session that was refused had no life that could end.
    if (!isDefault && session.state === "closing" && session.refusal === "") {
      this.#handler.onSessionEnd(session);
    }
  }
}
