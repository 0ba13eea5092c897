/**
 * A running gateway.
 *
 * @module
 */

import {
  type Link,
  LINK_SETTINGS,
  type Timers,
} from "@frontier/proto/internal";
import {
  describeError,
  Driver,
  type PeerAddress,
  type RepeatLog,
  repeatLog,
  StrangerLog,
} from "@frontier/platform/internal";
import { dial } from "@frontier/platform/net";
import {
  countingLogger,
  type LogCounts,
  type Logger,
} from "@frontier/platform/log";
import type { Tracer } from "@frontier/platform/trace";
import { Readiness } from "@frontier/platform/health";
import type { Policy } from "./admission/policy.ts";
import { Bypass } from "./bypass/bypass.ts";
import type { FrontierConfig } from "./config/mod.ts";
import { checkDrainSeconds } from "./config/options.ts";
import type { Membership } from "./cluster/membership.ts";
import type { ClusterStatus } from "./cluster/status.ts";
import type { Control } from "./control/control.ts";
import { Drain } from "./drain/drain.ts";
import type { DrainProgress } from "./drain/progress.ts";
import { GOING_AWAY } from "./exchange/ends.ts";
import type { Broker } from "./mq/broker.ts";
import {
  brokerProblem,
  type BrokerStatus,
  brokerStatus,
} from "./mq/broker_status.ts";
import { type ConfiguredProducer, openBrokers } from "./mq/open_brokers.ts";
import {
  Gate,
  type OpenListener,
  plainRefusal,
  Port,
  type PortHandler,
  speaksProtocol,
} from "@frontier/platform/ports";
import { createRouting, type Routing } from "./routing.ts";
import { Tally } from "./tally/tally.ts";
import type {
  Frontier,
  FrontierClock,
  FrontierStatus,
} from "./frontier_types.ts";

/** Milliseconds between two looks while waiting for something to finish. */
const LOOK_MS = 20;
/** Longest wait for the directory of the cluster while closing. */
const FAREWELL_MS = 2_000;
/** Longest wait for the last connections and events while closing. */
const CLOSE_MS = 5_000;

export class Gateway implements Frontier {
  readonly edgeAddr: PeerAddress;
  readonly serviceAddr: PeerAddress;
  readonly #config: FrontierConfig;
  readonly #log: RepeatLog;
  readonly #timers: Timers;
  readonly #wallClock: () => number;
  readonly #routing: Routing;
  readonly #gate: Gate;
  readonly #strangers: StrangerLog;
  readonly #ports: readonly Port[];
  readonly #brokers: readonly Broker[];
  readonly #bypass: Bypass | undefined;
  readonly #links: Set<Link> = new Set();
  #control: Control | undefined = undefined;
  #membership: Membership | undefined = undefined;
  readonly #readiness = new Readiness();
  /** Present when somebody watches. */
  readonly #tally: Tally | undefined;
  readonly #logged: LogCounts = { debug: 0, info: 0, warn: 0, error: 0 };
  #observability: AsyncDisposable | undefined = undefined;
  observabilityAddr: PeerAddress | undefined = undefined;
  #state: FrontierStatus["state"] = "running";
  #drain: Drain | undefined = undefined;
  readonly #drainBegun: PromiseWithResolvers<void> = Promise.withResolvers();
  #closing: Promise<void> | undefined = undefined;
  #reloaded: Promise<void> = Promise.resolve();

