/**
 * One end of calls, messages and streams.
 *
 * @module
 */

import { FrontierError, type Link } from "@frontier/proto";
import type { Operation } from "./calls/operation.ts";
import { Register } from "./calls/register.ts";
import { Registrations } from "./calls/registrations.ts";
import { Channel } from "./channel.ts";
import { checkName, checkTimeout } from "./check.ts";
import type { Connection, ConnectionOwner } from "./connection.ts";
import { Inbox } from "./handlers/inbox.ts";
import type { Load } from "./handlers/places.ts";
import type { Handler } from "./handlers/request.ts";
import { HandlerPool } from "./handlers/handler_pool.ts";
import {
  ENDPOINT_LIMITS,
  type EndpointLimits,
  resolveLimits,
} from "./limits.ts";
import type { OpenStreamOptions } from "./options.ts";
import { payloadBytes } from "./payload.ts";
import { StreamOpening } from "./streams/stream_opening.ts";
import { Stream } from "./streams/stream.ts";
import { StreamCore, tooMuchQueued } from "./streams/stream_core.ts";
import { traced } from "./traced.ts";

/** What an endpoint is made of. */
export interface EndpointCoreOptions {
  /** Bounds that differ from the defaults. */
  readonly limits?: Partial<EndpointLimits>;
  /**
   * Milliseconds an operation may take unless it says otherwise.
   *
   * @default {30_000}
   */
  readonly timeoutMs?: number;
  /**
   * Whether custom bytes that arrive end in the id of an edge.
   *
   * @default {false}
   */
  readonly tailed?: boolean;
  /** Methods it answers from the start. */
  readonly methods?: Readonly<Record<string, Handler>>;
  /**
   * Takes over an operation that begins while no connection is in use.
   *
   * @default {it fails with the code `not-connected`}
   */
  readonly offline?: (operation: Operation) => void;
  /**
   * Methods whose handlers have places of their own.
   *
   * @default {[]}
   */
  readonly hooks?: Iterable<string>;
  /** Hears of the errors that answers carry. */
  readonly onError?: (error: FrontierError) => void;
  /** Hears when requests begin to wait for a place, and when none has for a while. */
  readonly onBusy?: (busy: boolean, load: Load) => void;
  /** Hears of the methods that the peer registers; they are always confirmed. */
  readonly onRegister?: (method: string) => void;
}

/**
 * Calls, messages, registrations and streams over one connection at a time, in
 * either role: who dialled makes no difference to it. It outlives its
 * connections; {@linkcode EndpointCore.use} gives it the next one.
 */
export class EndpointCore implements ConnectionOwner {
  /** Bounds. */
  readonly limits: EndpointLimits;
  /** Handlers that run. */
  readonly pool: HandlerPool;
  /** Calls and messages outside of streams. */
  readonly channel: Channel;
  /** Streams that nobody has accepted. */
  readonly streams: Inbox<Stream>;
  /** Milliseconds an operation may take unless it says otherwise. */
  readonly timeoutMs: number;
  /** Hears of the errors that answers carry. */
  readonly onError: (error: FrontierError) => void;
  /** Hears of the methods that the peer registers. */
  readonly onRegister: (method: string) => void;

  readonly #offline: (operation: Operation) => void;
  readonly #registrations = new Registrations();
  #link: Link | undefined = undefined;

  /**
   * Makes an endpoint without a connection.
   *
   * @param options What it is made of.
   * @throws {RangeError} If a limit or time makes no sense.
   */
  constructor(options: EndpointCoreOptions = {}) {
    const limits = this.limits = resolveLimits(options.limits, ENDPOINT_LIMITS);
    this.timeoutMs = checkTimeout(options.timeoutMs ?? 30_000);
    this.onError = options.onError ?? (() => {});
    this.onRegister = options.onRegister ?? (() => {});
    this.#offline = options.offline ?? failOffline;
    this.pool = new HandlerPool({
      bounds: limits,
      hooks: new Set(options.hooks),
      onBusy: options.onBusy ?? (() => {}),
    });
    this.streams = new Inbox({
      items: limits.unacceptedStreams,
      bytes: Infinity,
      stale: (stream) => stream.over,
    });
    this.channel = new Channel({
      limits,
      pool: this.pool,
      tailed: options.tailed ?? false,
      timeoutMs: this.timeoutMs,
      submit: (operation) => this.submit(operation),
      announced: (method) => this.announced(method),
      onError: this.onError,
    });
    for (const [method, handler] of Object.entries(options.methods ?? {})) {
      this.channel.methods.set(method, handler);
    }
  }

  /** Whether operations are sent at once. */
  get ready(): boolean {
    return this.#link !== undefined;
  }

