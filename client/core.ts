/**
 * What services and edges have in common: one connection at a time, its loss
 * and its return, and what waits for it.
 *
 * @module
 */

import {
  FrontierError,
  LINK_SETTINGS,
  type LinkSettings,
  MAX_PAYLOAD,
} from "@frontier/proto";
import {
  Backoff,
  connectTcp,
  systemTimers,
  type Transport,
} from "@frontier/platform";
import { aborted, dial, sleep } from "./abortable.ts";
import { Channel, checkId, checkTimeout } from "./channel.ts";
import { Connection, type ConnectionOwner } from "./connection.ts";
import { Inbox } from "./inbox.ts";
import { type ClientLimits, resolveLimits } from "./limits.ts";
import { OpenStream } from "./open_stream.ts";
import type { Operation } from "./operation.ts";
import type { ConnectOptions, OpenStreamOptions } from "./options.ts";
import { payloadBytes } from "./payload.ts";
import { Register } from "./register.ts";
import { StatusFeed } from "./status.ts";
import { Stream } from "./stream.ts";
import { type StreamCore, tooMuchQueued } from "./stream_core.ts";
import { WaitingQueue } from "./waiting_queue.ts";
import { Workload } from "./workload.ts";

/** A connection that lasted so long was a good one: its loss is retried soon. */
const STABLE_MS = 5_000;

/** What kind of end it is. */
export interface Kind {
  /** What to call it in messages. */
  readonly name: "service" | "edge";
  /** Where gateways listen for it. */
  readonly port: number;
  /** What it says about itself when it connects. */
  readonly meta: Uint8Array | undefined;
  /** Whether custom bytes that arrive end in the id of an edge. */
  readonly tailed: boolean;
}

/**
 * The life of an end: it connects, registers its methods, and only then sends
 * what has waited. After a loss it pauses and connects again, until it is
 * closed or told not to.
 */
export class Core implements ConnectionOwner {
  /** Bounds. */
  readonly limits: ClientLimits;
  /** Handlers that run. */
  readonly workload: Workload;
  /** Calls and messages outside of streams. */
  readonly channel: Channel;
  /** Streams that nobody has accepted. */
  readonly streams: Inbox<Stream>;
  /** What happens to the connection. */
  readonly status: StatusFeed = new StatusFeed();
  /** Milliseconds an operation may take unless it says otherwise. */
  readonly timeoutMs: number;

  readonly #kind: Kind;
  readonly #options: ConnectOptions;
  readonly #settings: LinkSettings;
  readonly #backoff: Backoff;
  readonly #queue: WaitingQueue;
  readonly #stop = new AbortController();
  readonly #announced = new Set<string>();
  #current: Connection | undefined = undefined;
  #ready = false;
  #connections = 0;
  #id = 0n;
  #closeTimeoutMs = 2_000;
  #running: Promise<void> | undefined = undefined;
  #first = Promise.withResolvers<void>();

