/**
 * Puts a gateway together.
 *
 * @module
 */

import type { Link, Timers } from "@frontier/proto";
import {
  Driver,
  formatAddress,
  type PeerAddress,
  systemTimers,
  type Transport,
  type TransportListener,
} from "@frontier/platform";
import { dial, listen, type ReloadableListener } from "@frontier/platform/net";
import { type Logger, NULL_LOGGER } from "@frontier/platform/log";
import { Acceptor } from "./acceptor.ts";
import { Bypass } from "./bypass/bypass.ts";
import {
  type FrontierConfig,
  type FrontierOptions,
  resolveOptions,
} from "./config/mod.ts";
import type { Peer } from "./directory/peer.ts";
import { memoryBudget } from "./config/memory_budget.ts";
import { createRouting, type Routing } from "./routing.ts";

/** What a gateway is doing. */
export interface FrontierStatus {
  /** Where it is in its life. */
  readonly state: "running" | "draining" | "closed";
  /** Edges connected. */
  readonly edges: number;
  /** Services connected. */
  readonly services: number;
  /** Connections, those in their handshake included. */
  readonly connections: number;
  /** Streams open or being opened. */
  readonly streams: number;
  /** Requests and messages passed on and not answered yet. */
  readonly inflight: number;
}

/** A clock and randomness of the caller's own. */
export interface FrontierClock {
  /**
   * The clock of every timeout.
   * @default the system's
   */
  timers?: Timers;
  /**
   * Source of randomness, from 0 to 1, 1 excluded.
   * @default Math.random
   */
  random?: () => number;
  /**
   * The wall clock in Unix milliseconds.
   * @default Date.now
   */
  wallClock?: () => number;
}

/** Connections from elsewhere than a TCP port, and time from elsewhere than the system. */
export interface FrontierListeners extends FrontierClock {
  /** Where edges connect; instead of the configured address. */
  edge?: TransportListener;
  /** Where services connect; instead of the configured address. */
  service?: TransportListener;
}

/** A running gateway. */
export interface Frontier extends AsyncDisposable {
  /** Where edges connect. */
  readonly edgeAddr: PeerAddress;
  /** Where services connect. */
  readonly serviceAddr: PeerAddress;
  /** What it is doing. */
  readonly status: FrontierStatus;
  /**
   * Reads the certificates of both listeners anew, for the connections to come.
   *
   * @throws {Error} If they cannot be used; the old ones stay in use.
   */
  reload(): Promise<void>;
  /**
   * Closes the connection of an edge or a service in an orderly way.
   *
   * @param id Its id.
   * @returns When the connection is closed: whether there was one.
   */
  kick(id: bigint): Promise<boolean>;
  /**
   * Stops accepting connections and waits until nothing is in flight.
   *
   * @param seconds Longest wait; the configured drain time by default.
   */
  drain(seconds?: number): Promise<void>;
  /**
   * Closes every connection in an orderly way, edges first, so that services
   * hear that they went offline.
   */
  close(): Promise<void>;
}

/** Milliseconds between two looks while waiting for something to finish. */
const LOOK_MS = 20;
/** Milliseconds between two reports of refused connections. */
const REFUSALS_LOG_MS = 1_000;
/** Longest wait for the last connections and events while closing. */
const CLOSE_MS = 5_000;

/**
 * Starts a gateway.
 *
 * @param options Its configuration; what is left out has its default.
 * @param listeners Where connections come from, if not from TCP ports, and
 * clock and randomness, if not the system's.
 * @returns The gateway, with both listeners bound.
 * @throws {Error} If an address cannot be bound or a certificate cannot be
 * used; the message names it.
 *
 * @example
 * ```ts
 * import { startFrontier } from "@frontier/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using gateway = await startFrontier({
 *   edgebound: { hostname: "127.0.0.1", port: 0 },
 *   servicebound: { hostname: "127.0.0.1", port: 0 },
 * });
 * assertEquals(gateway.status.edges, 0);
 * ```
 */
