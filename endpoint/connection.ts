/**
 * One connection of an endpoint.
 *
 * @module
 */

import {
  CLOSED,
  type CloseReason,
  type ConnRequest,
  type FarewellReason,
  type FrameReader,
  FrontierError,
  type Link,
  type LinkHandler,
  type LinkSettings,
  type Session,
  TOO_MANY_SESSIONS,
} from "@frontier/proto/internal";
import {
  after,
  closeTransport,
  Driver,
  type PeerAddress,
  type Timers,
  type Transport,
} from "@frontier/platform/internal";
import { Registrations } from "./calls/registrations.ts";
import type { Channel } from "./channel.ts";
import { checkId } from "./check.ts";
import { CountedLink } from "./counted_link.ts";
import { NO_BYTES } from "./payload.ts";
import { StreamOpening } from "./streams/stream_opening.ts";
import { StreamCore, type StreamParts } from "./streams/stream_core.ts";

/** What a connection reports to its endpoint. */
export interface ConnectionOwner extends StreamParts {
  /** Calls and messages outside of streams. */
  readonly channel: Channel;
  /**
   * The peer has opened a stream.
   *
   * @returns Whether there is room for it.
   */
  onStream(stream: StreamCore): boolean;
  /** The peer answers a method from now on. */
  onRegister(method: string): void;
  /** Nothing new may be sent on a connection. */
  onLeaving(connection: Connection): void;
}

/** Who we are, in the client role. */
export interface Introduction {
  /** Free bytes about us. */
  readonly meta: Uint8Array | undefined;
  /** The id to ask for. */
  readonly wantedId: bigint;
}

/**
 * Decides about a client, in the server role.
 *
 * @param meta What it said about itself; empty when it said nothing.
 * @param wantedId The id it asks for; 0 when it asks for none.
 * @returns The id it gets. What it throws refuses the client, with the text.
 */
export type Admit = (
  meta: Uint8Array,
  wantedId: bigint,
) => bigint | PromiseLike<bigint>;

/** How a connection is carried, beyond its transport. */
export interface ConnectionOptions {
  /**
   * The clock and its timers.
   *
   * @default {the clock of the process}
   */
  readonly timers?: Timers;
  /** Bytes of it that were read already. */
  readonly first?: Uint8Array | undefined;
  /** When its handshake must be complete, in milliseconds of the clock; never later than its settings say. */
  readonly deadlineAt?: number | undefined;
  /**
   * Bytes that may wait to be written while more is read from the peer: one who
   * asks and does not read the answers is read no more until it does.
   *
   * @default {Infinity}
   */
  readonly maxUnread?: number;
  /** Called when its transport is closed. */
  readonly onReleased?: () => void;
  /** Server role: called at each heartbeat of the client. */
  readonly onHeartbeat?: () => void;
}

const decoder = new TextDecoder();

/** What a farewell means. */
const FAREWELLS: Readonly<Record<FarewellReason, string>> = {
  "replaced": "a newer connection has taken its id",
  "reconnect": "the gateway asked to connect again",
  "going-away": "the gateway stops",
};

/** A {@linkcode Link} over a transport, from the conn to the last byte. */
export class Connection implements LinkHandler {
  /** The engine. */
  readonly link: Link;
  /** Resolved when the handshake is done; rejected with the reason otherwise. */
  readonly opened: Promise<void>;
  /** Resolved when the peer says that it stops, and is to be left. */
  readonly goingAway: Promise<void>;
  /** Resolved with the reason when it is over. */
  readonly closed: Promise<FrontierError>;
  /** What the peer knows of our methods. */
  readonly registrations: Registrations = new Registrations();
  readonly #owner: ConnectionOwner;
  readonly #transport: Transport;
  readonly #admit: Admit | undefined;
  readonly #onHeartbeat: (() => void) | undefined;
  readonly #maxUnread: number;
  readonly #done: Promise<void>;
  #resolveOpened!: () => void;
  #rejectOpened!: (error: FrontierError) => void;
  #resolveGoingAway!: () => void;
  #resolveClosed!: (reason: FrontierError) => void;
  #refusal: FrontierError | undefined = undefined;
  #farewell: FarewellReason | undefined = undefined;
  #closeReason: CloseReason | undefined = undefined;
  /** Whether it is not read because its peer does not read. */
  #restrained = false;

