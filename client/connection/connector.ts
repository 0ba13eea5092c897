/**
 * What services and edges have in common: one connection at a time, its loss
 * and its return, and what waits for it.
 *
 * @module
 */

import {
  checkId,
  type Connection,
  EndpointCore,
  type Load,
  type Operation,
  traced,
} from "@frontier/endpoint/internal";
import {
  type FarewellReason,
  FrontierError,
  type LinkSettings,
  MAX_PAYLOAD,
} from "@frontier/proto";
import {
  after,
  Backoff,
  guardedLogger,
  type Logger,
  NULL_LOGGER,
  systemTimers,
} from "@frontier/platform";
import { sleep } from "./abortable.ts";
import { connect, linkSettings } from "./attempt.ts";
import { resolveLimits } from "../limits.ts";
import type { ConnectOptions } from "../options.ts";
import { StatusFeed } from "./status.ts";
import { WaitingQueue } from "./waiting_queue.ts";
import { isAtWrongPort } from "./wrong_port.ts";

/** A connection that lasted so long was a good one: its loss is retried soon. */
const STABLE_MS = 5_000;
/** Longest pause when the gateway asks to connect again, in milliseconds: many may be asked at a time. */
const SOON_MS = 200;

/** What kind of endpoint it is. */
export interface Kind {
  /** What to call it in messages. */
  readonly name: "service" | "edge";
  /** Where gateways listen for it. */
  readonly port: number;
  /** What it says about itself when it connects. */
  readonly meta: Uint8Array | undefined;
  /** Whether custom bytes that arrive end in the id of an edge. */
  readonly tailed: boolean;
  /** Methods by which the gateway asks: others depend on their answers. */
  readonly hooks: readonly string[];
}

/**
 * The life of an endpoint: it connects, registers its methods, and only then sends
 * what has waited. After a loss it pauses and connects again, until it is
 * closed or told not to.
 */
export class Connector {
  /** Calls, messages, methods and streams. */
  readonly core: EndpointCore;
  /** What happens to the connection. */
  readonly status: StatusFeed = new StatusFeed();

  readonly #kind: Kind;
  readonly #options: ConnectOptions;
  readonly #log: Logger;
  readonly #settings: LinkSettings;
  readonly #backoff: Backoff;
  readonly #queue: WaitingQueue;
  readonly #stop = new AbortController();
  #current: Connection | undefined = undefined;
  #connections = 0;
  #warned = false;
  #id = 0n;
  #closeTimeoutMs = 2_000;
  #running: Promise<void> | undefined = undefined;
  #first = Promise.withResolvers<void>();