export async function startFrontier(
  options: FrontierOptions = {},
  listeners: FrontierListeners = {},
): Promise<Frontier> {
  const config = resolveOptions(options);
  const log = options.logger ?? NULL_LOGGER;
  const { handshakeTimeoutMs, maxMemory } = config.limits;
  const memory = memoryBudget(maxMemory);
  // Both are bound before either accepts: early connections wait in the kernel.
  const service = listeners.service ??
    await listen({ ...config.servicebound, handshakeTimeoutMs }, log);
  try {
    const edge = listeners.edge ??
      await listen({ ...config.edgebound, handshakeTimeoutMs }, log);
    log.info("Memory for peers", { ...memory });
    return new Gateway(config, log, edge, service, {
      maxMemory: memory.bytes,
      timers: listeners.timers ?? systemTimers,
      random: listeners.random ?? Math.random,
      wallClock: listeners.wallClock ?? Date.now,
    });
  } catch (error) {
    service.close();
    throw error;
  }
}

class Gateway implements Frontier {
  readonly edgeAddr: PeerAddress;
  readonly serviceAddr: PeerAddress;
  readonly #config: FrontierConfig;
  readonly #log: Logger;
  readonly #timers: Timers;
  readonly #routing: Routing;
  readonly #acceptors: Acceptor[];
  readonly #listeners: readonly ReloadableListener[];
  readonly #bypass: Bypass | undefined;
  readonly #links: Set<Link> = new Set();
  readonly #perAddress: Map<string, number> = new Map();
  #connections = 0;
  #refusals = 0;
  #refusalsLoggedAt = -Infinity;
  #state: FrontierStatus["state"] = "running";
  #closing: Promise<void> | undefined = undefined;