  /**
   * Prepares an end; {@linkcode Core.start} connects it.
   *
   * @param kind What kind of end it is.
   * @param options How it connects.
   */
  constructor(kind: Kind, options: ConnectOptions) {
    this.#kind = kind;
    this.#options = options;
    const limits = this.limits = resolveLimits(options.limits);
    this.timeoutMs = checkTimeout(options.timeoutMs ?? 30_000);
    checkId(options.wantedId ?? 0n);
    this.#settings = {
      ...LINK_SETTINGS,
      sessionWindow: limits.streamWindow,
      connectionWindow: limits.connectionWindow,
      closeGraceMs: 1_500,
      handshakeTimeoutMs: checkTimeout(options.connectTimeoutMs ?? 10_000),
      ...(options.features !== undefined && { features: options.features }),
      ...(options.heartbeatSeconds !== undefined &&
        { heartbeatSeconds: options.heartbeatSeconds }),
    };
    this.#backoff = new Backoff(options.reconnect || {});
    this.#queue = new WaitingQueue(limits, systemTimers);
    this.workload = new Workload(limits);
    this.streams = new Inbox(limits.pendingStreams, Infinity);
    this.channel = new Channel({
      limits,
      workload: this.workload,
      tailed: kind.tailed,
      timeoutMs: this.timeoutMs,
      submit: (operation) => this.submit(operation),
      announced: (method) => this.#ready && this.#announced.has(method),
    });
    for (const [method, handler] of Object.entries(options.methods ?? {})) {
      this.channel.methods.set(method, handler);
    }
  }

  /** The id the gateway gave us last; 0 before the first connection. */
  get id(): bigint {
    return this.#id;
  }

  /**
   * Connects.
   *
   * @throws {FrontierError} If it fails.
   */
  async start(): Promise<void> {
    const { signal } = this.#options;
    if (signal?.aborted) {
      this.#finish(canceled(this.#kind, signal));
      await this.#first.promise;
    }
    const onAbort = () => void this.close(2_000);
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#running = this.#run().finally(() => {
      signal?.removeEventListener("abort", onAbort);
    });
    await this.#first.promise;
  }

  /** Sends an operation, or keeps it until there is a connection, or ends it. */
  submit(operation: Operation): void {
    if (this.#ready) {
      const { link } = this.#current!;
      if (link.outbox.pending > this.limits.outboxBytes) {
        operation.fail(tooMuchQueued(operation));
      } else {
        if (operation instanceof Register) {
          this.#announced.add(operation.method);
        }
        operation.send(link, link.defaultSession);
      }
    } else if (this.#stop.signal.aborted) {
      operation.fail(this.#closedError(operation.what));
    } else if (this.#options.failFast) {
      operation.fail(
        new FrontierError(
          "not-connected",
          `Cannot ${operation.what}: not connected to the gateway`,
        ),
      );
    } else this.#queue.add(operation, MAX_PAYLOAD);
  }

  /** Opens a stream. */
  async openStream(
    peer: string,
    options: OpenStreamOptions = {},
  ): Promise<Stream> {
    const meta = options.meta === undefined
      ? undefined
      : payloadBytes(options.meta);
    const timeoutMs = checkTimeout(options.timeoutMs ?? this.timeoutMs);
    const core = await new Promise<StreamCore>((resolve, reject) => {
      const waiter = { resolve, reject };
      const target = { peer, meta };
      const open = new OpenStream(target, timeoutMs, options.signal, waiter);
      if (open.watch()) this.submit(open);
    });
    return new Stream(core);
  }

  /** @inheritdoc */
  onStream(stream: StreamCore): boolean {
    return this.streams.push(new Stream(stream), 0);
  }

  /** @inheritdoc */
  onLeaving(connection: Connection): void {
    if (connection === this.#current) this.#ready = false;
  }

  /** Waits until nothing is under way, for at most so long, then closes. */
  async drain(timeoutMs: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([late, this.#idle()]);
    clearTimeout(timer);
    await this.close(2_000);
  }

  /** Closes for good. */
  async close(timeoutMs: number): Promise<void> {
    if (!this.#stop.signal.aborted) {
      this.#closeTimeoutMs = timeoutMs;
      this.#ready = false;
      this.#stop.abort();
      this.#rejectWaiting();
    }
    await this.#running;
  }

  async #idle(): Promise<void> {
    while (this.#ready && this.#current!.link.pendingCount > 0) {
      await sleep(10, this.#stop.signal);
    }
    await this.workload.idle();
  }

  async #run(): Promise<void> {
    const stop = this.#stop.signal;
    let attempt = 0;
    while (!stop.aborted) {
      const reason = await this.#connection(++attempt);
      if (stop.aborted) break;
      const { reconnect, waitForFirstConnect } = this.#options;
      const first = this.#connections === 0 && !waitForFirstConnect;
      if (reconnect === false || first) {
        this.#finish(reason);
        return;
      }
      if (this.#current !== undefined) {
        attempt = 0;
        const { openedAt, timers } = this.#current.link;
        if (timers.now() - openedAt >= STABLE_MS) this.#backoff.reset();
        this.#current = undefined;
      }
      const retryInMs = this.#backoff.next();
      this.status.set({ state: "disconnected", reason, retryInMs });
      await sleep(retryInMs, stop);
    }
    const { signal } = this.#options;
    this.#finish(
      signal?.aborted
        ? canceled(this.#kind, signal)
        : this.#closedError(`use this ${this.#kind.name}`),
    );
  }

  /** One connection, from the dial to its end; returns why it ended. */
  async #connection(attempt: number): Promise<FrontierError> {
    this.status.set({ state: "connecting", attempt });
    const stop = this.#stop.signal;
    const abort = new AbortController();
    const onStop = () => abort.abort(stop.reason);
    stop.addEventListener("abort", onStop, { once: true });
    const limitMs = this.#settings.handshakeTimeoutMs;
    const timer = setTimeout(() =>
      abort.abort(
        new FrontierError(
          "timeout",
          `Cannot connect: not done within ${limitMs} ms`,
        ),
      ), limitMs);
    let connection: Connection | undefined;
    try {
      const transport = await dial(
        (signal) => this.#dial(signal),
        abort.signal,
      );
      connection = this.#open(transport);
      await Promise.race([connection.opened, aborted(abort.signal)]);
      await Promise.race([
        this.#announce(connection),
        connection.closed.then((reason) => Promise.reject(reason)),
        aborted(abort.signal),
      ]);
    } catch (error) {
      await connection?.close(0);
      return FrontierError.from(error, "not-connected");
    } finally {
      clearTimeout(timer);
      stop.removeEventListener("abort", onStop);
    }
    return await this.#use(connection);
  }

  #open(transport: Transport): Connection {
    return new Connection(transport, this.#settings, this, {
      meta: this.#kind.meta,
      wantedId: this.#options.wantedId ?? 0n,
    });
  }

  /** Registers all methods and waits until the gateway knows them. */
  async #announce(connection: Connection): Promise<void> {
    this.#announced.clear();
    const { link } = connection;
    const known: Promise<void>[] = [];
    for (const method of this.channel.methods.names()) {
      this.#announced.add(method);
      known.push(
        new Promise((resolve, reject) => {
          const waiter = { resolve, reject };
          const { handshakeTimeoutMs } = this.#settings;
          new Register(method, handshakeTimeoutMs, undefined, waiter)
            .send(link, link.defaultSession);
        }),
      );
    }
    await Promise.all(known);
  }

  async #use(connection: Connection): Promise<FrontierError> {
    const { link } = connection;
    this.#current = connection;
    if (link.usable && !this.#stop.signal.aborted) {
      this.#ready = true;
      this.#id = link.clientId;
      const reconnects = this.#connections++;
      this.status.set({ state: "connected", id: this.#id, reconnects });
      this.#first.resolve();
      for (const operation of this.#queue.takeAll()) {
        if (
          operation instanceof Register &&
          this.#announced.has(operation.method)
        ) operation.succeed();
        else this.submit(operation);
      }
    }
    const stop = this.#stop.signal;
    let onStop = () => {};
    const stopped = new Promise<void>((resolve) => onStop = resolve);
    stop.addEventListener("abort", onStop, { once: true });
    if (stop.aborted) onStop();
    await Promise.race([stopped, connection.closed]);
    stop.removeEventListener("abort", onStop);
    this.#ready = false;
    await connection.close(stop.aborted ? this.#closeTimeoutMs : 2_000);
    this.#dropUnread();
    return await connection.closed;
  }

  #dial(signal: AbortSignal): Transport | Promise<Transport> {
    const { dial, hostname, port = this.#kind.port } = this.#options;
    if (dial !== undefined) return dial(signal);
    return connectTcp({
      port,
      signal,
      ...(hostname !== undefined && { hostname }),
    });
  }

  /** What a lost connection brought cannot be acknowledged any more: its sender knows. */
  #dropUnread(): void {
    this.channel.inbox.clear();
    this.streams.clear();
  }

  #finish(reason: FrontierError): void {
    this.#ready = false;
    if (!this.#stop.signal.aborted) this.#stop.abort();
    this.#rejectWaiting();
    this.#dropUnread();
    const error = this.#closedError("receive");
    this.channel.inbox.close(error);
    this.streams.close(error);
    this.status.set({ state: "closed", reason });
    this.#first.reject(reason);
    // Nobody waits for it after the first connection.
    this.#first.promise.catch(() => {});
  }

  #rejectWaiting(): void {
    for (const operation of this.#queue.takeAll()) {
      operation.fail(this.#closedError(operation.what));
    }
  }

  #closedError(what: string): FrontierError {
    return new FrontierError(
      "eof",
      `Cannot ${what}: the ${this.#kind.name} is closed`,
    );
  }
}

function canceled(kind: Kind, signal: AbortSignal): FrontierError {
  return new FrontierError(
    "canceled",
    `Cannot use this ${kind.name}: its signal was aborted`,
    { cause: signal.reason },
  );
}
