/**
 * The engine of one connection.
 *
 * @module
 */

import {
  HEADER_SIZE,
  TYPE_CONN,
  TYPE_CONN_ACK,
  TYPE_CREDIT,
  TYPE_DISCONN,
  TYPE_DISCONN_ACK,
  TYPE_DISMISS,
  TYPE_DISMISS_ACK,
  TYPE_HEARTBEAT,
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
} from "./constants.ts";
import { ReceiveWindow, widen } from "./credit.ts";
import { FrameReader } from "./frame_reader.ts";
import { Handshake } from "./handshake.ts";
import { Heartbeat } from "./heartbeat.ts";
import { decodeSessionBody } from "./json_body.ts";
import { LinkSessions } from "./link_sessions.ts";
import type { LinkHandler, LinkPort, LinkSettings } from "./link_settings.ts";
import { Outbox } from "./outbox.ts";
import { type Pending, PendingTable } from "./pending.ts";
import { ProtocolError } from "./protocol_error.ts";
import { Session, STREAM_HEAD } from "./session.ts";
import { Timer, type Timers } from "./timer_wheel.ts";
import { WaitingSessions } from "./waiting_sessions.ts";
import { TOO_MANY_SESSIONS } from "./wire_errors.ts";
import { readU32, writeHeader, writeU32, writeU64 } from "./wire_numbers.ts";

/** Where a connection is in its life. */
export type LinkState =
  /** Nothing was exchanged. */
  | "init"
  /** The conn is sent, or received and not answered. */
  | "handshake"
  /** In use. */
  | "open"
  /** A disconn was sent or received, or the peer was refused. */
  | "closing"
  /** Over. */
  | "closed";

/** Who dialled: the client did. */
export type LinkRole = "client" | "server";

const EMPTY_JSON = new Uint8Array([0x7b, 0x7d]);
/** Milliseconds a peer that dismissed the default session has to disconnect. */
const DISMISSED_MS = 30_000;
/** Bytes of acks that may wait, without one being written, before the peer counts as deaf. */
const MAX_UNWRITTEN_ACKS = 1_048_576;

/**
 * One connection: handshake, heartbeats, sessions, orderly and abrupt close, as
 * a state machine without input or output. Bytes come in by
 * {@linkcode Link.reader} and {@linkcode Link.receive}, go out by
 * {@linkcode Link.outbox}; time comes from the port's timers; what happens is
 * told to the handler.
 *
 * Life: `init` -> `handshake` -> `open` -> `closing` -> `closed`. `fail` leads
 * from everywhere to `closed` at once; a malformed frame does that to its
 * sender. A vanished peer is closed when it was silent for twice the announced
 * heartbeat interval (server), or for two and a half intervals (client).
 * Source: the wire specification, sections 2 to 4.
 */
export class Link {
  /** Incoming bytes. */
  readonly reader: FrameReader;
  /** Outgoing bytes. */
  readonly outbox: Outbox = new Outbox();
  /** Our side of the connection. */
  readonly role: LinkRole;
  /** Settings, shared with other connections. */
  readonly settings: LinkSettings;
  /** The session every connection has. */
  readonly defaultSession: Session;
  /** Room for whoever uses the link. */
  user: unknown = undefined;
  /** High half of the client id. */
  clientHi = 0;
  /** Low half of the client id. */
  clientLo = 0;
  /** Whether the peer negotiated any extension, and thus is one of ours. */
  ours = false;
  /** Whether request cancels may be sent. */
  cancel = false;
  /** Whether data may follow a session ack at once. */
  earlyData = false;
  /** Whether raw bytes need credit. */
  credit = false;
  /** Bytes the peer's sessions grant initially; infinite without credit. */
  peerSessionWindow: number = Infinity;
  /** Bytes all sessions together may still send; infinite without credit. */
  sendWindow: number = Infinity;
  /** When the handshake was complete, in milliseconds of the clock. */
  openedAt = 0;

