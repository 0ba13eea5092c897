/**
 * What a service of a cluster is made of.
 *
 * @module
 */

import {
  type Message,
  type Received,
  RpcRequest,
  type Stream,
} from "@frontier/endpoint";
import {
  Counters,
  HandlerPool,
  SharedInbox,
  type SharedParts,
  streamBounds,
  traced,
} from "@frontier/endpoint/internal";
import {
  CLOSED,
  type CloseReason,
  FrontierError,
} from "@frontier/proto/internal";
import {
  after,
  deferred,
  guardedLogger,
  NULL_LOGGER,
} from "@frontier/platform/internal";
import type { Tracer } from "@frontier/platform/trace";
import { sleep } from "../connection/abortable.ts";
import { Connector, type Kind } from "../connection/connector.ts";
import { ABORTED, canceled, reasonOf } from "../connection/failures.ts";
import { Notices } from "../connection/notices.ts";
import type { Status } from "../connection/status.ts";
import { decodeEdgeEvent } from "../edge_event.ts";
import { EDGE_OFFLINE, EDGE_ONLINE, HOOKS } from "../hooks.ts";
import { type ClientLimits, resolveLimits } from "../limits.ts";
import type { Stats } from "../stats.ts";
import { ClusterStatus, type GatewayStatus } from "./cluster_status.ts";
import { FirstConnection } from "./first_connection.ts";
import { FrontlasClient, noFrontlas } from "./frontlas_client.ts";
import type { Gateway } from "./gateway.ts";
import { Gateways } from "./gateways.ts";
import { LookUps } from "./look_ups.ts";
import { Methods } from "./methods.ts";
import {
  type ClusterServiceOptions,
  connectOptions,
  frontlasAddresses,
} from "./options.ts";
import type { Listed } from "./frontlas_api.ts";
import { Roster } from "./roster.ts";
import { Router } from "./router.ts";
import { randomServiceId } from "./service_id.ts";

/** Where gateways listen for services. */
const SERVICE_PORT = 30_011;
/** Milliseconds an operation may take unless it or the service says otherwise. */
const TIMEOUT_MS = 30_000;

/** The connections of one service: to Frontlas, and to all gateways. */
export class ClusterConnector {
  /** The id that all gateways are asked for. */
  readonly id: bigint;
  /** What happens to the connections. */
  readonly status: ClusterStatus;
  /** Resolved when it is over for good, with the reason. */
  readonly closed: Promise<CloseReason>;
  /** Sends what is for edges. */
  readonly router: Router;
  /** What answers edges. */
  readonly methods: Methods;
  /** Messages of all gateways that nobody has read. */
  readonly messages: SharedInbox<Message>;
  /** Streams of all gateways that nobody has accepted. */
  readonly streams: SharedInbox<Stream>;

  readonly #options: ClusterServiceOptions;
  readonly #limits: ClientLimits;
  readonly #pool: HandlerPool;
  readonly #frontlas: FrontlasClient;
  readonly #roster: Roster;
  readonly #gateways: Gateways;
  readonly #first: FirstConnection;
  readonly #stop = new AbortController();
  readonly #closed = deferred<CloseReason>();
  #following: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined = undefined;
  readonly #counters = new Counters();

