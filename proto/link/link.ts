/**
 * The engine of one connection.
 *
 * @module
 */

import type { CloseReason, FarewellReason } from "./close_reason.ts";
import type { ConnectionHandler, ConnRequest } from "./connection_handler.ts";
import {
  TYPE_DISCONN,
  TYPE_DISCONN_ACK,
  TYPE_FAREWELL,
  TYPE_HEARTBEAT,
  TYPE_MESSAGE_ACK,
  TYPE_RESPONSE,
} from "../wire/constants.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import { LinkInput } from "./link_input.ts";
import type { LinkPort } from "./link_port.ts";
import { LinkReading } from "./link_reading.ts";
import type { LinkSettings } from "./link_settings.ts";
import type { LinkRole } from "./link_state.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import { initialWindow, ReceiveWindow } from "./receive_window.ts";
import { Session } from "./session.ts";
import type { SessionHandler } from "./session_handler.ts";
import { WaitingSessions } from "./waiting_sessions.ts";
import { FORCE_CLOSED } from "../errors/wire_errors.ts";

/** Milliseconds a peer that dismissed the default session has to disconnect. */
const DISMISSED_MS = 30_000;

/** A session of a {@linkcode Link}. */
export type LinkSession = Session<Link>;

/**
 * What happens on a {@linkcode Link} and its sessions. One handler may serve many
 * links. All methods are called synchronously while bytes are handed in; a frame
 * is valid during the call only.
 */
export interface LinkHandler
  extends ConnectionHandler<Link>, SessionHandler<LinkSession> {}

/**
 * One connection: handshake, heartbeats, sessions, orderly and abrupt close, as
 * a state machine without input or output. Bytes come in by
 * {@linkcode Link.reserve} and {@linkcode Link.receive}, go out by
 * {@linkcode Link.outbox}; time comes from the port's timers; what happens is
 * told to the handler.
 *
 * Life: `init` -> `handshake` -> `open` -> `closing` -> `closed`. `fail` leads
 * from everywhere to `closed` at once; a malformed frame does that to its
 * sender. A vanished peer is closed when it was silent for twice the announced
 * heartbeat interval (server), or for two and a half intervals (client).
 * Source: docs/spec/wire.md §2 to §4.
 *
 * It is one object, so that an idle connection stays small and a frame passes no
 * stranger, in layers that each know only those below: {@linkcode LinkOutput}
 * writes frames, {@linkcode LinkAsks} waits for answers, {@linkcode LinkFlow}
 * pauses, {@linkcode LinkEnd} ends, {@linkcode LinkStart} begins and
 * {@linkcode LinkReading} reads. This one hands frames out and tells the handler.
 */
export class Link extends LinkReading {
  /** The session every connection has. */
  readonly defaultSession: LinkSession;
  /** Room for whoever uses the link. */
  user: unknown = undefined;

  readonly #handler: LinkHandler;
  readonly #input: LinkInput<Link>;

  /**
   * Makes a connection in state `init`, with its handshake time running.
   *
   * @param role Our side.
   * @param settings Settings, shared with other connections.
   * @param handler Hears what happens.
   * @param port Carries the bytes.
   */
  constructor(
    role: LinkRole,
    settings: LinkSettings,
    handler: LinkHandler,
    port: LinkPort,
  ) {
    super(role, settings, port);
    this.#handler = handler;
    this.defaultSession = new Session(this, 0, 1, "open");
    this.#input = new LinkInput(handler, this.vigil);
    this.rearm(this.vigil.nextAt);
  }

  // Sessions

  /** Sessions open, the default session not counted. */
  get sessionCount(): number {
    return this.#input.sessions?.size ?? 0;
  }

  /**
   * Opens a session. The handler hears `onSessionOpen`, or `onSessionClosed`
   * after a refusal, 30 s without answer, or the end of the connection.
   *
   * @param peer What the target is called.
   * @param meta Opaque bytes for the acceptor.
   * @param trace Context of the trace it belongs to; told to a peer with
   * `trace`.
   * @returns The session, in state `opening`; `undefined` when too many packets
   * of this connection wait for their answer.
   */
  openSession(
    peer: string,
    meta?: Uint8Array,
    trace?: string,
  ): LinkSession | undefined {
    return this.#input.sessionsOf(this).open(peer, meta, trace);
  }

  /**
   * Goes through the sessions.
   *
   * @returns All sessions but the default one.
   */
  *sessions(): Generator<LinkSession, void, undefined> {
    const { sessions } = this.#input;
    if (sessions !== undefined) yield* sessions.values();
  }

  /**
   * The peer has accepted a session of ours; called by what opened it.
   *
   * @param session One that is open from now on.
   */
  onSessionOpen(session: LinkSession): void {
    this.#handler.onSessionOpen(session);
  }

