/**
 * One end of calls, messages and streams.
 *
 * @module
 */

import {
  FORCE_CLOSED,
  FrontierError,
  TOO_MANY_SESSIONS,
} from "@frontier/proto/internal";
import type { Span, Tracer } from "@frontier/platform/trace";
import type { Operation } from "./calls/operation.ts";
import { SpanWaiter } from "./calls/spans.ts";
import type { Waiter } from "./calls/data_operation.ts";
import { Ping } from "./calls/ping.ts";
import { Register } from "./calls/register.ts";
import { Channel } from "./channel.ts";
import {
  checkName,
  checkOperation,
  checkTimeout,
  OPEN_STREAM_KEYS,
  OPERATION_KEYS,
  quoted,
} from "./check.ts";
import type { Connection, ConnectionOwner } from "./connection.ts";
import { Counters } from "./counters.ts";
import { Inbox, type InboxBounds } from "./handlers/inbox.ts";
import type { Load } from "./handlers/places.ts";
import type { Received } from "./handlers/received.ts";
import type { Handler } from "./handlers/request.ts";
import { HandlerPool } from "./handlers/handler_pool.ts";
import type { Message } from "./handlers/message.ts";
import type { MethodTable } from "./handlers/method_table.ts";
import {
  ENDPOINT_LIMITS,
  type EndpointLimits,
  resolveLimits,
} from "./limits.ts";
import type { OpenStreamOptions, OperationOptions } from "./options.ts";
import { payloadBytes } from "./payload.ts";
import { StreamOpening } from "./streams/stream_opening.ts";
import { coreOf, makeStream, type Stream } from "./streams/stream.ts";
import { StreamCore, tooMuchQueued } from "./streams/stream_core.ts";
import { traced } from "./traced.ts";