  /**
   * Prepares an endpoint; {@linkcode Connector.start} connects it.
   *
   * @param kind What kind of endpoint it is.
   * @param options How it connects.
   */
  constructor(kind: Kind, options: ConnectOptions) {
    this.#kind = kind;
    this.#options = options;
    this.#log = guardedLogger(options.logger ?? NULL_LOGGER);
    const limits = resolveLimits(options.limits);
    checkId(options.wantedId ?? 0n);
    this.#settings = linkSettings(options, limits);
    this.#backoff = new Backoff(options.reconnect || {});
    this.#queue = new WaitingQueue(limits, systemTimers);
    const { timeoutMs, methods } = options;
    this.core = new EndpointCore({
      limits,
      tailed: kind.tailed,
      hooks: kind.hooks,
      onBusy: (busy, load) => this.#onBusy(busy, load),
      onError: (error) => this.#onError(error),
      offline: (operation) => this.#keep(operation),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(methods !== undefined && { methods }),
    });
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
      await traced(this.#first.promise);
    }
    const onAbort = () => void this.close(2_000);
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#running = this.#run().finally(() => {
      signal?.removeEventListener("abort", onAbort);
    });
    await traced(this.#first.promise);
  }

  /** Waits until nothing is under way, for at most so long, then closes. */
  async drain(timeoutMs: number): Promise<void> {
    let giveUp = () => {};
    const late = new Promise<void>((resolve) => {
      giveUp = after(timeoutMs, resolve);
    });
    await Promise.race([late, this.#idle()]);
    giveUp();
    await this.close(2_000);
  }

  /** Closes for good. */
  async close(timeoutMs: number): Promise<void> {
    if (!this.#stop.signal.aborted) {
      this.#closeTimeoutMs = timeoutMs;
      this.core.pause();
      this.#stop.abort();
      this.#rejectWaiting();
    }
    await this.#running;
  }

  #onBusy(busy: boolean, load: Load): void {
    const { current } = this.status;
    if (current.state === "connected") this.status.set({ ...current, busy });
    if (busy) {
      this.#log.warn("Requests wait: the places for handlers are used up", {
        ...load,
      });
    } else this.#log.info("No request waits for a place any more", { ...load });
  }

  #onError(error: FrontierError): void {
    const { name, port } = this.#kind;
    if (this.#warned || !isAtWrongPort(name, error)) return;
    this.#warned = true;
    const other = name === "service" ? "edges" : "services";
    this.#log.warn(
      `This ${name} seems to have dialled the port for ${other}`,
      { answer: error.message, usualPort: port },
    );
  }

  /** An operation that begins while there is no connection. */
  #keep(operation: Operation): void {
    if (this.#stop.signal.aborted) {
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

  async #idle(): Promise<void> {
    const { core } = this;
    // A handler that asks for it counts as running once it has returned its promise.
    await Promise.resolve();
    do {
      while (core.underWay > 0) await sleep(10, this.#stop.signal);
      await core.pool.idle();
      // A handler may have begun something.
    } while (core.underWay > 0);
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
      const farewell = this.#current?.farewell;
      if (this.#current !== undefined) {
        attempt = 0;
        const { openedAt, timers } = this.#current.link;
        if (timers.now() - openedAt >= STABLE_MS) this.#backoff.reset();
        this.#current = undefined;
      }
      const retryInMs = this.#pauseMs(farewell);
      this.status.set({
        state: "disconnected",
        reason,
        retryInMs,
        ...(farewell !== undefined && { farewell }),
      });
      await sleep(retryInMs, stop);
    }
    const { signal } = this.#options;
    this.#finish(
      signal?.aborted
        ? canceled(this.#kind, signal)
        : this.#closedError(`use this ${this.#kind.name}`),
    );
  }

  /** How long to wait before the next attempt. */
  #pauseMs(farewell: FarewellReason | undefined): number {
    switch (farewell) {
      // Two endpoints that take one id from each other must not do so all day.
      case "replaced":
        return this.#backoff.longest;
      case "reconnect":
        return SOON_MS * (0.5 + Math.random() / 2);
      default:
        return this.#backoff.next();
    }
  }

  /** One connection, from the dial to its end; returns why it ended. */
  async #connection(attempt: number): Promise<FrontierError> {
    this.status.set({ state: "connecting", attempt });
    let connection: Connection;
    try {
      connection = await connect({
        core: this.core,
        options: this.#options,
        settings: this.#settings,
        meta: this.#kind.meta,
        port: this.#kind.port,
      }, this.#stop.signal);
    } catch (error) {
      this.#onError(error as FrontierError);
      return error as FrontierError;
    }
    return await this.#use(connection);
  }

  async #use(connection: Connection): Promise<FrontierError> {
    const { core } = this;
    const { link } = connection;
    this.#current = connection;
    if (link.usable && !this.#stop.signal.aborted) {
      core.use(connection);
      this.#id = link.clientId;
      const reconnects = this.#connections++;
      const { busy } = core.pool;
      this.status.set({ state: "connected", id: this.#id, reconnects, busy });
      this.#first.resolve();
      for (const operation of this.#queue.takeAll()) core.submit(operation);
    }
    const stop = this.#stop.signal;
    let onStop = () => {};
    const stopped = new Promise<void>((resolve) => onStop = resolve);
    stop.addEventListener("abort", onStop, { once: true });
    if (stop.aborted) onStop();
    await Promise.race([stopped, connection.closed]);
    stop.removeEventListener("abort", onStop);
    core.pause();
    await connection.close(stop.aborted ? this.#closeTimeoutMs : 2_000);
    core.dropUnread();
    return await connection.closed;
  }

  #finish(reason: FrontierError): void {
    if (!this.#stop.signal.aborted) this.#stop.abort();
    this.#rejectWaiting();
    this.core.close(() => this.#closedError("receive"));
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