  /**
   * A session is over; called by the session.
   *
   * @param session The one that has ended; its id may be used anew.
   * @param reason Why.
   */
  forget(session: LinkSession, reason: CloseReason): void {
    this.#input.sessions?.delete(session);
    for (const pending of this.unanswered.takeOf(session)) {
      pending.onFail(FORCE_CLOSED);
    }
    if (!session.isDefault) {
      this.#handler.onSessionClosed(session, reason);
    } else if (this.state === "open") {
      // The peer has nothing left to do here but to close the connection.
      this.closeBy(DISMISSED_MS);
    }
  }

  /**
   * Remembers a session that wants to send; called by the session.
   *
   * @param session One that has more to send than it may.
   */
  wait(session: LinkSession): void {
    (this.#input.waiting ??= new WaitingSessions()).add(session);
  }

  /**
   * Lets a waiting session try again; called by the session.
   *
   * @param session One that may send again; nothing happens if it does not
   * wait.
   */
  retry(session: LinkSession): void {
    this.#input.waiting?.retry(session, this.#handler);
  }

  /**
   * Asks whether the peer may be granted more bytes on a session, and notes it;
   * called by the session.
   *
   * @param session One of this link, not the default one.
   * @param bytes How many more.
   * @returns Whether it may.
   */
  promise(session: LinkSession, bytes: number): boolean {
    const sessions = this.#input.sessions!;
    const handler = this.#handler;
    const agreed = handler.mayPromise === undefined
      ? bytes <= (this.settings.connectionWindow - sessions.promised) / 4
      : handler.mayPromise(session, bytes);
    if (!agreed) return false;
    session.promised += bytes;
    sessions.promised += bytes;
    return true;
  }

  /** The port has written a whole piece: sessions that wait may send again. */
  drained(): void {
    this.settle();
    this.#input.onWritten(this);
    this.#handler.onDrained?.(this);
    this.letFollow();
  }

  // Frames

  /** Hands a frame out, by the state the connection is in. */
  protected override dispatch(frame: FrameReader): void {
    if (this.state === "open") {
      if (!this.#input.take(this, frame)) this.#dispatchControl(frame);
    } else if (this.state === "closing") this.#dispatchLate(frame);
    else this.takeEarly(frame);
  }

  #dispatchLate(frame: FrameReader): void {
    switch (frame.type) {
      case TYPE_DISCONN:
      case TYPE_DISCONN_ACK:
        this.#dispatchControl(frame);
        return;
      case TYPE_RESPONSE:
      case TYPE_MESSAGE_ACK:
        // Late answers are still worth passing on.
        this.#input.takeAnswer(this, frame);
    }
  }

  #dispatchControl(frame: FrameReader): void {
    switch (frame.type) {
      case TYPE_HEARTBEAT:
        this.onHeartbeat(frame);
        return;
      case TYPE_FAREWELL:
        this.takeFarewell(frame);
        return;
      case TYPE_DISCONN:
        this.onDisconn(frame);
        return;
      case TYPE_DISCONN_ACK:
        this.onDisconnAck();
        return;
      default:
        throw new ProtocolError(
          `Cannot accept frame of type 0x${
            frame.type.toString(16).padStart(2, "0")
          } on an open connection`,
        );
    }
  }

  // What its layers hear

  /** Tells the handler what the read buffer takes. */
  protected override onResized(delta: number): void {
    this.#handler.onReadMemory?.(this, delta);
  }

  /** Tells the handler that a client asks to come in. */
  protected override onConn(request: ConnRequest): void {
    this.#handler.onConn(this, request);
  }

  /** Tells the handler that the server has refused us. */
  protected override onRefused(reason: string): void {
    this.#handler.onRefused(this, reason);
  }

  /** Opens the windows, and tells the handler of a client. */
  protected override onOpened(): void {
    if (this.credit) {
      const { defaultSession, settings } = this;
      defaultSession.sendWindow = this.peerSessionWindow;
      defaultSession.receiveWindow = initialWindow(settings);
      this.#input.window = new ReceiveWindow(settings.connectionWindow);
    }
    if (this.role === "client") this.#handler.onOpen(this);
  }

  /** Tells the handler of a heartbeat. */
  protected override onAlive(): void {
    this.#handler.onHeartbeat?.(this);
  }

  /** Tells the handler what the server has said. */
  protected override onFarewell(reason: FarewellReason): void {
    this.#handler.onFarewell?.(this, reason);
  }

  /** Tells the handler that nothing new may be sent. */
  protected override onLeaving(reason: CloseReason): void {
    this.#handler.onLeaving(this, reason);
  }

  /** Ends all sessions, the default one last. */
  protected override endSessions(reason: CloseReason): void {
    for (const session of [...this.sessions()]) session.finish(reason);
    this.defaultSession.finish(reason);
    this.#input.waiting?.clear();
  }

  /** Gives the read buffer back, and tells the handler of the end. */
  protected override onEnded(reason: CloseReason): void {
    this.endReading();
    this.#handler.onClosed(this, reason);
  }
}