  private constructor(
    transport: Transport,
    settings: LinkSettings,
    owner: ConnectionOwner,
    admit: Admit | undefined,
    options: ConnectionOptions,
  ) {
    this.#owner = owner;
    this.#transport = transport;
    this.#admit = admit;
    this.#onHeartbeat = options.onHeartbeat;
    this.#maxUnread = options.maxUnread ?? Infinity;
    this.opened = new Promise((resolve, reject) => {
      this.#resolveOpened = resolve;
      this.#rejectOpened = reject;
    });
    // Whoever waits for `closed` only must not be told of an unhandled failure.
    this.opened.catch(() => {});
    this.goingAway = new Promise((resolve) => this.#resolveGoingAway = resolve);
    this.closed = new Promise((resolve) => this.#resolveClosed = resolve);
    const driver = new Driver(transport, options.timers);
    const role = admit === undefined ? "client" : "server";
    const { counters } = owner;
    this.link = new CountedLink(role, settings, this, driver, counters);
    if (options.deadlineAt !== undefined) this.link.hurry(options.deadlineAt);
    this.#done = driver.run(this.link, options.first);
    const { onReleased } = options;
    if (onReleased !== undefined) void this.#done.then(onReleased);
  }

  /**
   * Begins a connection as the side that dialled.
   *
   * @param transport The bytes; the connection closes it.
   * @param settings Sizes, times and extensions to offer.
   * @param owner Hears what happens.
   * @param introduction Who we are.
   * @param options How it is carried.
   * @returns The connection; the peer has not answered.
   */
  static connect(
    transport: Transport,
    settings: LinkSettings,
    owner: ConnectionOwner,
    introduction: Introduction,
    options: ConnectionOptions = {},
  ): Connection {
    const connection = new Connection(
      transport,
      settings,
      owner,
      undefined,
      options,
    );
    const { meta, wantedId } = introduction;
    connection.link.connect(meta, wantedId);
    return connection;
  }

  /**
   * Begins a connection as the side that was dialled.
   *
   * @param transport The bytes; the connection closes it.
   * @param settings Sizes, times and extensions to offer.
   * @param owner Hears what happens.
   * @param admit Decides about the client.
   * @param options How it is carried.
   * @returns The connection; the client has said nothing yet.
   */
  static accept(
    transport: Transport,
    settings: LinkSettings,
    owner: ConnectionOwner,
    admit: Admit,
    options: ConnectionOptions = {},
  ): Connection {
    return new Connection(transport, settings, owner, admit, options);
  }

  /** Why the peer said that it closes; `undefined` when it said nothing. */
  get farewell(): FarewellReason | undefined {
    return this.#farewell;
  }

  /** Why it is over, for programs; `undefined` while it is not. */
  get closeReason(): CloseReason | undefined {
    return this.#closeReason;
  }

  /** Where we are. */
  get localAddr(): PeerAddress {
    return this.#transport.localAddr;
  }

  /** Where the peer is. */
  get remoteAddr(): PeerAddress {
    return this.#transport.remoteAddr;
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
        session.user.closeNow();
      } else session.close();
    }
    link.close(CLOSED);
    let giveUp = () => {};
    const late = new Promise<void>((resolve) => {
      giveUp = after(timeoutMs, resolve);
    });
    await Promise.race([this.#done, late]);
    giveUp();
    link.fail({ kind: "timeout", text: "closed without the peer" });
    closeTransport(this.#transport);
  }

  /** Closes in an orderly way, within 2 s. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close(2_000);
  }

  /** Server role: asks for the verdict on the client. */
  async onConn(link: Link, request: ConnRequest): Promise<void> {
    const wantedId = (BigInt(request.wantedHi) << 32n) |
      BigInt(request.wantedLo);
    try {
      const id = checkId(
        await this.#admit!(request.meta ?? NO_BYTES, wantedId),
      );
      link.accept(Number(id >> 32n), Number(id & 0xffff_ffffn));
    } catch (error) {
      link.refuse(FrontierError.from(error, "refused").toWire());
      return;
    }
    if (link.state === "open") this.#resolveOpened();
  }

  /** Server role: tells whoever wants to know that the client is there. */
  onHeartbeat(): void {
    this.#onHeartbeat?.();
  }

  /** Client role: the peer has accepted us. */
  onOpen(): void {
    this.#resolveOpened();
  }

  /** Client role: the peer has refused us. */
  onRefused(_link: Link, reason: string): void {
    const cause = FrontierError.fromWire(reason);
    // Nobody has looked at us yet, or there is no room: later there may be.
    const { retryable } = cause;
    this.#refusal = new FrontierError(
      "refused",
      `Cannot connect: the gateway refused: ${reason}`,
      { cause, retryable },
    );
  }

  /** Hands a request to the channel of its session. */
  onRequest(session: Session, frame: FrameReader): void {
    this.#channelOf(session)?.onRequest(session, frame);
    this.#restrain();
  }

  /** Hands a message to the channel of its session. */
  onMessage(session: Session, frame: FrameReader): void {
    this.#channelOf(session)?.onMessage(session, frame);
    this.#restrain();
  }

  /** Tells the handler of a request that nobody waits. */
  onCancel(session: Session, frame: FrameReader): void {
    this.#owner.pool.cancel(session, frame.idHi, frame.idLo);
  }

  /** Confirms a method of the peer. */
  onRegister(session: Session, frame: FrameReader): void {
    const { buf, bodyStart, bodyEnd, idHi, idLo } = frame;
    this.#owner.onRegister(decoder.decode(buf.subarray(bodyStart, bodyEnd)));
    session.link.ackRegister(session, idHi, idLo);
  }

  /** Hands raw bytes to their stream. */
  onStream(session: Session, frame: FrameReader): void {
    if (session.user instanceof StreamCore) session.user.onBytes(frame);
    else session.consume(frame.bodyEnd - frame.bodyStart);
  }

  /** Offers a stream that the peer opens. */
  onSession(session: Session): void {
    const stream = new StreamCore(session, this.#owner);
    // The peer need not wait for the application, but may send little until then.
    if (this.#owner.onStream(stream)) session.accept(stream.wanted);
    else session.refuse(TOO_MANY_SESSIONS);
  }

  /** Completes the opening of a stream. */
  onSessionOpen(session: Session): void {
    const opening = session.user;
    if (!(opening instanceof StreamOpening)) return;
    if (opening.settled) session.close();
    else opening.succeed(() => new StreamCore(session, this.#owner));
  }

  /** Tells a stream that the peer has closed it. */
  onSessionEnd(session: Session): void {
    if (session.user instanceof StreamCore) session.user.onEnd();
  }

  /** Tells a stream, or its opening, that it is over. */
  onSessionClosed(session: Session, reason: CloseReason): void {
    const { user } = session;
    if (user instanceof StreamCore) user.onClosed();
    else if (user instanceof StreamOpening) user.refused(session.link, reason);
  }

  /** Lets a stream send on. */
  onWritable(session: Session): void {
    if (session.user instanceof StreamCore) session.user.onWritable();
  }

  /** Sends answers that waited for room. */
  onDrained(): void {
    const { link } = this;
    if (this.#restrained && link.outbox.unwritten <= this.#maxUnread / 2) {
      this.#restrained = false;
      link.resume();
    }
    this.#owner.pool.onWritten();
  }

  /** Client role: keeps in mind why the peer is about to close. */
  onFarewell(_link: Link, reason: FarewellReason): void {
    const again = reason === this.#farewell;
    this.#farewell = reason;
    if (reason !== "going-away") return;
    this.#resolveGoingAway();
    // Said twice, nothing new is taken any more.
    if (again) this.#owner.onLeaving(this);
  }

  /** Tells that nothing new may be sent. */
  onLeaving(): void {
    this.#owner.onLeaving(this);
  }

  /** Ends what waits for this connection. */
  onClosed(link: Link, reason: CloseReason): void {
    const farewell = this.#farewell;
    const error = this.#refusal ?? describe(link, reason, farewell);
    this.#closeReason = this.#refusal !== undefined
      ? { kind: "refused", text: error.message }
      : farewell === undefined
      ? reason
      : { kind: farewell, text: FAREWELLS[farewell] };
    this.#rejectOpened(error);
    this.#owner.pool.abort(error, (session) => session.link === link);
    this.#resolveClosed(error);
  }

  #restrain(): void {
    const { link } = this;
    if (this.#restrained || link.outbox.unwritten <= this.#maxUnread) return;
    this.#restrained = true;
    link.pause();
  }

  #channelOf(session: Session): Channel | undefined {
    if (session.isDefault) return this.#owner.channel;
    const { user } = session;
    return user instanceof StreamCore ? user.channel : undefined;
  }
}

/** The error of the reason that a link gives for its end. */
function describe(
  link: Link,
  { kind, text }: CloseReason,
  farewell: FarewellReason | undefined,
): FrontierError {
  if (farewell !== undefined) {
    return new FrontierError(
      "force-closed",
      `Connection lost: ${FAREWELLS[farewell]}`,
    );
  }
  if (kind === "protocol" && link.role === "client" && link.openedAt < 0) {
    return new FrontierError(
      "protocol",
      `Cannot connect: what answers is no gateway, check the port (${text})`,
    );
  }
  if (kind === "protocol") {
    return new FrontierError("protocol", `Connection lost: ${text}`);
  }
  if (kind === "timeout" && link.role === "client" && link.openedAt < 0) {
    return new FrontierError(
      "timeout",
      "Cannot connect: no answer to the handshake",
    );
  }
  return new FrontierError("force-closed", `Connection lost: ${text}`);
}