  constructor(
    config: FrontierConfig,
    log: Logger,
    edge: TransportListener,
    service: TransportListener,
    injected: Required<FrontierClock> & { readonly maxMemory: number },
  ) {
    this.#config = config;
    this.#log = log;
    const { maxMemory, timers, random, wallClock } = injected;
    this.#timers = timers;
    this.#routing = createRouting({
      config: {
        limits: config.limits,
        maxMemory,
        hashBy: config.hashBy,
        forwardDeadlines: config.forwardDeadlines,
        allocateEdgeIds: config.edgebound.allocateEdgeIds,
      },
      timers,
      random,
      wallClock,
      log,
      onEnded: (link) => this.#onEnded(link),
    });
    const { bypass } = config.edgebound;
    this.#bypass = bypass === undefined
      ? undefined
      : new Bypass({ config: bypass, log, random, dial });
    this.#listeners = [service, edge];
    this.edgeAddr = edge.addr;
    this.serviceAddr = service.addr;
    this.#acceptors = [
      new Acceptor({
        listener: service,
        name: "servicebound",
        onTransport: (transport) => this.#take(transport, "service"),
        log,
      }),
      new Acceptor({
        listener: edge,
        name: "edgebound",
        onTransport: (transport) => this.#take(transport, "edge", this.#bypass),
        log,
      }),
    ];
  }

  get status(): FrontierStatus {
    return {
      state: this.#state,
      edges: this.#routing.directory.edgeCount,
      services: this.#routing.directory.serviceCount,
      connections: this.#connections,
      streams: this.#routing.streams.count,
      inflight: this.#routing.exchange.inflight,
    };
  }

  async reload(): Promise<void> {
    for (const listener of this.#listeners) await listener.reload?.();
  }

  kick(id: bigint): Promise<boolean> {
    return this.#routing.kick(id);
  }

  async drain(seconds = this.#config.drainSeconds): Promise<void> {
    if (this.#state === "running") {
      this.#state = "draining";
      this.#routing.directory.draining();
    }
    await Promise.all(this.#acceptors.map((acceptor) => acceptor.close()));
    await until(
      () =>
        this.#routing.exchange.inflight === 0 &&
        this.#routing.streams.count === 0,
      seconds * 1000,
    );
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#state = "closed";
    await Promise.all(this.#acceptors.map((acceptor) => acceptor.close()));
    this.#bypass?.close();
    const { edgeCount } = this.#routing.directory;
    const services = new Set<Link>();
    for (const service of this.#routing.directory.services()) {
      services.add(service.link);
    }
    // Services go last, for they are to hear that the edges have gone.
    const others = [...this.#links].filter((link) => !services.has(link));
    for (const link of others) {
      if (link.state === "open") {
        this.#routing.edgebound.kick(link.user as never, "gateway shuts down");
      } else link.close("gateway shuts down");
    }
    await until(
      () => others.every((link) => link.state === "closed"),
      CLOSE_MS,
    );
    await until(() => this.#routing.hooks.leaving === 0, CLOSE_MS);
    for (const service of [...this.#routing.directory.services()]) {
      this.#routing.servicebound.kick(service, "gateway shuts down");
    }
    await until(() => this.#links.size === 0, CLOSE_MS);
    for (const link of [...this.#links]) link.fail("gateway shuts down");
    this.#log.info("Gateway closed", {
      edges: edgeCount,
      services: services.size,
    });
  }

  #take(
    transport: Transport,
    side: "edge" | "service",
    bypass?: Bypass,
  ): void {
    const { limits } = this.#config;
    const { remoteAddr } = transport;
    const host = remoteAddr.hostname;
    const fromHost = this.#perAddress.get(host) ?? 0;
    const perAddress = limits.maxConnectionsPerAddress;
    if (
      this.#connections >= limits.maxConnections ||
      (perAddress > 0 && fromHost >= perAddress)
    ) {
      this.#refused(remoteAddr, fromHost);
      transport.close();
      return;
    }
    this.#connections++;
    if (perAddress > 0) this.#perAddress.set(host, fromHost + 1);
    if (bypass === undefined) this.#serve(transport, side);
    else void this.#sniff(transport, side, bypass);
  }

  /** Reports refused connections, at most once a second: a flood must not fill the log. */
  #refused(peer: PeerAddress, fromAddress: number): void {
    this.#refusals++;
    const now = this.#timers.now();
    if (now - this.#refusalsLoggedAt < REFUSALS_LOG_MS) return;
    this.#log.warn("Connections refused: too many", {
      peer: formatAddress(peer),
      refused: this.#refusals,
      connections: this.#connections,
      fromAddress,
    });
    this.#refusals = 0;
    this.#refusalsLoggedAt = now;
  }

  async #sniff(
    transport: Transport,
    side: "edge" | "service",
    bypass: Bypass,
  ): Promise<void> {
    const sniffed = await bypass.handle(transport);
    if (sniffed !== undefined && this.#state !== "closed") {
      this.#serve(transport, side, sniffed.first);
      return;
    }
    if (sniffed !== undefined) transport.close();
    this.#forget(transport.remoteAddr);
  }

  #serve(
    transport: Transport,
    side: "edge" | "service",
    first?: Uint8Array,
  ): void {
    const driver = new Driver(transport);
    const link = this.#routing.attach(side, driver, transport.remoteAddr);
    this.#links.add(link);
    driver.start(link, first);
  }

  #onEnded(link: Link): void {
    this.#links.delete(link);
    this.#forget((link.user as Peer).address);
  }

  #forget({ hostname }: PeerAddress): void {
    this.#connections--;
    const count = this.#perAddress.get(hostname);
    if (count === undefined) return;
    if (count > 1) this.#perAddress.set(hostname, count - 1);
    else this.#perAddress.delete(hostname);
  }
}

/** Waits until a condition holds, or for so long. */
async function until(holds: () => boolean, maxMs: number): Promise<void> {
  const end = performance.now() + maxMs;
  while (!holds() && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