  #state: LinkState = "init";
  #left = false;
  #leaveReason = "";
  readonly #handler: LinkHandler;
  readonly #port: LinkPort;
  readonly #pending: PendingTable;
  // Most connections have no session of their own and send no raw bytes.
  #sessions: LinkSessions | undefined = undefined;
  #waiting: WaitingSessions | undefined = undefined;
  #receiveWindow: ReceiveWindow | undefined = undefined;
  readonly #timer: Timer;
  readonly #heartbeat: Heartbeat;
  #handshake: Handshake | undefined = undefined;
  #deadlineAt: number;
  #pauses = 0;
  #disconnSent = false;
  #disconnReceived = false;
  #disconnAcked = false;
  #dispatching = false;
  #unwrittenAcks = 0;

  /**
   * Makes a connection in state `init`, with its handshake time running.
   *
   * @param role Our side.
   * @param settings Settings.
   * @param handler Hears what happens.
   * @param port Carries the bytes.
   */
  constructor(
    role: LinkRole,
    settings: LinkSettings,
    handler: LinkHandler,
    port: LinkPort,
  ) {
    this.role = role;
    this.settings = settings;
    this.#handler = handler;
    this.#port = port;
    this.reader = new FrameReader(settings);
    this.#pending = new PendingTable(settings.random);
    this.defaultSession = new Session(this, 0, 1, "open");
    const now = port.timers.now();
    this.#heartbeat = new Heartbeat(now);
    this.#deadlineAt = now + settings.handshakeTimeoutMs;
    this.#timer = new Timer(() => this.#onTimer());
    port.timers.set(this.#timer, this.#deadlineAt);
  }

  /** Where the connection is in its life. */
  get state(): LinkState {
    return this.#state;
  }

  /** Whether the peer may be sent something new. */
  get usable(): boolean {
    return this.#state === "open" && !this.#left;
  }

  /** Whether reading is to stop. */
  get paused(): boolean {
    return this.#pauses > 0;
  }

  /** When the frame being handled arrived, in milliseconds of the clock; reading the clock anew costs more. */
  get seenAt(): number {
    return this.#heartbeat.seenAt;
  }

  /** The clock and its timers. */
  get timers(): Timers {
    return this.#port.timers;
  }

  /** The client id. */
  get clientId(): bigint {
    return (BigInt(this.clientHi) << 32n) | BigInt(this.clientLo);
  }

  /** Packets that wait for an answer. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Sessions open, the default session not counted. */
  get sessionCount(): number {
    return this.#sessions?.size ?? 0;
  }

  /** High half of packet ids that nobody answers. */
  get silentHi(): number {
    return this.#pending.silentHi;
  }

  /**
   * Makes a packet id that nobody answers to.
   *
   * @returns Low half of a fresh packet id.
   */
  nextLo(): number {
    return this.#pending.count();
  }

  // Handshake

  /**
   * Client: introduces us to the server.
   *
   * @param meta Opaque bytes about us.
   * @param wantedId The id we would like; 0 is none.
   */
  connect(meta: Uint8Array | undefined, wantedId = 0n): void {
    if (this.#state !== "init") return;
    this.#state = "handshake";
    this.#handshake = new Handshake();
    this.#handshake.sendConn(this, meta, wantedId);
  }

  /**
   * Server: admits the client. The ack goes out before anything else.
   *
   * @param idHi High half of its id.
   * @param idLo Low half of its id.
   */
  accept(idHi: number, idLo: number): void {
    const handshake = this.#handshake;
    if (this.#state !== "handshake" || handshake === undefined) return;
    this.clientHi = idHi;
    this.clientLo = idLo;
    handshake.sendAck(this, 0, "");
    this.#opened(handshake);
  }

  /**
   * Server: turns the client away and closes.
   *
   * @param reason Told to the client.
   * @param idHi High half of the id it would have had.
   * @param idLo Low half of it.
   */
  refuse(reason: string, idHi = 0, idLo = 0): void {
    const handshake = this.#handshake;
    if (this.#state !== "handshake" || handshake === undefined) return;
    this.clientHi = idHi;
    this.clientLo = idLo;
    // An empty error would read as success.
    handshake.sendAck(this, 1, reason === "" ? "refused" : reason);
    this.#beginClose(`refused: ${reason}`);
  }

  // Sending

  /**
   * Reserves a frame that starts with a session id.
   *
   * @param session The session.
   * @param maxBody Most bytes that will follow the session id.
   * @returns The offset in `outbox.buf` at which the body starts.
   */
  openFrame(session: Session, maxBody: number): number {
    const at = this.outbox.open(8 + maxBody);
    this.writeId(at, session.idHi, session.idLo);
    return at + 8;
  }

  /**
   * Completes a frame whose packet id nobody will answer to.
   *
   * @param type Packet type.
   * @param end Offset after its last byte.
   */
  sendFrame(type: number, end: number): void {
    this.commitFrame(type, this.silentHi, this.nextLo(), end);
  }

  /**
   * Completes a frame.
   *
   * @param type Packet type.
   * @param idHi High half of its packet id.
   * @param idLo Low half of its packet id.
   * @param end Offset after its last byte.
   */
  commitFrame(type: number, idHi: number, idLo: number, end: number): void {
    if (this.#state === "closed") {
      // What waits to be drained must not be lost with this frame.
      if (this.outbox.pending === 0) this.outbox.clear();
      return;
    }
    this.outbox.commit(type, idHi, idLo, end);
    this.#port.flush();
  }

  /**
   * Sends a stream frame whose data lies in a pooled buffer, by giving the
   * buffer away. The bytes before the data are overwritten with the header.
   *
   * @param session The session.
   * @param buffer The buffer.
   * @param start First byte of the data; at least `STREAM_HEAD`.
   * @param end After the last byte of the data.
   */
  adoptFrame(
    session: Session,
    buffer: Uint8Array,
    start: number,
    end: number,
  ): void {
    const from = start - STREAM_HEAD;
    writeHeader(
      buffer,
      from,
      TYPE_STREAM,
      this.silentHi,
      this.nextLo(),
      end - start + 8,
    );
    writeU64(buffer, start - 8, session.idHi, session.idLo);
    this.outbox.adopt(buffer, from, end);
    this.#port.flush();
  }

  /**
   * Sends a whole frame whose body is already encoded.
   *
   * @param session The session.
   * @param type Packet type.
   * @param idHi High half of its packet id.
   * @param idLo Low half of its packet id.
   * @param body What follows the session id.
   */
  writeBody(
    session: Session,
    type: number,
    idHi: number,
    idLo: number,
    body: Uint8Array,
  ): void {
    const at = this.openFrame(session, body.length);
    this.outbox.buf.set(body, at);
    this.commitFrame(type, idHi, idLo, at + body.length);
  }

  /**
   * Writes a 64-bit id into the outbox, big-endian.
   *
   * @param at Offset.
   * @param hi High half.
   * @param lo Low half.
   */
  writeId(at: number, hi: number, lo: number): void {
    writeU64(this.outbox.buf, at, hi, lo);
  }

  /**
   * Waits for the answer to a packet that is about to be sent, and gives the
   * packet its id. On a session that is closed already, waiting fails soon
   * after.
   *
   * @param pending Hears the answer.
   * @param session The session it is sent on.
   * @param expiresAt When waiting ends, in milliseconds of the clock.
   */
  expect(pending: Pending, session: Session, expiresAt: number): void {
    pending.session = session;
    if (session.state === "closed" || this.#state === "closed") {
      expiresAt = this.timers.now();
    }
    this.#pending.add(pending, expiresAt);
    if (expiresAt < this.#timer.at) this.timers.set(this.#timer, expiresAt);
  }

  /**
   * Stops waiting for an answer without telling anybody.
   *
   * @param pending What was waited for.
   */
  abandon(pending: Pending): void {
    this.#pending.take(pending.idHi, pending.idLo);
  }

  /**
   * Asks the peer to stop working on a request, where it understands that.
   *
   * @param pending The request.
   */
  sendCancel(pending: Pending): void {
    if (!this.cancel || this.#state !== "open") return;
    const session = pending.session!;
    const at = this.openFrame(session, 2);
    this.outbox.buf[at] = 0;
    this.outbox.buf[at + 1] = 1;
    this.commitFrame(TYPE_REQUEST_CANCEL, pending.idHi, pending.idLo, at + 2);
  }

  /**
   * Confirms a register.
   *
   * @param session The session it came on.
   * @param idHi High half of its packet id.
   * @param idLo Low half of its packet id.
   */
  ackRegister(session: Session, idHi: number, idLo: number): void {
    this.writeBody(session, TYPE_REGISTER_ACK, idHi, idLo, EMPTY_JSON);
  }

  // Sessions

  /**
   * Opens a session. The handler hears `onSessionOpen`, or `onSessionClosed`
   * after a refusal, 30 s without answer, or the end of the connection.
   *
   * @param peer What the target is called.
   * @param meta Opaque bytes for the acceptor.
   * @returns The session, in state `opening`.
   */
  openSession(peer: string, meta?: Uint8Array): Session {
    const sessions = this.#sessions ??= new LinkSessions();
    return sessions.open(this, peer, meta);
  }

  /**
   * Goes through the sessions.
   *
   * @returns All sessions but the default one.
   */
  *sessions(): Generator<Session, void, undefined> {
    if (this.#sessions !== undefined) yield* this.#sessions.values();
  }

  /**
   * A session is over; called by the session.
   *
   * @param session The session.
   * @param reason Why.
   */
  forget(session: Session, reason: string): void {
    this.#sessions?.delete(session);
    // Counted, so that short sessions stay cheap beside very many calls.
    if (session.pendings > 0) {
      const lost = this.#pending.takeAll((p) => p.session === session);
      for (const pending of lost) pending.onFail(this, "force closed");
    }
    if (!session.isDefault) {
      this.#handler.onSessionClosed(this, session, reason);
    } else if (this.#state === "open") {
      // The peer has nothing left to do here but to close the connection.
      this.#closeBy(DISMISSED_MS);
    }
  }

  // Flow control

  /**
   * Tells how much the outbox takes.
   *
   * @returns Raw bytes the outbox takes before it is over its mark.
   */
  streamRoom(): number {
    if (this.#state !== "open") return 0;
    return Math.max(0, this.settings.streamMark - this.outbox.pending);
  }

  /**
   * Remembers a session that wants to send.
   *
   * @param session The session.
   */
  wait(session: Session): void {
    (this.#waiting ??= new WaitingSessions()).add(session);
  }

  /**
   * Lets a waiting session try again.
   *
   * @param session The session.
   */
  retry(session: Session): void {
    this.#waiting?.retry(this, session, this.#handler);
  }

  /** The port has written something: sessions that wait may send again. */
  drained(): void {
    this.#unwrittenAcks = 0;
    this.#waiting?.retryAll(this, this.#handler);
  }

  /**
   * Received bytes were dealt with: the connection's window opens again.
   *
   * @param bytes How many.
   */
  consume(bytes: number): void {
    this.#receiveWindow?.consume(this, bytes);
  }

  /**
   * Grants bytes to the peer.
   *
   * @param hi High half of the session id; 0 with a low half of 0 is the connection.
   * @param lo Low half of the session id.
   * @param bytes How many more it may send.
   */
  sendCredit(hi: number, lo: number, bytes: number): void {
    const at = this.outbox.open(12);
    this.writeId(at, hi, lo);
    writeU32(this.outbox.buf, at + 8, bytes);
    this.sendFrame(TYPE_CREDIT, at + 12);
  }

  /** Stops reading until as many `resume` calls as `pause` calls were made. */
  pause(): void {
    this.#pauses++;
  }

  /** Undoes one `pause`. */
  resume(): void {
    if (this.#pauses === 0 || --this.#pauses > 0) return;
    this.#heartbeat.seenAt = this.timers.now();
    if (this.#state !== "closed") this.#port.resume();
  }

  // Close

  /**
   * Closes in an orderly way: disconn, its ack, and the same from the peer, for
   * at most `closeGraceMs`.
   *
   * @param reason Why, for the handler.
   */
  close(reason: string): void {
    if (this.#state === "closed" || this.#disconnSent) return;
    if (this.#state === "init" || this.#state === "handshake") {
      this.fail(reason);
      return;
    }
    this.#beginClose(reason);
  }

  /**
   * Ends the connection at once.
   *
   * @param reason Why, for the handler.
   * @param drain Whether to write first what waits in the outbox.
   */
  fail(reason: string, drain = false): void {
    if (this.#state === "closed") return;
    this.#leave(reason);
    // The first reason is the cause of what came after.
    reason = this.#leaveReason;
    this.#state = "closed";
    this.#stopTimer();
    for (const pending of this.#pending.takeAll(() => true)) {
      pending.onFail(this, "force closed");
    }
    for (const session of [...this.sessions()]) session.finish(reason);
    this.defaultSession.finish(reason);
    this.#waiting?.clear();
    if (!drain) this.outbox.clear();
    this.#port.hangUp(drain);
    this.#handler.onClosed(this, reason);
  }

  // Receiving

  /**
   * Takes over bytes that were read into `reader.reserve()` and acts on every
   * complete frame.
   *
   * @param count How many bytes; 0 to go on after a pause.
   */
  receive(count: number): void {
    if (this.#state === "closed") return;
    const heartbeat = this.#heartbeat;
    let now = heartbeat.seenAt;
    if (count > 0) {
      this.reader.commit(count);
      now = this.timers.now();
      heartbeat.onBytes(count, now);
    }
    if (this.#dispatching) return;
    this.#dispatching = true;
    try {
      const reader = this.reader;
      while (this.#pauses === 0 && reader.next()) {
        heartbeat.onFrame(now);
        this.#dispatch(reader);
        // The cast undoes the narrowing of the check above.
        if ((this.#state as LinkState) === "closed") return;
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.fail(`protocol error: ${error.message}`);
    } finally {
      this.#dispatching = false;
    }
  }

  #dispatch(frame: FrameReader): void {
    const state = this.#state;
    if (state !== "open") {
      this.#dispatchUnopened(frame, state);
      return;
    }
    switch (frame.type) {
      case TYPE_REQUEST: {
        const session = this.#find(frame);
        if (session !== undefined && session.state === "open") {
          this.#handler.onRequest(this, session, frame);
        }
        return;
      }
      case TYPE_RESPONSE:
      case TYPE_MESSAGE_ACK: {
        const session = this.#find(frame);
        if (session !== undefined) this.#answer(frame, session);
        return;
      }
      case TYPE_MESSAGE: {
        const session = this.#find(frame);
        if (session !== undefined && session.state === "open") {
          this.#handler.onMessage(this, session, frame);
        }
        return;
      }
      case TYPE_STREAM:
        this.#onStream(frame);
        return;
      case TYPE_CREDIT:
        this.#onCredit(frame);
        return;
      case TYPE_REQUEST_CANCEL: {
        const session = this.#find(frame);
        if (session !== undefined) this.#handler.onCancel(this, session, frame);
        return;
      }
      case TYPE_REGISTER: {
        const session = this.#find(frame);
        if (session !== undefined && session.state === "open") {
          this.#countAck();
          this.#handler.onRegister(this, session, frame);
        }
        return;
      }
      case TYPE_REGISTER_ACK: {
        decodeSessionBody(frame.buf, frame.bodyStart, frame.bodyEnd);
        const session = this.#find(frame);
        if (session !== undefined) this.#answer(frame, session);
        return;
      }
      case TYPE_SESSION:
        this.#onSession(frame);
        return;
      case TYPE_SESSION_ACK:
        this.#answer(frame, undefined);
        return;
      case TYPE_DISMISS:
      case TYPE_DISMISS_ACK:
        this.#onDismiss(frame);
        return;
      case TYPE_HEARTBEAT:
        this.#onHeartbeat(frame);
        return;
      case TYPE_HEARTBEAT_ACK:
        return;
      default:
        this.#dispatchControl(frame);
    }
  }

  #dispatchUnopened(frame: FrameReader, state: LinkState): void {
    const { type } = frame;
    if (state === "closing") {
      switch (type) {
        case TYPE_DISCONN:
        case TYPE_DISCONN_ACK:
          this.#dispatchControl(frame);
          return;
        case TYPE_RESPONSE:
        case TYPE_MESSAGE_ACK: {
          // Late answers are still worth passing on.
          const session = this.#find(frame);
          if (session !== undefined) this.#answer(frame, session);
          return;
        }
      }
      return;
    }
    const opener = this.role === "server" ? TYPE_CONN : TYPE_CONN_ACK;
    if (state === "init" && this.role === "server" && type === TYPE_CONN) {
      this.#onConn(frame);
    } else if (
      state === "handshake" && this.role === "client" && type === TYPE_CONN_ACK
    ) {
      this.#onConnAck(frame);
    } else if (state === "init" || type === opener || type === TYPE_DISCONN) {
      if (type === TYPE_DISCONN && this.role === "client") {
        this.fail("closed by the server during the handshake");
        return;
      }
      throw new ProtocolError(
        `Cannot accept frame of type 0x${
          type.toString(16).padStart(2, "0")
        } before the handshake`,
      );
    }
    // What a hasty client sends before the ack is dropped, as Go peers do.
  }

  /** Hands an answer to what waits for it; any other is ignored. */
  #answer(frame: FrameReader, session: Session | undefined): void {
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
    pending.onAnswer(this, frame);
  }

  #dispatchControl(frame: FrameReader): void {
    switch (frame.type) {
      case TYPE_DISCONN: {
        if (this.#disconnReceived) return;
        this.#disconnReceived = true;
        this.#leave("closed by the peer");
        // The handler may have ended it.
        if (this.#state === "closed") return;
        this.#ackDisconn(frame.idHi, frame.idLo);
        if (!this.#disconnSent) this.#sendDisconn();
        this.#state = "closing";
        this.#closeBy(this.settings.closeGraceMs);
        if (this.#disconnAcked) this.fail("closed by the peer", true);
        return;
      }
      case TYPE_DISCONN_ACK:
        if (!this.#disconnSent) return;
        this.#disconnAcked = true;
        if (this.#disconnReceived) this.fail("closed", true);
        return;
      default:
        throw new ProtocolError(
          `Cannot accept frame of type 0x${
            frame.type.toString(16).padStart(2, "0")
          } on an open connection`,
        );
    }
  }

  #ackDisconn(idHi: number, idLo: number): void {
    const at = this.outbox.open(3);
    this.outbox.buf[at] = 0;
    this.outbox.buf.set(EMPTY_JSON, at + 1);
    this.commitFrame(TYPE_DISCONN_ACK, idHi, idLo, at + 3);
  }

  #find(frame: FrameReader): Session | undefined {
    this.#heartbeat.onData();
    if (frame.sessionHi === 0 && frame.sessionLo === 1) {
      // Late answers still arrive while it closes.
      return this.defaultSession.state === "closed"
        ? undefined
        : this.defaultSession;
    }
    const session = this.#sessions?.get(frame.sessionHi, frame.sessionLo);
    if (
      session === undefined ||
      (session.state !== "open" && session.state !== "closing")
    ) {
      return undefined;
    }
    if (session.held) session.release();
    return session;
  }

  #onConn(frame: FrameReader): void {
    const handshake = new Handshake();
    const request = handshake.readConn(this, frame);
    this.#handshake = handshake;
    this.#state = "handshake";
    this.#handler.onConn(this, request);
  }

  #onConnAck(frame: FrameReader): void {
    const handshake = this.#handshake!;
    const refusal = handshake.readAck(this, frame);
    if (refusal === undefined) return;
    if (refusal !== "") {
      this.#handler.onRefused(this, refusal);
      this.fail(`refused: ${refusal}`);
      return;
    }
    this.#opened(handshake);
    this.#handler.onOpen(this);
  }

  #opened({ heartbeatMs }: Handshake): void {
    this.#handshake = undefined;
    const now = this.timers.now();
    this.#state = "open";
    this.openedAt = now;
    this.#deadlineAt = Infinity;
    this.#heartbeat.start(heartbeatMs, this.role === "server", now);
    if (this.credit) {
      this.#receiveWindow = new ReceiveWindow(this.settings.connectionWindow);
    }
    this.#rearm();
  }

  #onStream(frame: FrameReader): void {
    const bytes = frame.bodyEnd - frame.bodyStart;
    this.#receiveWindow?.take(bytes);
    const session = this.#find(frame);
    if (session === undefined || session.isDefault) {
      this.consume(bytes);
      return;
    }
    session.onBytes(bytes);
    if (bytes > 0) this.#handler.onStream(this, session, frame);
  }

  #onCredit(frame: FrameReader): void {
    if (!this.credit) {
      throw new ProtocolError(
        "Cannot accept credit: it was not negotiated",
      );
    }
    const bytes = readU32(frame.buf, frame.bodyStart);
    if (frame.sessionHi === 0 && frame.sessionLo === 0) {
      this.sendWindow = widen(this.sendWindow, bytes);
      this.#waiting?.retryAll(this, this.#handler);
      return;
    }
    const session = this.#find(frame);
    if (session === undefined) return;
    session.sendWindow = widen(session.sendWindow, bytes);
    this.retry(session);
  }

  #onSession(frame: FrameReader): void {
    this.#heartbeat.onData();
    this.#countAck();
    const sessions = this.#sessions ??= new LinkSessions();
    const session = sessions.onSession(this, frame);
    if (
      sessions.asked >= this.settings.maxSessions ||
      this.defaultSession.state !== "open"
    ) {
      session.refuse(TOO_MANY_SESSIONS);
      return;
    }
    this.#handler.onSession(this, session);
  }

  /**
   * The ack of a session of ours; called by what waited for it.
   *
   * @param session The session.
   * @param frame The ack.
   */
  onSessionAck(session: Session, frame: FrameReader): void {
    if (this.#sessions?.onAck(this, session, frame)) {
      this.#handler.onSessionOpen(this, session);
    }
  }

  #onDismiss(frame: FrameReader): void {
    decodeSessionBody(frame.buf, frame.bodyStart, frame.bodyEnd);
    const isDefault = frame.sessionHi === 0 && frame.sessionLo === 1;
    const session = isDefault
      ? this.defaultSession
      : this.#sessions?.get(frame.sessionHi, frame.sessionLo);
    if (session === undefined || session.state === "closed") return;
    if (frame.type === TYPE_DISMISS_ACK) {
      session.onDismissAck();
      return;
    }
    if (session.dismissReceived) return;
    this.#countAck();
    // Out of routing first: the peer's close returns with the ack.
    if (isDefault) this.#leave("closed by the peer");
    session.onDismiss(frame.idHi, frame.idLo);
    // A session that was refused had no life that could end.
    if (!isDefault && session.state === "closing" && session.refusal === "") {
      this.#handler.onSessionEnd(this, session);
    }
  }

  #onHeartbeat(frame: FrameReader): void {
    if (this.role === "client") {
      throw new ProtocolError("Cannot accept a heartbeat from a server");
    }
    // Nothing but heartbeats since the last one: the buffer can be small.
    if (this.#heartbeat.idle) this.reader.park();
    this.#countAck();
    const at = this.outbox.open(0);
    this.commitFrame(TYPE_HEARTBEAT_ACK, frame.idHi, frame.idLo, at);
  }

  /** Reading never waits for writing, so a peer that does not read must not earn acks for ever. */
  #countAck(): void {
    this.#unwrittenAcks += HEADER_SIZE;
    if (this.#unwrittenAcks > MAX_UNWRITTEN_ACKS) {
      throw new ProtocolError("Cannot send acks: the peer does not read");
    }
  }

  // Closing

  #leave(reason: string): void {
    if (this.#left) return;
    this.#left = true;
    this.#leaveReason = reason;
    this.#handler.onLeaving(this, reason);
  }

  #beginClose(reason: string): void {
    this.#leave(reason);
    // The handler may have ended it, or begun the close itself.
    if (this.#state === "closed" || this.#disconnSent) return;
    this.#sendDisconn();
    this.#state = "closing";
    this.#closeBy(this.settings.closeGraceMs);
  }

  #sendDisconn(): void {
    this.#disconnSent = true;
    const at = this.outbox.open(0);
    this.sendFrame(TYPE_DISCONN, at);
  }

  #closeBy(graceMs: number): void {
    if (this.#state === "closing") this.#heartbeat.dueAt = Infinity;
    this.#deadlineAt = this.timers.now() + graceMs;
    this.#rearm();
  }

  #rearm(): void {
    const at = Math.min(
      this.#deadlineAt,
      this.#heartbeat.dueAt,
      this.#pending.nextExpiry(),
    );
    if (at === Infinity) this.#stopTimer();
    else this.timers.set(this.#timer, at);
  }

  #stopTimer(): void {
    this.timers.clear(this.#timer);
    // So that `expect` need compare with one field only.
    this.#timer.at = Infinity;
  }

  #onTimer(): void {
    const now = this.timers.now();
    if (this.#state === "closed") {
      // Somebody went on asking after the end.
      this.#timer.at = Infinity;
      for (const pending of this.#pending.takeAll(() => true)) {
        pending.onFail(this, "force closed");
      }
      return;
    }
    if (now >= this.#deadlineAt) {
      if (this.#state === "open") {
        this.#deadlineAt = Infinity;
        this.#beginClose("closed by the peer");
      } else if (this.#state === "closing") {
        this.fail("closed without the peer", true);
      } else this.fail("handshake timeout");
      if ((this.#state as LinkState) === "closed") return;
    }
    if (now >= this.#heartbeat.dueAt) this.#onHeartbeatTimer(now);
    if ((this.#state as LinkState) === "closed") return;
    if (this.#pending.size > 0) {
      const late = this.#pending.takeAll((p) => p.expiresAt <= now);
      for (const pending of late) pending.onFail(this, "timeout");
    }
    if ((this.#state as LinkState) !== "closed") this.#rearm();
  }

  #onHeartbeatTimer(now: number): void {
    const heartbeat = this.#heartbeat;
    if (this.role === "server") {
      if (!heartbeat.checkClient(now, this.paused)) {
        this.#beginClose("no heartbeat");
      }
      return;
    }
    if (!heartbeat.checkServer(now, this.paused)) {
      this.fail("no heartbeat ack");
      return;
    }
    const at = this.outbox.open(0);
    this.sendFrame(TYPE_HEARTBEAT, at);
  }
}