  constructor(
    config: FrontierConfig,
    logger: Logger,
    edge: OpenListener,
    service: OpenListener,
    injected: Required<FrontierClock> & {
      readonly maxMemory: number;
      readonly policies: readonly Policy[];
      readonly producers: readonly ConfiguredProducer[];
      readonly tracer: Tracer | undefined;
    },
  ) {
    this.#config = config;
    const { maxMemory, timers, random, wallClock } = injected;
    const watched = config.observability.enable === true;
    const tally = this.#tally = watched ? new Tally() : undefined;
    const log = this.#log = repeatLog(
      watched ? countingLogger(logger, this.#logged) : logger,
      { timers },
    );
    this.#timers = timers;
    this.#wallClock = wallClock;
    this.#routing = createRouting({
      config: {
        limits: config.limits,
        maxMemory,
        hashBy: config.hashBy,
        forwardDeadlines: config.forwardDeadlines,
        allocateEdgeIds: config.edgebound.allocateEdgeIds,
        requireEdgeOnline: config.edgebound.requireEdgeOnline,
        reaskIds: config.edgebound.reaskIds,
      },
      timers,
      random,
      wallClock,
      log,
      tally,
      tracer: injected.tracer,
      policies: injected.policies,
      onMoved: (link) => this.#drain?.moved(link),
      onEnded: (link) => {
        this.#links.delete(link);
        this.#drain?.ended(link);
      },
    });
    this.#brokers = openBrokers(injected.producers, this.#routing, {
      timers,
      wallClock,
      newId: () => crypto.randomUUID(),
      log,
    });
    this.#readiness.add(
      "listeners",
      () => this.#state === "running" ? "" : this.#state,
    );
    for (const [i, { producer }] of this.#brokers.entries()) {
      this.#readiness.add(
        `broker ${producer.name}`,
        () => brokerProblem(brokerStatus(this.#brokers[i]!)),
        { required: false },
      );
    }
    const { bypass } = config.edgebound;
    this.#bypass = bypass === undefined
      ? undefined
      : new Bypass({ config: bypass, log, random, dial });
    this.edgeAddr = edge.listener.addr;
    this.serviceAddr = service.listener.addr;
    this.#gate = new Gate({ ...config.limits, now: () => timers.now(), log });
    this.#strangers = new StrangerLog({ log, level: "info", timers });
    const onPlain = plainRefusal({
      ...LINK_SETTINGS,
      handshakeTimeoutMs: config.limits.handshakeTimeoutMs,
    });
    const open = (
      side: "edge" | "service",
      from: OpenListener,
      handlers: readonly PortHandler[],
    ) =>
      new Port({
        name: `${side}bound`,
        ...from,
        onPlain,
        gate: this.#gate,
        handlers,
        timeoutMs: config.limits.handshakeTimeoutMs,
        timers,
        log,
        strangers: this.#strangers,
        onTurnedAway: tally && ((why) => tally.turnAway(side, why)),
      });
    this.#ports = [
      open("service", service, [this.#peers("service")]),
      open("edge", edge, [this.#peers("edge"), ...this.#others()]),
    ];
  }

  /** Those who speak the protocol. */
  #peers(side: "edge" | "service"): PortHandler {
    return {
      sniff: speaksProtocol,
      handle: (connection) => {
        const { transport, address, first } = connection;
        const shared = side === "service";
        const driver = new Driver(transport, this.#timers, shared);
        const { identity } = transport;
        const link = this.#routing.attach(side, driver, address, identity);
        this.#links.add(link);
        link.hurry(connection.deadlineAt!);
        connection.deadlineAt = undefined;
        driver.start(link, first, connection);
      },
    };
  }

  /** Those who do not, where there is somebody who takes them. */
  #others(): PortHandler[] {
    const bypass = this.#bypass;
    if (bypass === undefined) return [];
    return [{
      sniff: () => true,
      handle: (connection) => {
        if (this.#tally !== undefined) this.#tally.bypassed++;
        void bypass.handle(connection);
      },
    }];
  }

  /** Opens the port for operators, if there is to be one; nothing of it is loaded before. */
  async openControl(): Promise<void> {
    const { controlplane, dao, frontierId } = this.#config;
    if (!controlplane.enable) return;
    const { openControl } = await import("./control/control.ts");
    this.#control = await openControl({
      config: controlplane,
      dao,
      frontier: this,
      routing: this.#routing,
      frontierId,
      wallClock: this.#wallClock,
      log: this.#log,
    });
  }

  /** Joins the cluster, if there is to be one; nobody waits for its directory. */
  async joinCluster(instance: string, random: () => number): Promise<void> {
    const { frontlas, frontierId, servicebound, edgebound } = this.#config;
    if (!frontlas.enable) return;
    const { openMembership } = await import("./cluster/open_membership.ts");
    const membership = this.#membership = openMembership({
      config: frontlas,
      frontierId,
      instance,
      listeners: {
        servicebound: {
          hostname: servicebound.hostname,
          bound: this.serviceAddr,
        },
        edgebound: { hostname: edgebound.hostname, bound: this.edgeAddr },
      },
      routing: this.#routing,
      dial,
      draining: () => this.#drain !== undefined,
      timers: this.#timers,
      random,
      wallClock: this.#wallClock,
      log: this.#log,
    });
    this.#readiness.add(
      "frontlas",
      () => {
        const { state, problem } = membership.status;
        return problem !== "" || state === "up" ? problem : state;
      },
      { required: false },
    );
  }

  get cluster(): ClusterStatus | undefined {
    return this.#membership?.status;
  }

  get controlAddr(): PeerAddress | undefined {
    return this.#control?.addr;
  }

  /** Opens the port where health and metrics are read, if somebody asked for it. */
  async observe(): Promise<void> {
    const tally = this.#tally;
    if (tally === undefined) return;
    const { openObservability } = await import("@frontier/platform/metrics");
    const { gatewayMetrics } = await import("./metrics/gateway_metrics.ts");
    const port = await openObservability({
      addr: this.#config.observability.addr,
      noun: "the gateway",
      readiness: this.#readiness,
      log: this.#log,
      metrics: gatewayMetrics({
        tally,
        routing: this.#routing,
        gate: this.#gate,
        maxConnections: this.#config.limits.maxConnections,
        links: this.#links,
        readiness: this.#readiness,
        brokers: this.#brokers,
        cluster: this.#membership,
        control: () => this.#control?.figures,
        drain: () => this.drainProgress,
        logged: this.#logged,
      }),
    });
    this.#observability = port;
    this.observabilityAddr = port && { network: "tcp", ...port.addr };
  }

  get status(): FrontierStatus {
    return {
      state: this.#state,
      edges: this.#routing.directory.edgeCount,
      services: this.#routing.directory.serviceCount,
      connections: this.#gate.connections,
      streams: this.#routing.streams.count,
      inflight: this.#routing.exchange.inflight,
    };
  }

  get brokers(): readonly BrokerStatus[] {
    return this.#brokers.map(brokerStatus);
  }

  get ready(): boolean {
    return this.#readiness.problem === "";
  }

  get drainBegun(): Promise<void> {
    return this.#drainBegun.promise;
  }

  get drainProgress(): DrainProgress | undefined {
    return this.#drain?.progress;
  }

  reload(): Promise<void> {
    // One after the other: the last to begin is the last to read.
    const reloaded = this.#reloaded.then(() => this.#reload());
    this.#reloaded = reloaded.catch(() => {});
    return reloaded;
  }

  async #reload(): Promise<void> {
    const ports = [
      ...this.#ports,
      ...(this.#control === undefined ? [] : [this.#control]),
    ];
    const results = await Promise.allSettled(
      ports.map((port) => port.reload()),
    );
    const failures = results.flatMap((result) =>
      result.status === "rejected" ? [describeError(result.reason)] : []
    );
    if (failures.length > 0) throw new Error(failures.join("; "));
  }

  kick(id: bigint): Promise<boolean> {
    return this.#routing.kick(id);
  }

  async drain(seconds = this.#config.drainSeconds): Promise<void> {
    checkDrainSeconds(seconds);
    if (this.#state === "closed") return await this.#closing;
    const accepted = Promise.all(this.#ports.map((port) => port.close()));
    if (this.#state === "running") {
      this.#state = "draining";
      this.#drainBegun.resolve();
      this.#routing.directory.draining();
      if (this.#control !== undefined) this.#control.serving = false;
    }
    if (seconds === 0) this.#drain?.stop();
    else if (this.#drain !== undefined) this.#drain.limit(seconds);
    else {
      this.#drain = new Drain({
        routing: this.#routing,
        links: this.#links,
        timers: this.#timers,
        log: this.#log,
        rate: this.#config.drainRate,
        abandon: () => this.#abandon(),
      }, seconds);
    }
    await accepted;
    await this.#drain?.done;
  }

  /** Ends what nobody has taken yet. */
  #abandon(): void {
    for (const port of this.#ports) port.abandon();
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#state = "closed";
    this.#drain?.stop();
    await Promise.all(this.#ports.map((port) => port.close()));
    this.#abandon();
    this.#strangers[Symbol.dispose]();
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
        this.#routing.edgebound.kick(link.user as never, GOING_AWAY);
      } else link.close(GOING_AWAY);
    }
    await until(
      () => others.every((link) => link.state === "closed"),
      CLOSE_MS,
    );
    // Nobody publishes any more; what was taken is still sent.
    const brokersClosed = Promise.all(
      this.#brokers.map((broker) => broker.close(CLOSE_MS)),
    );
    this.#routing.edgebound.hurry();
    await until(() => this.#routing.edgebound.unsettled === 0, CLOSE_MS);
    this.#routing.edgebound.close();
    for (const service of [...this.#routing.directory.services()]) {
      this.#routing.servicebound.kick(service, GOING_AWAY);
    }
    await until(() => this.#links.size === 0, CLOSE_MS);
    for (const link of [...this.#links]) link.fail(GOING_AWAY);
    // The directory hears of the last who have gone, and that nobody comes any more.
    await this.#membership?.close(FAREWELL_MS);
    await brokersClosed;
    await this.#control?.close();
    this.#log.info("Gateway closed", {
      edges: edgeCount,
      services: services.size,
    });
    await this.#observability?.[Symbol.asyncDispose]();
    this.#log[Symbol.dispose]();
  }
}

/** Waits until a condition holds, or for so long. */
async function until(holds: () => boolean, maxMs: number): Promise<void> {
  const end = performance.now() + maxMs;
  while (!holds() && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
