/**
 * One connection of an end.
 *
 * @module
 */

import {
  type FrameReader,
  FrontierError,
  Link,
  type LinkHandler,
  type LinkSettings,
  type Session,
  TOO_MANY_SESSIONS,
} from "@frontier/proto";
import { Driver, type Transport } from "@frontier/platform";
import type { Channel } from "./channel.ts";
import { OpenStream } from "./open_stream.ts";
import { StreamCore, type StreamParts } from "./stream_core.ts";

/** What a connection reports to its end. */
export interface ConnectionOwner extends StreamParts {
  /** Calls and messages outside of streams. */
  readonly channel: Channel;
  /**
   * The peer has opened a stream.
   *
   * @returns Whether there is room for it.
   */
  onStream(stream: StreamCore): boolean;
  /** Nothing new may be sent on a connection. */
  onLeaving(connection: Connection): void;
}

/** Who we are. */
export interface Introduction {
  /** Free bytes about us. */
  readonly meta: Uint8Array | undefined;
  /** The id to ask for. */
  readonly wantedId: bigint;
}

/** A {@linkcode Link} over a transport, from the conn to the last byte. */
export class Connection implements LinkHandler {
  /** The engine. */
  readonly link: Link;
  /** Resolved when the gateway has accepted us; rejected with the reason otherwise. */
  readonly opened: Promise<void>;
  /** Resolved with the reason when it is over. */
  readonly closed: Promise<FrontierError>;
  readonly #owner: ConnectionOwner;
  readonly #transport: Transport;
  readonly #done: Promise<void>;
  #resolveOpened!: () => void;
  #rejectOpened!: (error: FrontierError) => void;
  #resolveClosed!: (reason: FrontierError) => void;
  #refusal: FrontierError | undefined = undefined;

  /**
   * Starts the handshake.
   *
   * @param transport The bytes; the connection closes it.
   * @param settings Settings.
   * @param owner Hears what happens.
   * @param introduction Who we are.
   */
  constructor(
    transport: Transport,
    settings: LinkSettings,
    owner: ConnectionOwner,
    introduction: Introduction,
  ) {
    this.#owner = owner;
    this.#transport = transport;
    this.opened = new Promise((resolve, reject) => {
      this.#resolveOpened = resolve;
      this.#rejectOpened = reject;
    });
    // Whoever waits for `closed` only must not be told of an unhandled failure.
    this.opened.catch(() => {});
    this.closed = new Promise((resolve) => this.#resolveClosed = resolve);
    const driver = new Driver(transport);
    this.link = new Link("client", settings, this, driver);
    this.link.connect(introduction.meta, introduction.wantedId);
    this.#done = driver.run(this.link);
  }

  /**
   * Closes in an orderly way.
   *
   * @param timeoutMs Milliseconds until it is cut.
   */
  async close(timeoutMs: number): Promise<void> {
    const { link } = this;
    for (const session of [...link.sessions()]) {
      if (session.user instanceof StreamCore) {
        void session.user.close(timeoutMs);
      } else session.close();
    }
    link.close("closed");
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([this.#done, late]);
    clearTimeout(timer);
    link.fail("closed without the peer");
    this.#transport.close();
  }

  /** @inheritdoc */
  onConn(): void {
    // Only servers are asked.
  }

  /** @inheritdoc */
  onOpen(): void {
    this.#resolveOpened();
  }

  /** @inheritdoc */
  onRefused(_link: Link, reason: string): void {
    this.#refusal = new FrontierError(
      "refused",
      `Cannot connect: the gateway refused: ${reason}`,
      { cause: FrontierError.fromWire(reason) },
    );
  }

  /** @inheritdoc */
  onRequest(_link: Link, session: Session, frame: FrameReader): void {
    this.#channelOf(session)?.onRequest(session, frame);
  }

  /** @inheritdoc */
  onMessage(_link: Link, session: Session, frame: FrameReader): void {
    this.#channelOf(session)?.onMessage(session, frame);
  }

  /** @inheritdoc */
  onCancel(_link: Link, session: Session, frame: FrameReader): void {
    this.#owner.workload.cancel(session, frame.idHi, frame.idLo);
  }

  /** @inheritdoc */
  onRegister(link: Link, session: Session, frame: FrameReader): void {
    link.ackRegister(session, frame.idHi, frame.idLo);
  }

  /** @inheritdoc */
  onStream(_link: Link, session: Session, frame: FrameReader): void {
    if (session.user instanceof StreamCore) session.user.onBytes(frame);
    else session.consume(frame.bodyEnd - frame.bodyStart);
  }

  /** @inheritdoc */
  onSession(_link: Link, session: Session): void {
    const stream = new StreamCore(session, this.#owner);
    if (this.#owner.onStream(stream)) session.accept();
    else session.refuse(TOO_MANY_SESSIONS);
  }

  /** @inheritdoc */
  onSessionOpen(_link: Link, session: Session): void {
    const opening = session.user;
    if (!(opening instanceof OpenStream)) return;
    if (opening.settled) session.close();
    else opening.succeed(() => new StreamCore(session, this.#owner));
  }

  /** @inheritdoc */
  onSessionEnd(_link: Link, session: Session): void {
    if (session.user instanceof StreamCore) session.user.onEnd();
  }

  /** @inheritdoc */
  onSessionClosed(link: Link, session: Session, reason: string): void {
    const { user } = session;
    if (user instanceof StreamCore) user.onClosed(reason);
    else if (user instanceof OpenStream) user.refused(link, reason);
  }

  /** @inheritdoc */
  onWritable(_link: Link, session: Session): void {
    if (session.user instanceof StreamCore) session.user.onWritable();
  }

  /** @inheritdoc */
  onLeaving(): void {
    this.#owner.onLeaving(this);
  }

  /** @inheritdoc */
  onClosed(link: Link, reason: string): void {
    const error = this.#refusal ?? describe(reason);
    this.#rejectOpened(error);
    this.#owner.workload.abort(error, (session) => session.link === link);
    this.#resolveClosed(error);
  }

  #channelOf(session: Session): Channel | undefined {
    if (session.isDefault) return this.#owner.channel;
    const { user } = session;
    return user instanceof StreamCore ? user.channel : undefined;
  }
}

/** The error of the reason that a link gives for its end. */
function describe(reason: string): FrontierError {
  if (reason.startsWith("protocol error")) {
    return new FrontierError("protocol", `Connection lost: ${reason}`);
  }
  if (reason === "handshake timeout") {
    return new FrontierError(
      "timeout",
      "Cannot connect: no answer to the handshake",
    );
  }
  return new FrontierError("force-closed", `Connection lost: ${reason}`);
}
