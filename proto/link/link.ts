/**
 * The engine of one connection.
 *
 * @module
 */

import { CloseExchange } from "./close_exchange.ts";
import {
  CLOSED,
  type CloseReason,
  internalEnd,
  PEER_CLOSED,
  protocolEnd,
} from "./close_reason.ts";
import {
  HEADER_SIZE,
  TYPE_DISCONN,
  TYPE_DISCONN_ACK,
  TYPE_DISMISS,
  TYPE_DISMISS_ACK,
  TYPE_FAREWELL,
  TYPE_HEARTBEAT,
  TYPE_HEARTBEAT_ACK,
  TYPE_MESSAGE_ACK,
  TYPE_RESPONSE,
} from "../wire/constants.ts";
import { ReceiveWindow } from "./credit.ts";
import { FramePace } from "../wire/frame_pace.ts";
import { FrameReader, PARKED_SIZE } from "../wire/frame_reader.ts";
import { Handshake, isAwaited } from "./handshake.ts";
import { Heartbeat } from "./heartbeat.ts";
import {
  decodeFarewellBody,
  decodeSessionBody,
  encodeFarewellBody,
} from "../body/json_body.ts";
import { LinkInput } from "./link_input.ts";
import { LinkSessions } from "./link_sessions.ts";
import { LinkOutput, type LinkState } from "./link_output.ts";
import {
  FAREWELL_REASONS,
  type FarewellReason,
  type LinkHandler,
  type LinkPort,
  type LinkSettings,
} from "./link_settings.ts";
import { Pace } from "./pace.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import { Session } from "./session.ts";
import { WaitingSessions } from "./waiting_sessions.ts";
import { FORCE_CLOSED, TIMEOUT } from "../errors/wire_errors.ts";
import { WriteWatch } from "./write_watch.ts";

/** Who dialled: the client did. */
export type LinkRole = "client" | "server";

/** Bytes that wait above which it is watched whether the peer takes them. */
const WATCHED_BYTES = 4_096;
/** Bytes of the answers to a dismiss: its ack, and our own dismiss. */
const DISMISS_ACK = 48;
/** Milliseconds a peer that dismissed the default session has to disconnect. */
const DISMISSED_MS = 30_000;

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
 * Source: docs/spec/wire.md §2 to §4.
 */
export class Link extends LinkOutput {
  /** Incoming bytes. */
  readonly reader: FrameReader;
  /** Our side of the connection. */
  readonly role: LinkRole;
  /** The session every connection has. */
  readonly defaultSession: Session;
  /** Room for whoever uses the link. */
  user: unknown = undefined;
  /** High half of the client id. */
  clientHi = 0;
  /** Low half of the client id. */
  clientLo = 0;
  /** When the handshake was complete, in milliseconds of the clock; -1 before. */
  openedAt: number = -1;
  /** Bytes that have come. */
  received = 0;

  readonly #handler: LinkHandler;
  readonly #input: LinkInput;
  readonly #heartbeat: Heartbeat;
  /** The large frame that is arriving. */
  #framePace: FramePace | undefined = undefined;
  /** While many bytes wait to be written. */
  #watch: WriteWatch | undefined = undefined;
  #handshake: Handshake | undefined = undefined;
  #closing: CloseExchange | undefined = undefined;
  #deadlineAt: number;
  #pauses = 0;
  /** Made with the first bulk stream from or to this connection. */
  #pace: Pace | undefined = undefined;
  #deferrals = 0;
  #dispatching = false;

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
    super(settings, port);
    this.role = role;
    this.#handler = handler;
    this.reader = new FrameReader(settings);
    this.defaultSession = new Session(this, 0, 1, "open");
    const now = port.timers.now();
    this.#heartbeat = new Heartbeat(now);
    this.#input = new LinkInput(handler, this.pending, this.#heartbeat);
    this.#deadlineAt = now + settings.handshakeTimeoutMs;
    this.rearm(this.#deadlineAt);
  }

  /** Whether the peer may be sent something new. */
  get usable(): boolean {
    return this.state === "open" && this.#closing === undefined;
  }

  /** Whether frames are not handled now; reading is to stop. */
  get paused(): boolean {
    return this.#pauses > 0;
  }

  /** Whether the next read is to wait until the bytes of the last one are written; see {@linkcode Link.paceBy}. */
  get paced(): boolean {
    return this.#pace !== undefined && this.#pace.waiting;
  }

