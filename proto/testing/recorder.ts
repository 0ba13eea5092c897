/**
 * A link's handler that remembers what happened, for tests.
 *
 * @module
 */

import type { CloseReason } from "../link/close_reason.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import type { ConnRequest } from "../link/connection_handler.ts";
import {
  Link,
  type LinkHandler,
  type LinkSession as Session,
} from "../link/link.ts";
import { LINK_SETTINGS, type LinkSettings } from "../link/link_settings.ts";
import type { LinkRole } from "../link/link_state.ts";
import { Pending } from "../link/pending.ts";
import type { SimNetwork, SimPort } from "./sim_network.ts";

/** A frame as it was seen, all ids joined. */
export interface SeenFrame {
  /** Packet type. */
  type: number;
  /** Packet id. */
  id: bigint;
  /** Session id; 0 where the type has none. */
  session: bigint;
  /** What follows the session id. */
  body: Uint8Array;
}

/**
 * @param frame A frame, or a part of a stream frame.
 * @returns A copy that stays valid.
 */
export function seen(frame: FrameReader): SeenFrame {
  return {
    type: frame.type,
    id: (BigInt(frame.idHi) << 32n) | BigInt(frame.idLo),
    session: (BigInt(frame.sessionHi) << 32n) | BigInt(frame.sessionLo),
    body: frame.buf.slice(frame.bodyStart, frame.bodyEnd),
  };
}

/** A pending packet that remembers what became of it. */
export class RecordedPending extends Pending<Session> {
  /** Answers and failures, in order; more than one is a defect. */
  readonly outcomes: string[] = [];
  /** The answer. */
  answer: SeenFrame | undefined = undefined;

  /** @inheritdoc */
  override onAnswer(frame: FrameReader): void {
    this.answer = seen(frame);
    this.outcomes.push("answer");
  }

  /** @inheritdoc */
  override onFail(reason: string): void {
    this.outcomes.push(reason);
  }
}

/**
 * Remembers all events of one link. By default a server accepts every client
 * with id 2^53 + 1, and both sides accept every session and consume all bytes.
 */
export class Recorder implements LinkHandler {
  /** The link. */
  readonly link: Link;
  /** The port it was made with. */
  readonly port: SimPort;
  /** @inheritdoc */
  mayPromise: LinkHandler["mayPromise"];
  /** @inheritdoc */
  onReadMemory: LinkHandler["onReadMemory"];
  /** Why it is over, once it is. */
  end: CloseReason | undefined = undefined;
  /** Events in order, as short texts such as `open` or `closed: reason`. */
  readonly events: string[] = [];
  /** Frames handed to the handler. */
  readonly frames: SeenFrame[] = [];
  /** Raw bytes received, by session. */
  readonly bytes: Map<Session, number[]> = new Map();
  /** Sessions the peer opened. */
  readonly offered: Session[] = [];
  /** What to do with a client. */
  admit: (link: Link, request: ConnRequest) => void = (link) =>
    link.accept(0x200000, 1);
  /** What to do with a session the peer opens. */
  onOffer: (session: Session) => void = (session) => session.accept();
  /** What to do with raw bytes after they were remembered. */
  onBytes: (session: Session, count: number) => void = (session, count) =>
    session.consume(count);
  /** What to do with a frame after it was remembered. */
  onFrame: (session: Session, frame: FrameReader) => void = () => {};
  /** What to do when a session can take bytes again. */
  onRoom: (session: Session) => void = () => {};

  /**
   * @param role The link's role.
   * @param port Its port.
   * @param settings What differs from the defaults.
   */
  constructor(
    role: LinkRole,
    port: SimPort,
    settings: Partial<LinkSettings> = {},
  ) {
    this.port = port;
    this.link = new Link(
      role,
      { ...LINK_SETTINGS, ...settings },
      this,
      port,
    );
    port.attach(this.link);
  }