  /**
   * Prepares a service; {@linkcode ClusterConnector.start} connects it.
   *
   * @param options How it connects.
   * @param meta What it says about itself.
   * @param tracer Begins spans; `undefined` when nobody collects them.
   * @throws {Error} If a value makes no sense.
   */
  constructor(
    options: ClusterServiceOptions,
    meta: Uint8Array,
    tracer: Tracer | undefined,
  ) {
    const { reconnect = {}, pollMs = 10_000, timeoutMs = TIMEOUT_MS } = options;
    this.#options = options;
    const limits = this.#limits = resolveLimits(options.limits);
    this.id = options.wantedId || randomServiceId();
    this.closed = this.#closed.promise;
    const kind: Kind = {
      name: "service",
      port: SERVICE_PORT,
      meta,
      tailed: true,
      hooks: HOOKS,
    };
    // What makes no sense is said now, and not at each gateway.
    new Connector(kind, { ...connectOptions(options), wantedId: this.id });
    const log = guardedLogger(options.logger ?? NULL_LOGGER);
    const notices = new Notices(kind, options.logger);
    this.#pool = new HandlerPool({
      bounds: limits,
      hooks: new Set(HOOKS),
      onBusy: (busy, load) => {
        this.status.busy(busy);
        notices.onBusy(busy, load);
      },
    });
    const { messages, messageBytes } = limits;
    this.messages = new SharedInbox({ items: messages, bytes: messageBytes });
    this.streams = new SharedInbox(streamBounds(limits));
    this.#frontlas = new FrontlasClient({
      addresses: frontlasAddresses(options),
      tls: options.frontlasTls,
      token: options.frontlasToken,
    });
    this.status = new ClusterStatus(this.id, this.#frontlas.text);
    this.#first = new FirstConnection(options.waitForFirstConnect ?? false);
    this.#roster = new Roster(this.#frontlas, {
      reconnect,
      pollMs,
      onList: (listed) => this.#onList(listed),
      onFailure: (reason) => {
        const error = noFrontlas(reason);
        log.warn("No Frontlas tells where gateways are", {
          error: reason.message,
        });
        this.status.unknown(error);
        this.#first.onFailure(error);
      },
    });
    this.#gateways = new Gateways({
      kind,
      options: connectOptions(options),
      tracer,
      log,
      serviceId: this.id,
      share: (gateway) => this.#share(gateway),
      onStatus: (gateway, status) => this.#onStatus(gateway, status),
      onGone: (gateway) => this.router.forget(gateway),
    });
    const stop = this.#stop.signal;
    this.methods = new Methods(this.#gateways, { timeoutMs, stop });
    for (const [method, handler] of Object.entries(options.methods ?? {})) {
      this.methods.table.set(method, handler);
    }
    this.router = new Router(this.#gateways, new LookUps(this.#frontlas), {
      routes: options.routes ?? 100_000,
      timeoutMs,
      failFast: options.failFast ?? false,
      limits,
      stop,
    });
  }

  /** The connection to each gateway. */
  get gatewayStatus(): GatewayStatus[] {
    return this.#gateways.all.map(({ id, address, listed, connector }) => ({
      frontierId: id,
      address,
      listed,
      state: connector.status.current.state,
      localAddr: connector.connection?.localAddr,
    }));
  }

  /** Numbers of now. */
  get stats(): Stats {
    const cores = this.#gateways.open.map(({ core }) => core);
    return {
      ...this.#counters,
      reconnects: this.status.reconnects,
      streams: this.listStreams().length,
      underWay: cores.reduce((sum, { underWay }) => sum + underWay, 0),
      waiting: this.router.waiting,
      handlers: this.#pool.load,
    };
  }

  /**
   * Lists streams.
   *
   * @returns Those that are not over.
   */
  listStreams(): Stream[] {
    return this.#gateways.open.flatMap(({ core }) => core.listStreams());
  }

  /**
   * Connects.
   *
   * @throws {FrontierError} If it fails.
   */
  async start(): Promise<void> {
    const { signal } = this.#options;
    const onAbort = () => {
      this.#first.fail(canceled("service", signal!));
      void this.close(2_000);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    void this.closed.then(() => signal?.removeEventListener("abort", onAbort));
    if (signal?.aborted) onAbort();
    else this.#following = this.#roster.run(this.#stop.signal);
    try {
      await traced(this.#first.done);
    } catch (error) {
      await this.#end(2_000, error as FrontierError);
      throw error;
    }
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
  close(timeoutMs: number): Promise<void> {
    const { signal } = this.#options;
    return this.#end(
      timeoutMs,
      signal?.aborted
        ? canceled("service", signal)
        : closedError("use this service"),
    );
  }

  #end(timeoutMs: number, reason: FrontierError): Promise<void> {
    return this.#closing ??= this.#close(timeoutMs, reason);
  }

  async #close(timeoutMs: number, reason: FrontierError): Promise<void> {
    this.#stop.abort();
    this.#first.fail(reason);
    await this.#gateways.close(timeoutMs);
    this.#frontlas[Symbol.dispose]();
    await this.#following;
    this.#pool.close();
    this.messages.close(() => closedError("receive"));
    this.streams.close(() => closedError("accept a stream"));
    this.status.feed.set({ state: "closed", reason });
    this.#closed.resolve(
      this.#options.signal?.aborted
        ? ABORTED
        : reason.code === "eof"
        ? CLOSED
        : reasonOf(reason),
    );
  }

  async #idle(): Promise<void> {
    const busy = () =>
      !this.#stop.signal.aborted &&
      (this.router.waiting > 0 || this.stats.underWay > 0);
    // A handler that asks for it counts as running once it has returned its promise.
    await Promise.resolve();
    do {
      while (busy()) await sleep(10, this.#stop.signal);
      await this.#pool.idle();
      // A handler may have begun something.
    } while (busy());
  }

  #share(gateway: Gateway): SharedParts {
    return {
      heard: (received) => this.#heard(gateway, received),
      methods: this.methods.table,
      pool: this.#pool,
      messages: this.messages.lane(),
      streams: this.streams.lane(),
      counters: this.#counters,
    };
  }

  /** Whoever hears from an edge knows where it is, perhaps before Frontlas does. */
  #heard(gateway: Gateway, received: Received): void {
    if (received.hasEdgeId) {
      this.router.learn(received.edgeId, gateway);
      return;
    }
    if (!(received instanceof RpcRequest)) return;
    const { method, data } = received;
    if (method !== EDGE_ONLINE && method !== EDGE_OFFLINE) return;
    try {
      const { edgeId } = decodeEdgeEvent(data);
      if (method === EDGE_ONLINE) this.router.learn(edgeId, gateway);
      else this.router.unlearn(edgeId, gateway);
    } catch {
      // Its handler says so.
    }
  }

  #onList(listed: Listed): void {
    if (this.#stop.signal.aborted) return;
    this.#gateways.update(listed);
    this.#first.onList(this.#gateways.all.map(({ id }) => id));
    this.#tell();
  }

  #onStatus(gateway: Gateway, status: Status): void {
    if (this.#stop.signal.aborted) return;
    this.#first.onStatus(gateway, status);
    if (status.state === "connected" && status.reconnects > 0) {
      this.status.reconnects++;
    }
    this.#tell(status);
  }

  #tell(cause?: Status): void {
    this.status.tell(this.#gateways.ready, this.#pool.busy, cause);
  }
}

function closedError(what: string): FrontierError {
  return new FrontierError("eof", `Cannot ${what}: the service is closed`);
}