  /** How often {@linkcode Link.defer} was called. */
  get deferrals(): number {
    return this.#deferrals;
  }

  /** When the frame being handled arrived, in milliseconds of the clock; reading the clock anew costs more. */
  get seenAt(): number {
    return this.#heartbeat.seenAt;
  }

  /** When the peer last sent something other than a heartbeat, in milliseconds of the clock. */
  get activeAt(): number {
    return Math.max(this.openedAt, this.#heartbeat.dataAt);
  }

  /** The client id. */
  get clientId(): bigint {
    return (BigInt(this.clientHi) << 32n) | BigInt(this.clientLo);
  }

  /** Sessions open, the default session not counted. */
  get sessionCount(): number {
    return this.#input.sessions?.size ?? 0;
  }

  // Handshake

  /**
   * Client: introduces us to the server.
   *
   * @param meta Opaque bytes about us.
   * @param wantedId The id we would like; 0 is none.
   */
  connect(meta: Uint8Array | undefined, wantedId = 0n): void {
    if (this.state !== "init") return;
    this.enter("handshake");
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
    if (this.state !== "handshake" || handshake === undefined) return;
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
    if (this.state !== "handshake" || handshake === undefined) return;
    this.clientHi = idHi;
    this.clientLo = idLo;
    // An empty error would read as success.
    handshake.sendAck(this, 1, reason === "" ? "refused" : reason);
    this.#beginClose({ kind: "refused", text: `refused: ${reason}` });
  }

  /**
   * The handshake has to be done by a given time, if that is before its own:
   * the peer has used up part of it already, before it reached us.
   *
   * @param at The time, in milliseconds of the clock.
   */
  hurry(at: number): void {
    const early = this.state === "init" || this.state === "handshake";
    if (!early || at >= this.#deadlineAt) return;
    this.#deadlineAt = at;
    this.#rearm();
  }

  // Sessions

  /**
   * Opens a session. The handler hears `onSessionOpen`, or `onSessionClosed`
   * after a refusal, 30 s without answer, or the end of the connection.
   *
   * @param peer What the target is called.
   * @param meta Opaque bytes for the acceptor.
   * @returns The session, in state `opening`; `undefined` when too many packets
   * of this connection wait for their answer.
   */
  openSession(peer: string, meta?: Uint8Array): Session | undefined {
    const sessions = this.#input.sessions ??= new LinkSessions(
      this.settings.random,
    );
    return sessions.open(this, peer, meta);
  }

  /**
   * Goes through the sessions.
   *
   * @returns All sessions but the default one.
   */
  *sessions(): Generator<Session, void, undefined> {
    const { sessions } = this.#input;
    if (sessions !== undefined) yield* sessions.values();
  }

  /**
   * A session is over; called by the session.
   *
   * @param session The session.
   * @param reason Why.
   */
  forget(session: Session, reason: CloseReason): void {
    this.#input.sessions?.delete(session);
    for (const pending of this.pending.takeOf(session)) {
      pending.onFail(this, FORCE_CLOSED);
    }
    if (!session.isDefault) {
      this.#handler.onSessionClosed(this, session, reason);
    } else if (this.state === "open") {
      // The peer has nothing left to do here but to close the connection.
      this.#closeBy(DISMISSED_MS);
    }
  }

  // Flow control

  /**
   * Remembers a session that wants to send.
   *
   * @param session The session.
   */
  wait(session: Session): void {
    (this.#input.waiting ??= new WaitingSessions()).add(session);
  }

  /**
   * Lets a waiting session try again.
   *
   * @param session The session.
   */
  retry(session: Session): void {
    this.#input.waiting?.retry(this, session, this.#handler);
  }

  /**
   * The port's transport has taken bytes of the outbox; to be told of every part.
   *
   * @param count How many.
   */
  onWritten(count: number): void {
    this.owed = count < this.owed ? this.owed - count : 0;
    this.settings.traffic?.onSent(count);
    this.#watch?.onWritten(count);
  }

  /**
   * Tells how long the peer has taken nothing of what waits for it. Exact to the
   * moments at which it is asked.
   *
   * @returns Milliseconds without progress; 0 while nothing waits.
   */
  writeStalledMs(): number {
    if (this.state !== "open" || this.outbox.pending === 0) return 0;
    const now = this.timers.now();
    this.#watch ??= this.#watchWrites(now);
    return this.#watch.look(now);
  }

  /**
   * Counts bytes of an answer that the peer has earned, at most; called by
   * whoever is about to write it.
   *
   * @param bytes How many.
   */
  earn(bytes: number): void {
    this.owed += bytes;
    this.owedSince += bytes;
  }

  /**
   * Most answers are shorter than what was counted for them. Once all that
   * waited at a moment is written, nothing earned before it is owed any more,
   * or the difference would add up for as long as the connection lives.
   */
  #settle(): void {
    const { outbox } = this;
    if (outbox.written < this.owedMark) return;
    this.owed = Math.min(this.owed, this.owedSince);
    this.owedSince = 0;
    this.owedMark = outbox.written + outbox.pending;
  }

  /** The port has written a whole piece: sessions that wait may send again. */
  drained(): void {
    this.#settle();
    this.#input.onWritten(this);
    this.#handler.onDrained?.(this);
    this.#pace?.written(this.outbox.pending);
  }

  /**
   * Asks whether the peer may be granted more bytes on a session, and notes it.
   *
   * @param session The session.
   * @param bytes How many more.
   * @returns Whether it may.
   */
  promise(session: Session, bytes: number): boolean {
    const sessions = this.#input.sessions!;
    const handler = this.#handler;
    const agreed = handler.mayPromise === undefined
      ? bytes <= (this.settings.connectionWindow - sessions.promised) / 4
      : handler.mayPromise(this, session, bytes);
    if (!agreed) return false;
    session.promised += bytes;
    sessions.promised += bytes;
    return true;
  }

  /**
   * Bytes of this connection were put into the outbox of another one: if that
   * is full enough, read on when most of it is written, or a few milliseconds
   * later. A connection that somebody waits for an answer from is read on.
   *
   * @param target The other connection.
   */
  paceBy(target: Link): void {
    if (!Pace.isFull(target.outbox.pending) || this.pending.size > 0) return;
    this.#ownPace().follow(target.#ownPace(), this.seenAt);
  }

  #ownPace(): Pace {
    return this.#pace ??= new Pace(this.timers, () => {
      if (this.state !== "closed") this.port.resume();
    });
  }

  /**
   * Stops handling frames until as many `resume` calls as `pause` calls were made.
   * Meanwhile the port may go on to read what {@linkcode Link.reserve} has room for.
   */
  pause(): void {
    this.#pauses++;
  }

  /**
   * Puts off the frame being handled, a request, message, register or answer, as
   * if it had not come: the link pauses, and after one `resume` the same frame is
   * handled again. The bytes its offsets enclose do not change until then. What
   * waits for an answer goes on waiting, and may fail in the meantime.
   *
   * To be called before anything else is done with the frame.
   */
  defer(): void {
    this.reader.rewind();
    this.#deferrals++;
    this.pause();
  }

  /** Undoes one `pause`. */
  resume(): void {
    if (this.#pauses === 0 || --this.#pauses > 0) return;
    this.#heartbeat.seenAt = this.timers.now();
    if (this.state !== "closed") this.port.resume();
  }

  // Close

  /**
   * Server: tells a client that knows farewells why its connection is about to
   * end; {@linkcode Link.close} should follow.
   *
   * @param reason Why.
   */
  sendFarewell(reason: FarewellReason): void {
    if (!this.farewell || this.role !== "server" || this.state !== "open") {
      return;
    }
    const body = encodeFarewellBody(reason);
    const at = this.outbox.open(body.length);
    this.outbox.buf.set(body, at);
    this.sendFrame(TYPE_FAREWELL, at + body.length);
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
    this.#beginClose(reason);
  }

  /**
   * Ends the connection at once.
   *
   * @param reason Why, for the handler.
   * @param drain Whether to write first what waits in the outbox.
   */
  fail(reason: CloseReason, drain = false): void {
    if (this.state === "closed") return;
    // The first reason is the cause of what came after.
    reason = this.#leave(reason).reason;
    // The handler may have ended it.
    if ((this.state as LinkState) === "closed") return;
    this.enter("closed");
    this.stopTimer();
    this.#framePace = this.#watch = undefined;
    try {
      for (const pending of this.pending.takeAll()) {
        pending.onFail(this, FORCE_CLOSED);
      }
      for (const session of [...this.sessions()]) session.finish(reason);
      this.defaultSession.finish(reason);
      this.#input.waiting?.clear();
    } finally {
      // A defect of those who hear of it must not leave the connection behind.
      this.#pace?.end();
      if (!drain) this.#dropOutbox();
      this.port.hangUp(drain);
      this.#resized(PARKED_SIZE - this.reader.buf.length);
      // A frame being handled is still looked at.
      if (!this.#dispatching) this.reader.release();
      this.#handler.onClosed(this, reason);
    }
  }

  #dropOutbox(): void {
    const { pending } = this.outbox;
    if (pending > 0) this.settings.traffic?.onDropped(pending);
    this.outbox.clear();
  }

  /**
   * The transport has ended in order. Frames that have arrived are still handled,
   * also when the link is paused; then it fails.
   *
   * @param reason Why, for the handler.
   */
  ended(reason: CloseReason): void {
    if (this.state === "closed") return;
    const { deferrals } = this;
    this.#dispatching = true;
    try {
      while (this.#isOpen() && this.reader.next()) {
        this.#dispatch(this.reader);
        if (this.#deferrals !== deferrals) break;
      }
    } catch (error) {
      this.#onThrown(error);
    } finally {
      this.#dispatching = false;
    }
    this.fail(reason);
    this.reader.release();
  }

  // Receiving

  /**
   * Returns free space for the next bytes; a little while the link is paused,
   * enough to see the end of the stream.
   *
   * @returns A view of at least one byte.
   */
  reserve(): Uint8Array {
    const { reader } = this;
    const before = reader.buf.length;
    const room = this.#pauses > 0 ? reader.reserveLittle() : reader.reserve();
    if (reader.buf.length !== before) this.#resized(reader.buf.length - before);
    return room;
  }

  #resized(delta: number): void {
    if (delta !== 0) this.#handler.onReadMemory?.(this, delta);
  }

  /**
   * Takes over bytes that were read into `reserve()` and acts on every complete
   * frame.
   *
   * @param count How many bytes; 0 to go on after a pause.
   */
  receive(count: number): void {
    if (this.state === "closed") return;
    const heartbeat = this.#heartbeat;
    let now = heartbeat.seenAt;
    if (count > 0) {
      this.reader.commit(count);
      now = this.timers.now();
      heartbeat.onBytes(count, now);
      this.received += count;
      this.settings.traffic?.onReceived(count);
    }
    if (this.#dispatching) return;
    this.#dispatching = true;
    const reader = this.reader;
    let whole = false;
    try {
      while (this.#pauses === 0 && reader.next()) {
        whole = true;
        heartbeat.onFrame(now);
        this.#dispatch(reader);
        if (!this.#isOpen()) break;
      }
    } catch (error) {
      this.#onThrown(error);
    } finally {
      this.#dispatching = false;
    }
    if (this.state === "open") this.#afterRead(now, whole);
    else if (!this.#isOpen()) reader.release();
  }

  /** Whether frames are still handled; not narrowed by the compiler. */
  #isOpen(): boolean {
    return this.state !== "closed";
  }

  #onThrown(error: unknown): void {
    if (!(error instanceof ProtocolError)) throw error;
    this.fail(protocolEnd(error.message));
  }

  /** Looks at what may take too long; mostly three comparisons. */
  #afterRead(now: number, whole: boolean): void {
    if (now > this.#heartbeat.proofAt) {
      this.#heartbeat.proved(now);
      this.earn(HEADER_SIZE);
      this.sendFrame(TYPE_HEARTBEAT_ACK, this.outbox.open(0));
    }
    if (this.outbox.pending >= WATCHED_BYTES && this.#watch === undefined) {
      this.#watch = this.#watchWrites(now);
    }
    if (whole) this.#framePace = undefined;
    if (
      this.#framePace === undefined && this.#pauses === 0 &&
      this.reader.inLargeFrame
    ) {
      this.#framePace = new FramePace(now, this.reader.buffered);
      this.#rearm();
    }
  }

  #watchWrites(now: number): WriteWatch {
    const watch = new WriteWatch(now, this.settings.writeStallMs);
    this.#watch = watch;
    this.#rearm();
    return watch;
  }

  #dispatch(frame: FrameReader): void {
    const state = this.state;
    if (state !== "open") this.#dispatchUnopened(frame, state);
    else if (!this.#input.take(this, frame)) this.#dispatchControl(frame);
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
        case TYPE_MESSAGE_ACK:
          // Late answers are still worth passing on.
          this.#input.takeAnswer(this, frame);
          return;
      }
      return;
    }
    const asClient = this.role === "client";
    if (asClient && type === TYPE_DISCONN) {
      this.fail({
        kind: "peer-closed",
        text: "closed by the server during the handshake",
      });
    } else if (isAwaited(asClient, state === "init", type)) {
      if (asClient) this.#onConnAck(frame);
      else this.#onConn(frame);
    }
  }

  #dispatchControl(frame: FrameReader): void {
    switch (frame.type) {
      case TYPE_DISMISS:
      case TYPE_DISMISS_ACK:
        this.#onDismiss(frame);
        return;
      case TYPE_HEARTBEAT:
        this.#onHeartbeat(frame);
        return;
      case TYPE_FAREWELL:
        this.#onFarewell(frame);
        return;
      case TYPE_DISCONN:
        this.#onDisconn(frame);
        return;
      case TYPE_DISCONN_ACK: {
        const closing = this.#closing;
        if (closing === undefined || !closing.begun) return;
        closing.acked = true;
        if (closing.received) this.fail(CLOSED, true);
        return;
      }
      default:
        throw new ProtocolError(
          `Cannot accept frame of type 0x${
            frame.type.toString(16).padStart(2, "0")
          } on an open connection`,
        );
    }
  }

  #onConn(frame: FrameReader): void {
    const handshake = new Handshake();
    const request = handshake.readConn(this, frame);
    this.#handshake = handshake;
    this.enter("handshake");
    this.#handler.onConn(this, request);
  }

  #onConnAck(frame: FrameReader): void {
    const handshake = this.#handshake!;
    const refusal = handshake.readAck(this, frame);
    if (refusal === undefined) return;
    if (refusal !== "") {
      this.#handler.onRefused(this, refusal);
      this.fail({ kind: "refused", text: `refused: ${refusal}` });
      return;
    }
    this.#opened(handshake);
    this.#handler.onOpen(this);
  }

  #opened({ heartbeatMs }: Handshake): void {
    this.#handshake = undefined;
    const now = this.timers.now();
    this.enter("open");
    this.openedAt = now;
    this.#deadlineAt = Infinity;
    const serving = this.role === "server";
    this.#heartbeat.start(heartbeatMs, serving, now);
    if (serving && this.ours) this.#heartbeat.proved(now);
    if (this.credit) {
      this.#input.window = new ReceiveWindow(this.settings.connectionWindow);
    }
    this.#rearm();
  }

  /**
   * The ack of a session of ours; called by what waited for it.
   *
   * @param session The session.
   * @param frame The ack.
   */
  onSessionAck(session: Session, frame: FrameReader): void {
    if (this.#input.sessions?.onAck(this, session, frame)) {
      this.#handler.onSessionOpen(this, session);
    }
  }

  #onDismiss(frame: FrameReader): void {
    const { error } = decodeSessionBody(
      frame.buf,
      frame.bodyStart,
      frame.bodyEnd,
    );
    const isDefault = frame.sessionHi === 0 && frame.sessionLo === 1;
    const session = isDefault
      ? this.defaultSession
      : this.#input.sessions?.get(frame.sessionHi, frame.sessionLo);
    if (session === undefined || session.state === "closed") return;
    if (frame.type === TYPE_DISMISS_ACK) {
      session.onDismissAck();
      return;
    }
    if (session.dismissReceived) return;
    this.#input.owe(this, DISMISS_ACK);
    // Out of routing first: the peer's close returns with the ack.
    if (isDefault) this.#leave(PEER_CLOSED);
    session.onDismiss(frame.idHi, frame.idLo, error);
    // A session that was refused had no life that could end.
    if (!isDefault && session.state === "closing" && session.refusal === "") {
      this.#handler.onSessionEnd(this, session);
    }
  }

  #onFarewell(frame: FrameReader): void {
    const { buf, bodyStart, bodyEnd } = frame;
    if (!this.farewell || this.role === "server") {
      throw new ProtocolError(
        "Cannot accept a farewell: only servers send it, where negotiated",
      );
    }
    const text = decodeFarewellBody(buf, bodyStart, bodyEnd);
    // Reasons of later releases mean what any close means.
    const reason = FAREWELL_REASONS.find((known) => known === text);
    if (reason !== undefined) this.#handler.onFarewell?.(this, reason);
  }

  #onHeartbeat(frame: FrameReader): void {
    if (this.role === "client") {
      throw new ProtocolError("Cannot accept a heartbeat from a server");
    }
    // Nothing but heartbeats since the last one: the buffer can be small.
    if (this.#heartbeat.idle) this.reader.park();
    this.#handler.onHeartbeat?.(this);
    if (this.ours) this.#heartbeat.proved(this.#heartbeat.seenAt);
    this.#input.owe(this, HEADER_SIZE);
    const at = this.outbox.open(0);
    this.commitFrame(TYPE_HEARTBEAT_ACK, frame.idHi, frame.idLo, at);
  }

  // Closing

  #leave(reason: CloseReason): CloseExchange {
    if (this.#closing !== undefined) return this.#closing;
    const closing = this.#closing = new CloseExchange(reason);
    this.#handler.onLeaving(this, reason);
    return closing;
  }

  #beginClose(reason: CloseReason): void {
    const closing = this.#leave(reason);
    // The handler may have ended it, or begun the close itself.
    if (this.state === "closed" || !closing.begin(this)) return;
    this.enter("closing");
    this.#closeBy(this.settings.closeGraceMs);
  }

  #onDisconn(frame: FrameReader): void {
    if (this.#closing?.received) return;
    const closing = this.#leave(PEER_CLOSED);
    // The handler may have ended it.
    if (this.state === "closed") return;
    closing.onDisconn(this, frame);
    this.enter("closing");
    this.#closeBy(this.settings.closeGraceMs);
    if (closing.acked) this.fail(PEER_CLOSED, true);
  }

  #closeBy(graceMs: number): void {
    if (this.state === "closing") this.#heartbeat.dueAt = Infinity;
    this.#deadlineAt = this.timers.now() + graceMs;
    this.#rearm();
  }

  #rearm(): void {
    let at = Math.min(this.#deadlineAt, this.#heartbeat.dueAt);
    if (this.#framePace !== undefined) at = Math.min(at, this.#framePace.dueAt);
    if (this.#watch !== undefined) at = Math.min(at, this.#watch.dueAt);
    this.rearm(at);
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
    if (this.state === "closed") {
      // Somebody went on asking after the end.
      this.stopTimer();
      for (const pending of this.pending.takeAll()) {
        pending.onFail(this, FORCE_CLOSED);
      }
      return;
    }
    if (now >= this.#deadlineAt) {
      if (this.state === "open") {
        this.#deadlineAt = Infinity;
        this.#beginClose(PEER_CLOSED);
      } else if (this.state === "closing") {
        this.fail({ kind: "timeout", text: "closed without the peer" }, true);
      } else this.fail({ kind: "timeout", text: "handshake timeout" });
      if ((this.state as LinkState) === "closed") return;
    }
    if (now >= this.#heartbeat.dueAt) this.#onHeartbeatTimer(now);
    this.#checkPace(now);
    this.#checkWrites(now);
    if (!this.#isOpen()) return;
    for (const pending of this.pending.takeExpired(now)) {
      pending.onFail(this, TIMEOUT);
    }
    if (this.#isOpen()) this.#rearm();
  }

  #checkPace(now: number): void {
    const pace = this.#framePace;
    if (pace === undefined || now < pace.dueAt) return;
    if (this.state !== "open" || !this.reader.inLargeFrame) {
      this.#framePace = undefined;
    } else if (!pace.check(now, this.reader.buffered, this.paused)) {
      this.fail({ kind: "slow", text: "a large frame arrived too slowly" });
    }
  }

  #checkWrites(now: number): void {
    const watch = this.#watch;
    if (watch === undefined || now < watch.dueAt) return;
    if (this.state !== "open" || this.outbox.pending < WATCHED_BYTES) {
      this.#watch = undefined;
    } else if (!watch.check(now)) {
      this.fail({ kind: "slow", text: "what is sent is not read" });
    }
  }

  #onHeartbeatTimer(now: number): void {
    const heartbeat = this.#heartbeat;
    if (this.role === "server") {
      if (!heartbeat.checkClient(now, this.paused)) {
        this.#beginClose({ kind: "silent", text: "no heartbeat" });
      }
      return;
    }
    const { outbox } = this;
    this.#watch?.onHeartbeat(now, outbox.pending);
    const flowedAt = this.#watch?.flowedAt ?? -Infinity;
    if (!heartbeat.checkServer(now, this.paused, flowedAt)) {
      this.fail({ kind: "silent", text: "no heartbeat ack" });
      return;
    }
    if (outbox.pending >= WATCHED_BYTES && this.#watch === undefined) {
      this.#watchWrites(now).onHeartbeat(now, outbox.pending);
    }
    this.sendFrame(TYPE_HEARTBEAT, outbox.open(0));
  }
}