  /** @inheritdoc */
  onConn(link: Link, request: ConnRequest): void {
    this.events.push("conn");
    this.admit(link, request);
  }
  /** @inheritdoc */
  onOpen(_link: Link): void {
    this.events.push("open");
  }
  /** @inheritdoc */
  onRefused(_link: Link, reason: string): void {
    this.events.push(`refused: ${reason}`);
  }
  /** @inheritdoc */
  onRequest(session: Session, frame: FrameReader): void {
    this.#frame("request", session, frame);
  }
  /** @inheritdoc */
  onMessage(session: Session, frame: FrameReader): void {
    this.#frame("message", session, frame);
  }
  /** @inheritdoc */
  onCancel(session: Session, frame: FrameReader): void {
    this.#frame("cancel", session, frame);
  }
  /** @inheritdoc */
  onRegister(session: Session, frame: FrameReader): void {
    this.#frame("register", session, frame);
  }
  /** @inheritdoc */
  onStream(session: Session, frame: FrameReader): void {
    let list = this.bytes.get(session);
    if (list === undefined) this.bytes.set(session, list = []);
    for (let i = frame.bodyStart; i < frame.bodyEnd; i++) {
      list.push(frame.buf[i]!);
    }
    this.onBytes(session, frame.bodyEnd - frame.bodyStart);
  }
  /** @inheritdoc */
  onSession(session: Session): void {
    this.events.push(`session: ${session.peer}`);
    this.offered.push(session);
    this.onOffer(session);
  }
  /** @inheritdoc */
  onSessionOpen(_session: Session): void {
    this.events.push("session open");
  }
  /** @inheritdoc */
  onSessionEnd(_session: Session): void {
    this.events.push("session end");
  }
  /** @inheritdoc */
  onSessionClosed(_session: Session, reason: CloseReason): void {
    this.events.push(`session closed: ${reason.text}`);
  }
  /** @inheritdoc */
  onWritable(session: Session): void {
    this.onRoom(session);
  }
  /** @inheritdoc */
  onFarewell(_link: Link, reason: string): void {
    this.events.push(`farewell: ${reason}`);
  }
  /** @inheritdoc */
  onLeaving(_link: Link, reason: CloseReason): void {
    this.events.push(`leaving: ${reason.text}`);
  }
  /** @inheritdoc */
  onClosed(_link: Link, reason: CloseReason): void {
    this.end = reason;
    this.events.push(`closed: ${reason.text}`);
  }

  /**
   * Opens a session.
   *
   * @param peer What the target is called.
   * @param meta Opaque bytes for the acceptor.
   * @returns The session.
   */
  open(peer: string, meta?: Uint8Array): Session {
    const session = this.link.openSession(peer, meta);
    if (session === undefined) throw new Error("Cannot open: too many wait");
    return session;
  }

  /**
   * Sends a packet and waits for its answer.
   *
   * @param type Packet type.
   * @param body Its body.
   * @param session The session; without one the default session.
   * @param timeoutMs How long to wait.
   * @returns What waits.
   */
  ask(
    type: number,
    body: Uint8Array,
    session: Session = this.link.defaultSession,
    timeoutMs = 30_000,
  ): RecordedPending {
    const { link } = this;
    const pending = new RecordedPending();
    if (!link.expect(pending, session, link.timers.now() + timeoutMs)) {
      throw new Error("Cannot ask: too much is asked already");
    }
    link.writeBody(session, type, pending.idHi, pending.idLo, body);
    return pending;
  }

  #frame(name: string, session: Session, frame: FrameReader): void {
    this.events.push(name);
    this.frames.push(seen(frame));
    this.onFrame(session, frame);
  }
}

/**
 * Connects two links over a simulated network; the handshake has not begun.
 *
 * @param network The network.
 * @param client What differs from the default settings at the client.
 * @param server What differs from the default settings at the server.
 * @returns Both ends.
 */
export function connectRecorders(
  network: SimNetwork,
  client: Partial<LinkSettings> = {},
  server: Partial<LinkSettings> = {},
): { client: Recorder; server: Recorder } {
  const [a, b] = network.pair();
  const { random } = network;
  return {
    client: new Recorder("client", a, { random, ...client }),
    server: new Recorder("server", b, { random, ...server }),
  };
}
