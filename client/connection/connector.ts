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
  type SharedParts,
  traced,
} from "@frontier/endpoint/internal";
import {
  CLOSED,
  type CloseReason,
  type FarewellReason,
  FrontierError,
  type LinkSettings,
  MAX_PAYLOAD,
} from "@frontier/proto/internal";
import { after, deferred, systemTimers } from "@frontier/platform/internal";
import type { Tracer } from "@frontier/platform/trace";
import { sleep, whenAborted } from "./abortable.ts";
import { Addresses, formatGateway } from "./addresses.ts";
import { connect, linkSettings } from "./attempt.ts";
import { resolveLimits } from "../limits.ts";
import { checkOptions, type ConnectOptions } from "../options.ts";
import type { Stats } from "../stats.ts";
import { ABORTED, allFailed, canceled, reasonOf } from "./failures.ts";
import { Notices } from "./notices.ts";
import { Pauses, soonMs } from "./pauses.ts";
import { StatusFeed } from "./status.ts";
import { WaitingQueue } from "./waiting_queue.ts";

/** Longest pause between attempts to find another gateway while the one in use goes away, in milliseconds. */
const SEARCH_MS = 500;

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
  readonly status: StatusFeed;
  /** Resolved when it is over for good, with the reason. */
  readonly closed: Promise<CloseReason>;
  /** The id that the next attempt asks for. */
  wantedId: bigint;

  readonly #kind: Kind;
  readonly #options: ConnectOptions;
  readonly #notices: Notices;
  readonly #settings: LinkSettings;
  readonly #pauses: Pauses;
  readonly #addresses: Addresses;
  readonly #queue: WaitingQueue;
  readonly #stop = new AbortController();
  #current: Connection | undefined = undefined;
  #connections = 0;
  #id = 0n;
  #closeTimeoutMs = 2_000;
  /** Connections that are not in use any more, and not over. */
  readonly #left = new Set<Promise<void>>();
  #running: Promise<void> | undefined = undefined;
  #first = deferred<void>();
  readonly #closed = deferred<CloseReason>();

  /**
   * Prepares an endpoint; {@linkcode Connector.start} connects it.
   *
   * @param kind What kind of endpoint it is.
   * @param options How it connects.
   * @param tracer Begins spans; `undefined` when nobody collects them.
   * @param shared What it has in common with other endpoints.
   * @throws {TypeError} If an option or the use of two together makes no sense.
   * @throws {RangeError} If a value makes no sense.
   */
  constructor(
    kind: Kind,
    options: ConnectOptions,
    tracer?: Tracer,
    shared?: SharedParts,
  ) {
    checkOptions(kind.name, options);
    this.#kind = kind;
    this.#options = options;
    this.#notices = new Notices(kind, options.logger);
    const limits = resolveLimits(options.limits);
    this.wantedId = checkId(options.wantedId ?? 0n);
    this.#settings = linkSettings(
      kind.name,
      options,
      limits,
      tracer !== undefined,
    );
    this.#pauses = new Pauses(options.reconnect || {});
    this.#addresses = new Addresses(options, kind.port);
    this.#queue = new WaitingQueue(limits, systemTimers);
    this.closed = this.#closed.promise;
    const address = this.#addresses.text;
    this.status = new StatusFeed({ state: "connecting", attempt: 1, address });
    const { timeoutMs, methods } = options;
    this.core = new EndpointCore({
      limits,
      tailed: kind.tailed,
      hooks: kind.hooks,
      tracer,
      shared,
      onBusy: (busy, load) => this.#onBusy(busy, load),
      onError: (error) => this.#notices.onError(error, this.#addresses.text),
      offline: (operation) => this.#keep(operation),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(methods !== undefined && { methods }),
    });
  }

  /** The id the gateway gave us last; 0 before the first connection. */
  get id(): bigint {
    return this.#id;
  }

  /** The connection in use; `undefined` while there is none. */
  get connection(): Connection | undefined {
    return this.status.current.state === "connected"
      ? this.#current
      : undefined;
  }

  /** Numbers of now. */
  get stats(): Stats {
    const { core } = this;
    return {
      ...core.counters,
      reconnects: Math.max(0, this.#connections - 1),
      streams: core.listStreams().length,
      underWay: core.underWay,
      waiting: this.#queue.size,
      handlers: core.pool.load,
    };
  }

  /**
   * Connects.
   *
   * @throws {FrontierError} If it fails.
   */
  async start(): Promise<void> {
    const { signal } = this.#options;
    if (signal?.aborted) {
      this.#finish(canceled(this.#kind.name, signal), ABORTED);
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

  /**
   * Closes for good when what is in flight has finished, or the time is over.
   * Nothing new may be begun here.
   *
   * @param timeoutMs Milliseconds it may take.
   */
  async leave(timeoutMs: number): Promise<void> {
    const current = this.#current;
    if (current !== undefined) {
      const endsAt = performance.now() + timeoutMs;
      while (this.#inFlight(current) && performance.now() < endsAt) {
        await sleep(20, this.#stop.signal);
      }
    }
    await this.close(2_000);
  }

  #inFlight({ link }: Connection): boolean {
    if (link.state !== "open" || this.#stop.signal.aborted) return false;
    return this.core.underWay > 0 || this.core.listStreams().length > 0 ||
      this.core.pool.runs((session) => session.link === link);
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
    this.#notices.onBusy(busy, load);
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
    const busy = () => core.underWay > 0 && !this.#stop.signal.aborted;
    // A handler that asks for it counts as running once it has returned its promise.
    await Promise.resolve();
    do {
      while (busy()) await sleep(10, this.#stop.signal);
      await core.pool.idle();
      // A handler may have begun something.
    } while (busy());
  }

  async #run(): Promise<void> {
    const stop = this.#stop.signal;
    /** Why each address has failed, since the last connection or pause. */
    let failures: FrontierError[] = [];
    /** What has taken the place of a connection that is about to end. */
    let next: Connection | undefined;
    for (let attempt = 1; !stop.aborted || next !== undefined; attempt++) {
      let retryInMs = 0;
      let reason: FrontierError;
      let farewell: FarewellReason | undefined;
      const connection = next ?? await this.#attempt(attempt);
      if (connection instanceof FrontierError) {
        if (stop.aborted) break;
        failures.push(reason = connection);
        if (this.#addresses.failed()) {
          reason = allFailed(failures);
          failures = [];
          if (this.#mayNotRetry) return this.#finish(reason, reasonOf(reason));
          retryInMs = this.#pauses.afterFailures();
        }
      } else {
        attempt = 0;
        failures = [];
        next = await this.#use(connection);
        if (next !== undefined) continue;
        reason = await connection.closed;
        if (stop.aborted) break;
        if (this.#mayNotRetry) {
          return this.#finish(reason, connection.closeReason!);
        }
        ({ farewell } = connection);
        if (farewell !== "reconnect") this.#addresses.moveOn();
        retryInMs = this.#pauses.afterConnection(connection);
      }
      this.status.set({
        state: "disconnected",
        reason,
        retryInMs,
        ...(farewell !== undefined && { farewell }),
      });
      await sleep(retryInMs, stop);
    }
    await Promise.all(this.#left);
    const { signal } = this.#options;
    const { name } = this.#kind;
    if (signal?.aborted) this.#finish(canceled(name, signal), ABORTED);
    else this.#finish(this.#closedError(`use this ${name}`), CLOSED);
  }

  /** Whether a failure is the end: of the first connect, or of any where nobody wants to come back. */
  get #mayNotRetry(): boolean {
    const { reconnect, waitForFirstConnect } = this.#options;
    return reconnect === false ||
      (this.#connections === 0 && !waitForFirstConnect);
  }

  /** One attempt; returns the connection, or why there is none. */
  async #attempt(attempt: number): Promise<Connection | FrontierError> {
    const failure = await this.#learn();
    if (failure !== undefined) return failure;
    const address = this.#addresses.text;
    this.status.set({ state: "connecting", attempt, address });
    return await this.#connect();
  }

  async #connect(): Promise<Connection | FrontierError> {
    try {
      return await connect({
        core: this.core,
        options: this.#options,
        settings: this.#settings,
        meta: this.#kind.meta,
        address: this.#addresses.current,
        wantedId: this.wantedId,
      }, this.#stop.signal);
    } catch (error) {
      this.#notices.onError(error as FrontierError, this.#addresses.text);
      return error as FrontierError;
    }
  }

  /** Finds out where gateways are, within the time of one attempt; returns why it could not. */
  async #learn(): Promise<FrontierError | undefined> {
    if (typeof this.#options.addresses !== "function") return undefined;
    const late = new AbortController();
    const giveUp = after(
      this.#settings.handshakeTimeoutMs,
      () => late.abort(new Error("no answer in time")),
    );
    try {
      const signals = [late.signal, this.#stop.signal];
      await this.#addresses.learn(AbortSignal.any(signals));
      return undefined;
    } catch (error) {
      return error as FrontierError;
    } finally {
      giveUp();
    }
  }

  /** Uses a connection until it is over, or another one takes its place, which is returned. */
  async #use(connection: Connection): Promise<Connection | undefined> {
    const { core } = this;
    this.#begin(connection);
    const stop = this.#stop.signal;
    const stopped = whenAborted(stop);
    const { reconnect } = this.#options;
    await Promise.race([
      stopped.promise,
      connection.closed,
      ...(reconnect === false ? [] : [connection.goingAway]),
    ]);
    stopped.forget();
    if (connection.link.state === "open" && !stop.aborted) {
      const next = await this.#replace(connection);
      if (next !== undefined) return next;
    }
    core.pause();
    await connection.close(stop.aborted ? this.#closeTimeoutMs : 2_000);
    core.forget(connection);
    this.#current = undefined;
    return undefined;
  }

  #begin(connection: Connection): void {
    const { core } = this;
    const { link } = connection;
    const before = this.#current;
    this.#current = connection;
    if (link.usable && !this.#stop.signal.aborted) {
      core.use(connection);
      this.#id = link.clientId;
      this.#addresses.succeeded();
      const reconnects = this.#connections++;
      const { busy } = core.pool;
      const address = formatGateway(this.#addresses.current);
      const id = this.#id;
      this.status.set({ state: "connected", id, address, reconnects, busy });
      this.#first.resolve();
      for (const operation of this.#queue.takeAll()) core.submit(operation);
      // What was registered while this one was made.
      void this.#announceAgain(connection);
    }
    if (before === undefined) return;
    const left = this.#leave(before);
    this.#left.add(left);
    void left.then(() => this.#left.delete(left));
  }

  /**
   * Looks for another gateway while the one in use goes away and serves on.
   * Returns nothing when that has ended, and the attempt of then has failed.
   */
  async #replace(old: Connection): Promise<Connection | undefined> {
    const over = new AbortController();
    const end = () => over.abort();
    const stop = this.#stop.signal;
    stop.addEventListener("abort", end, { once: true });
    let attempting = false;
    void old.closed.then((reason) => {
      end();
      const { farewell = "going-away" } = old;
      if (!attempting) return;
      this.status.set({
        state: "disconnected",
        reason,
        retryInMs: 0,
        farewell,
      });
    });
    this.#notices.onGoingAway(formatGateway(this.#addresses.current));
    this.#addresses.moveOn();
    let longestMs: number | undefined;
    try {
      for (;;) {
        // Many are told at a time.
        await sleep(soonMs(longestMs), over.signal);
        if (over.signal.aborted) return undefined;
        attempting = true;
        await this.#learn();
        const next = await this.#connect();
        attempting = false;
        if (!(next instanceof FrontierError)) {
          if (next.link.usable) return next;
          await next.close(0);
        }
        this.#addresses.failed();
        longestMs = SEARCH_MS;
      }
    } finally {
      stop.removeEventListener("abort", end);
    }
  }

  /**
   * Leaves a connection to the gateway that goes away: it is told that nothing
   * new need come here, and closes when what is in flight has finished.
   */
  async #leave(old: Connection): Promise<void> {
    const stopped = whenAborted(this.#stop.signal);
    old.link.sendFarewell("going-away");
    await Promise.race([stopped.promise, old.closed]);
    stopped.forget();
    await old.close(this.#stop.signal.aborted ? this.#closeTimeoutMs : 2_000);
    this.core.forget(old);
  }

  async #announceAgain(connection: Connection): Promise<void> {
    try {
      await this.core.announce(connection, this.#settings.handshakeTimeoutMs);
    } catch {
      // The connection is lost: the next one registers everything.
    }
  }

  #finish(reason: FrontierError, kind: CloseReason): void {
    if (!this.#stop.signal.aborted) this.#stop.abort();
    this.#rejectWaiting();
    this.core.close((what) => this.#closedError(what));
    this.status.set({ state: "closed", reason });
    this.#closed.resolve(kind);
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