  /**
   * Tells whether the peer has confirmed a method.
   *
   * @param method The method.
   * @returns Whether it has, on the connection in use.
   */
  announced(method: string): boolean {
    return this.ready && this.#registrations.knows(method);
  }

  /**
   * Registers all methods on a connection and waits until the peer knows them.
   *
   * @param connection The connection.
   * @param timeoutMs Milliseconds it may take.
   */
  async announce(connection: Connection, timeoutMs: number): Promise<void> {
    const registrations = this.#registrations;
    registrations.reset();
    const { link } = connection;
    const known: Promise<void>[] = [];
    for (const method of this.channel.methods.names()) {
      known.push(
        new Promise((resolve, reject) => {
          const waiter = { resolve, reject };
          const register = new Register(method, timeoutMs, undefined, waiter);
          registrations.submit(register, link, link.defaultSession);
        }),
      );
    }
    await Promise.all(known);
  }

  /**
   * Sends operations on a connection from now on.
   *
   * @param connection An open one.
   */
  use(connection: Connection): void {
    if (connection.link.usable) this.#link = connection.link;
  }

  /** A connection is about to end: keeps operations back. */
  onLeaving(connection: Connection): void {
    if (connection.link === this.#link) this.pause();
  }

  /** Keeps operations back until there is another connection. */
  pause(): void {
    this.#link = undefined;
    this.#registrations.reset();
  }

  /**
   * Sends an operation, or hands it to whoever keeps those that come too early.
   *
   * @param operation The operation.
   */
  submit(operation: Operation): void {
    const link = this.#link;
    if (link === undefined) {
      this.#offline(operation);
      return;
    }
    if (link.outbox.pending > this.limits.outboxBytes) {
      operation.fail(tooMuchQueued(operation));
      return;
    }
    const session = link.defaultSession;
    if (operation instanceof Register) {
      this.#registrations.submit(operation, link, session);
    } else operation.send(link, session);
  }

  /**
   * Opens a stream.
   *
   * @param peer What it is for.
   * @param options Time limit, signal and meta.
   * @param label What to call it in messages; in quotes what it is for, unless given.
   * @returns The stream.
   */
  openStream(
    peer: string,
    options: OpenStreamOptions = {},
    label?: string,
  ): Promise<Stream> {
    return traced(this.#openStream(peer, options, label));
  }

  /** The peer has opened a stream; tells whether there is room for it. */
  onStream(core: StreamCore): boolean {
    const stream = new Stream(core);
    if (!this.streams.push(stream, 0, () => core.want())) return false;
    const over = () => {
      // What came complete can still be read, as long as nobody needs its place.
      if (core.spent) this.streams.remove(stream);
    };
    void core.closed.then(over, over);
    return true;
  }

  /** Operations of ours that wait for their answer, and messages that wait for one of ours. */
  get underWay(): number {
    const link = this.#link;
    if (link === undefined) return 0;
    let count = link.pendingCount + this.channel.messagesInWork;
    for (const { user } of link.sessions()) {
      if (user instanceof StreamCore) count += user.channel.messagesInWork;
    }
    return count;
  }

  /** What a lost connection brought cannot be acknowledged any more: its sender knows. */
  dropUnread(): void {
    this.channel.dropMessages();
    this.streams.clear();
  }

  /**
   * Receives nothing more.
   *
   * @param reason Makes the error of one who waits for messages or streams.
   */
  close(reason: () => FrontierError = closed): void {
    this.pause();
    this.dropUnread();
    this.channel.inbox.close(reason);
    this.streams.close(reason);
    this.pool.close();
  }

  /** Receives nothing more. */
  [Symbol.dispose](): void {
    this.close();
  }

  async #openStream(
    peer: string,
    options: OpenStreamOptions,
    label: string | undefined,
  ): Promise<Stream> {
    checkName(peer, "service");
    const meta = options.meta === undefined
      ? undefined
      : payloadBytes(options.meta);
    const timeoutMs = checkTimeout(options.timeoutMs ?? this.timeoutMs);
    const core = await new Promise<StreamCore>((resolve, reject) => {
      const waiter = { resolve, reject };
      const target = { peer, label: label ?? `"${peer}"`, meta };
      const open = new StreamOpening(target, timeoutMs, options.signal, waiter);
      if (open.watch()) this.submit(open);
    });
    return new Stream(core);
  }
}

function failOffline(operation: Operation): void {
  operation.fail(
    new FrontierError(
      "not-connected",
      `Cannot ${operation.what}: there is no connection`,
    ),
  );
}

function closed(): FrontierError {
  return new FrontierError("eof", "Cannot receive: the endpoint is closed");
}