/** What several endpoints have in common that are used as one. */
export interface SharedParts {
  /** The methods that all of them answer. */
  readonly methods: MethodTable;
  /** The places of their handlers; whoever made it closes it. */
  readonly pool: HandlerPool;
  /** Where messages of this one wait to be read. */
  readonly messages: Inbox<Message>;
  /** Where streams of this one wait to be accepted. */
  readonly streams: Inbox<Stream>;
  /** What is counted of all of them. */
  readonly counters: Counters;
  /** Hears of each request and message outside of streams; must not throw. */
  readonly heard?: (received: Received) => void;
}

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
  /** Begins spans; nobody collects them by default. */
  readonly tracer?: Tracer | undefined;
  /** Hears of the errors that answers carry. */
  readonly onError?: (error: FrontierError) => void;
  /** Hears when requests begin to wait for a place, and when none has for a while. */
  readonly onBusy?: (busy: boolean, load: Load) => void;
  /** Hears of the methods that the peer registers; they are always confirmed. */
  readonly onRegister?: (method: string) => void;
  /** What it has in common with others; nothing by default. */
  readonly shared?: SharedParts | undefined;
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
  /** Begins spans; `undefined` when nobody collects them. */
  readonly tracer: Tracer | undefined;
  /** Hears of the errors that answers carry. */
  readonly onError: (error: FrontierError) => void;
  /** Hears of the methods that the peer registers. */
  readonly onRegister: (method: string) => void;

  readonly #offline: (operation: Operation) => void;
  /** What is counted. */
  readonly counters: Counters;
  /** Connections that are not forgotten: one in use, others whose last answers are waited for. */
  readonly #connections = new Set<Connection>();
  /** Streams that an application has, and that are not over. */
  readonly #open = new Set<Stream>();
  readonly #sharesPool: boolean;
  #current: Connection | undefined = undefined;

  /**
   * Makes an endpoint without a connection.
   *
   * @param options What it is made of.
   * @throws {RangeError} If a limit or time makes no sense.
   */
  constructor(options: EndpointCoreOptions = {}) {
    const limits = this.limits = resolveLimits(options.limits, ENDPOINT_LIMITS);
    this.timeoutMs = checkTimeout(options.timeoutMs ?? 30_000);
    this.tracer = options.tracer;
    this.onError = options.onError ?? (() => {});
    this.onRegister = options.onRegister ?? (() => {});
    this.#offline = options.offline ?? failOffline;
    const { shared } = options;
    this.pool = shared?.pool ?? new HandlerPool({
      bounds: limits,
      hooks: new Set(options.hooks),
      onBusy: options.onBusy ?? (() => {}),
    });
    this.#sharesPool = shared !== undefined;
    this.counters = shared?.counters ?? new Counters();
    this.streams = shared?.streams ?? new Inbox(streamBounds(limits));
    this.channel = new Channel({
      limits,
      pool: this.pool,
      tailed: options.tailed ?? false,
      counters: this.counters,
      tracer: this.tracer,
      timeoutMs: this.timeoutMs,
      submit: (operation) => this.submit(operation),
      announced: (method) => this.announced(method),
      onError: this.onError,
      ...(shared && {
        methods: shared.methods,
        inbox: shared.messages,
        heard: shared.heard,
      }),
    });
    for (const [method, handler] of Object.entries(options.methods ?? {})) {
      this.channel.methods.set(method, handler);
    }
  }

  /** Whether operations are sent at once. */
  get ready(): boolean {
    return this.#current !== undefined;
  }

  /**
   * Tells whether the peer has confirmed a method.
   *
   * @param method Its name; upper and lower case differ.
   * @returns Whether it has, on the connection in use.
   */
  announced(method: string): boolean {
    return this.#current?.registrations.knows(method) ?? false;
  }

  /**
   * Registers all methods on a connection and waits until the peer knows them.
   *
   * @param connection One that is open and not in use yet.
   * @param timeoutMs Milliseconds it may take.
   */
  async announce(connection: Connection, timeoutMs: number): Promise<void> {
    const { link, registrations } = connection;
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
   * Sends operations on a connection from now on. The one before keeps what is
   * under way on it until it is forgotten.
   *
   * @param connection An open one.
   */
  use(connection: Connection): void {
    if (!connection.link.usable) return;
    this.#current = connection;
    this.#connections.add(connection);
  }

  /**
   * A connection is over. What it brought and nobody has read is dropped: it
   * cannot be acknowledged any more, and its sender knows.
   *
   * @param connection One that has closed, or that nobody needs any more.
   */
  forget(connection: Connection): void {
    this.onLeaving(connection);
    this.#connections.delete(connection);
    const { link } = connection;
    this.channel.forget(link);
    this.streams.drop((stream) => coreOf(stream).session.link === link);
  }

  /** A connection is about to end: keeps operations back. */
  onLeaving(connection: Connection): void {
    if (connection === this.#current) this.pause();
  }

  /** Keeps operations back until there is another connection. */
  pause(): void {
    this.#current = undefined;
  }

  /**
   * Sends an operation, or hands it to whoever keeps those that come too early.
   *
   * @param operation What is sent; it has its time limit already.
   */
  submit(operation: Operation): void {
    const current = this.#current;
    if (current === undefined) {
      this.#offline(operation);
      return;
    }
    const { link } = current;
    if (link.outbox.unwritten > this.limits.outboxBytes) {
      operation.fail(tooMuchQueued(operation));
      return;
    }
    const session = link.defaultSession;
    if (operation instanceof Register) {
      current.registrations.submit(operation, link, session);
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
    const stream = makeStream(core);
    const { peer, trace } = core.session;
    const span = this.tracer?.stream("server", peer, trace);
    core.span = span;
    const onTaken = () => {
      span?.end();
      core.want();
      this.#hold(stream);
    };
    if (!this.streams.push(stream, 0, onTaken)) {
      endUntaken(span, TOO_MANY_SESSIONS);
      return false;
    }
    const over = () => {
      endUntaken(span, FORCE_CLOSED);
      // What came complete can still be read, as long as nobody needs its place.
      if (core.spent) this.streams.remove(stream);
    };
    void core.closed.then(over, over);
    return true;
  }

  /** Operations of ours that wait for their answer, and messages that wait for one of ours. */
  get underWay(): number {
    let count = this.channel.messagesInWork;
    for (const { link } of this.#connections) {
      count += link.unansweredCount;
      for (const { user } of link.sessions()) {
        if (user instanceof StreamCore) count += user.channel.messagesInWork;
      }
    }
    return count;
  }

  /**
   * Lists the streams that were opened here, or accepted, and are not over.
   *
   * @returns Them, the oldest first.
   */
  listStreams(): Stream[] {
    return [...this.#open];
  }

  /**
   * Measures how long the peer takes to answer a heartbeat. Only the side that
   * dialled may ask.
   *
   * @param options Time limit and signal.
   * @returns Milliseconds.
   */
  rtt(options: OperationOptions = {}): Promise<number> {
    return traced(
      new Promise((resolve, reject) => {
        checkOperation(options, OPERATION_KEYS);
        const timeoutMs = checkTimeout(options.timeoutMs ?? this.timeoutMs);
        const waiter = { resolve, reject };
        const ping = new Ping(timeoutMs, options.signal, waiter);
        const link = this.#current?.link;
        // The wait for a connection is no part of the way.
        if (link === undefined) failOffline(ping);
        else if (ping.watch()) ping.send(link, link.defaultSession);
      }),
    );
  }

  /**
   * Receives nothing more.
   *
   * @param reason Makes the error of one who waits, from what cannot be done any more.
   */
  close(reason: (what: string) => FrontierError = closed): void {
    this.pause();
    for (const connection of [...this.#connections]) this.forget(connection);
    this.channel.inbox.close(() => reason("receive"));
    this.streams.close(() => reason("accept a stream"));
    if (!this.#sharesPool) this.pool.close();
  }

  /** Receives nothing more. */
  [Symbol.dispose](): void {
    this.close();
  }

  #hold(stream: Stream): Stream {
    if (stream.over) return stream;
    this.#open.add(stream);
    const over = () => void this.#open.delete(stream);
    stream.closed.then(over, over);
    return stream;
  }

  async #openStream(
    peer: string,
    options: OpenStreamOptions,
    label: string | undefined,
  ): Promise<Stream> {
    checkName(peer, "service");
    checkOperation(options, OPEN_STREAM_KEYS);
    const meta = options.meta === undefined
      ? undefined
      : payloadBytes(options.meta);
    const timeoutMs = checkTimeout(options.timeoutMs ?? this.timeoutMs);
    const core = await new Promise<StreamCore>((resolve, reject) => {
      let waiter: Waiter<StreamCore> = { resolve, reject };
      let trace: string | undefined;
      if (this.tracer !== undefined) {
        const watched = waiter = new SpanWaiter(waiter);
        watched.span = this.tracer.stream("client", peer);
        trace = watched.span.traceparent;
      }
      const target = { peer, label: label ?? quoted(peer), meta, trace };
      const open = new StreamOpening(target, timeoutMs, options.signal, waiter);
      if (open.watch()) this.submit(open);
    });
    return this.#hold(makeStream(core));
  }
}

/**
 * How many streams wait to be accepted.
 *
 * @param limits Bounds of the endpoint.
 * @returns The same for their inbox.
 */
export function streamBounds(limits: EndpointLimits): InboxBounds<Stream> {
  return {
    items: limits.unacceptedStreams,
    bytes: Infinity,
    stale: (stream) => stream.over,
  };
}

/** A stream was not taken; nothing happens to a span that has ended. */
function endUntaken(span: Span | undefined, reason: string): void {
  span?.fail(FrontierError.fromWire(reason).code, reason);
  span?.end();
}

function failOffline(operation: Operation): void {
  operation.fail(
    new FrontierError(
      "not-connected",
      `Cannot ${operation.what}: there is no connection`,
    ),
  );
}

function closed(what: string): FrontierError {
  return new FrontierError("eof", `Cannot ${what}: the endpoint is closed`);
}
