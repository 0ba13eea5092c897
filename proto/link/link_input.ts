/**
 * The receiving half of an open connection.
 *
 * @module
 */

import {
  TYPE_CREDIT,
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
import { type ReceiveWindow, widen } from "./credit.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import type { Heartbeat } from "./heartbeat.ts";
import { decodeSessionBody } from "../body/json_body.ts";
import type { Link } from "./link.ts";
import { LinkSessions } from "./link_sessions.ts";
import type { LinkHandler } from "./link_settings.ts";
import type { PendingTable } from "./pending.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import type { Session } from "./session.ts";
import type { WaitingSessions } from "./waiting_sessions.ts";
import { FORCE_CLOSED, TOO_MANY_SESSIONS } from "../errors/wire_errors.ts";
import { readU32 } from "../wire/wire_numbers.ts";

/** Bytes of acks that may wait to be written before the peer counts as deaf. */
const MAX_OWED = 1_048_576;
/** The same of a server, which opens sessions for all of its peers at a time. */
const MAX_OWED_TO_SERVER = 16_777_216;
/** Bytes of the ack of a register. */
const REGISTER_ACK = 24;
/** Bytes of a session's ack and first credit, and of the dismiss when it is refused. */
const SESSION_ACK = 34 + 26 + 24;

/**
 * Finds out what every frame of an open {@linkcode Link} belongs to, a session,
 * a packet that waits for it, a window, and tells the handler. Frames about the
 * connection itself are left to the link.
 */
export class LinkInput {
  // Idle connections have none of these three.
  /** The connection's sessions, once it has had one. */
  sessions: LinkSessions | undefined = undefined;
  /** Those of them that want to send, once one had to wait. */
  waiting: WaitingSessions | undefined = undefined;
  /** Raw bytes the peer may still send, with `credit`. */
  window: ReceiveWindow | undefined = undefined;

  readonly #handler: LinkHandler;
  readonly #pending: PendingTable;
  readonly #heartbeat: Heartbeat;

  /**
   * Made by the link.
   *
   * @param handler Hears what happens.
   * @param pending Packets that wait for their answer.
   * @param heartbeat Notes when data came.
   */
  constructor(
    handler: LinkHandler,
    pending: PendingTable,
    heartbeat: Heartbeat,
  ) {
    this.#handler = handler;
    this.#pending = pending;
    this.#heartbeat = heartbeat;
  }

  /**
   * Acts on a frame of an open connection.
   *
   * @param link The connection.
   * @param frame The frame.
   * @returns `false` when it is about the connection itself, and still to be
   * acted on.
   * @throws {ProtocolError} If the peer may not send it.
   */
  take(link: Link, frame: FrameReader): boolean {
    switch (frame.type) {
      case TYPE_REQUEST: {
        const session = this.#find(link, frame);
        if (session !== undefined && session.state === "open") {
          this.#handler.onRequest(link, session, frame);
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
          this.#handler.onMessage(link, session, frame);
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
          this.#handler.onCancel(link, session, frame);
        }
        return true;
      }
      case TYPE_REGISTER: {
        const session = this.#find(link, frame);
        if (session !== undefined && session.state === "open") {
          this.owe(link, REGISTER_ACK);
          this.#handler.onRegister(link, session, frame);
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
  takeAnswer(link: Link, frame: FrameReader): void {
    const session = this.#find(link, frame);
    if (session !== undefined) this.#answer(link, frame, session);
  }

  /**
   * Counts an ack that the peer earns with the frame being handled. Reading never
   * waits for writing, so a peer that does not read must not earn acks for ever.
   *
   * @param link The connection.
   * @param bytes How long it is, at most.
   * @throws {ProtocolError} If too many of them were not written.
   */
  owe(link: Link, bytes: number): void {
    link.earn(bytes);
    const most = link.role === "client" ? MAX_OWED_TO_SERVER : MAX_OWED;
    if (link.owed > most) {
      throw new ProtocolError("Cannot send acks: the peer does not read");
    }
  }

  /**
   * Something was written: sessions that wait may send again.
   *
   * @param link The connection.
   */
  onWritten(link: Link): void {
    this.waiting?.retryAll(link, this.#handler);
  }

  #answer(link: Link, frame: FrameReader, session: Session | undefined): void {
    const pending = this.#pending.get(frame.idHi, frame.idLo);
    if (pending === undefined) return;
    // Bodies differ, and each session has ids of its own.
    const { answerType } = pending;
    if (
      session === undefined
        ? answerType !== frame.type
        : pending.session !== session ||
          (answerType !== 0 && answerType !== frame.type)
    ) return;
    this.#pending.take(frame.idHi, frame.idLo);
    const { deferrals } = link;
    pending.onAnswer(link, frame);
    if (link.deferrals === deferrals) return;
    if (link.state === "closed") pending.onFail(link, FORCE_CLOSED);
    else this.#pending.setAside(pending);
  }

  #find(link: Link, frame: FrameReader): Session | undefined {
    this.#heartbeat.onData();
    if (frame.sessionHi === 0 && frame.sessionLo === 1) {
      const session = link.defaultSession;
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

  #onStream(link: Link, frame: FrameReader): void {
    const bytes = frame.bodyEnd - frame.bodyStart;
    this.window?.take(bytes);
    const session = this.#find(link, frame);
    if (session !== undefined && !session.isDefault) {
      session.onBytes(bytes);
      if (bytes > 0) this.#handler.onStream(link, session, frame);
    }
    this.window?.consume(link, bytes);
  }

  #onCredit(link: Link, frame: FrameReader): void {
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
    this.waiting?.retry(link, session, this.#handler);
  }

  #onSession(link: Link, frame: FrameReader): void {
    this.#heartbeat.onData();
    this.owe(link, SESSION_ACK);
    const sessions = this.sessions ??= new LinkSessions(link.settings.random);
    const session = sessions.onSession(link, frame);
    if (session.refusal !== "") session.refuse(session.refusal);
    else if (
      sessions.asked >= link.settings.maxSessions ||
      link.defaultSession.state !== "open"
    ) session.refuse(TOO_MANY_SESSIONS);
    else this.#handler.onSession(link, session);
  }
}
