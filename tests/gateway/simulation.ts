/** A whole gateway on a virtual clock over a simulated network; peers speak packet by packet. */

import type { Link, LinkSettings } from "@frontier/proto/internal";
import type { PeerAddress } from "@frontier/platform";
import type { LogFields, Logger } from "@frontier/platform/log";
import {
  SimNetwork,
  type SimOptions,
  type SimPort,
} from "../../proto/testing/sim_network.ts";
import type { ForwardDeadlines } from "../../server/config/mod.ts";
import { DEFAULT_LIMITS, type Limits } from "../../server/config/limits.ts";
import type { Policy } from "../../server/admission/policy.ts";
import type { ReaskIds } from "../../server/config/mod.ts";
import type { Edgebound } from "../../server/edgebound/edgebound.ts";
import type { Hooks } from "../../server/edgebound/hooks.ts";
import type { HashBy } from "../../server/exchange/choose.ts";
import type { Exchange } from "../../server/exchange/exchange.ts";
import type { Streams } from "../../server/exchange/streams.ts";
import type { Directory } from "../../server/directory/directory.ts";
import type { Servicebound } from "../../server/servicebound/servicebound.ts";
import type { Ledger } from "../../server/quota/ledger.ts";
import { createRouting, type Routing } from "../../server/routing.ts";
import type { Tracer } from "@frontier/platform/trace";
import { Tally } from "../../server/tally/tally.ts";
import { Drain } from "../../server/drain/drain.ts";
import { bytes, type PeerOptions, TestPeer } from "../support/test_peer.ts";

/** How a {@linkcode SimGateway} is set up. */
export interface SimGatewayOptions extends SimOptions {
  /** Limits that differ from the defaults. */
  limits?: Partial<Limits>;
  /** Begins spans; nobody collects them by default. */
  tracer?: Tracer;
  /** Settings of connections that differ from the defaults. */
  link?: Partial<LinkSettings>;
  /**
   * Bytes that everything together may hold.
   * @default 1 GiB
   */
  maxMemory?: number;
  /**
   * How a service is chosen.
   * @default "edgeid"
   */
  hashBy?: HashBy;
  /**
   * Which Go peers are told when a caller's time is up.
   * @default "services"
   */
  forwardDeadlines?: ForwardDeadlines;
  /**
   * Whether ids are made for edges.
   * @default true
   */
  allocateEdgeIds?: boolean;
  /** Whether edges are refused while no service answers `edge_online`. */
  requireEdgeOnline?: boolean;
  /** Whose made-up ids are asked for again. */
  reaskIds?: ReaskIds;
  /** Rules about who may do what. */
  policies?: readonly Policy[];
}

/** What a peer over the simulated network may be told. */
export interface SimPeerOptions extends PeerOptions {
  /** Where it connects from. */
  addr?: Partial<PeerAddress>;
  /** Whether it does not read at first. */
  paused?: boolean;
}

/** A record of the gateway's log. */
export interface LogLine {
  /** How grave. */
  level: string;
  /** What happened. */
  message: string;
  /** Facts. */
  fields: LogFields;
}

/** A logger that keeps what it is told. */
export class Lines implements Logger {
  /** The records. */
  readonly lines: LogLine[] = [];
  /** @inheritdoc */
  debug(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: "debug", message, fields });
  }
  /** @inheritdoc */
  info(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: "info", message, fields });
  }
  /** @inheritdoc */
  warn(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: "warn", message, fields });
  }
  /** @inheritdoc */
  error(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: "error", message, fields });
  }
  /** @returns Whether a record of that level or any has this text in it. */
  has(part: string, level?: string): boolean {
    return this.lines.some((line) =>
      (level === undefined || line.level === level) &&
      `${line.message} ${Deno.inspect(line.fields)}`.includes(part)
    );
  }
}

/** A peer at the other end of a simulated stream. */
export class SimPeer extends TestPeer {
  /** The gateway's end of the connection. */
  readonly link: Link;
  readonly #port: SimPort;
  readonly #end: End;

  /**
   * @param port The peer's end of the stream.
   * @param link The gateway's end.
   * @param options How it behaves.
   */
  constructor(port: SimPort, link: Link, options: SimPeerOptions) {
    const end = new End();
    super({
      write: (bytes) => {
        end.outbox.queue.push(bytes.slice());
        end.outbox.unwritten += bytes.length;
        port.flush();
      },
      close: () => {
        if (port.hungUp) return;
        this.ended("cut by this side");
        port.hangUp(false);
      },
    }, options);
    end.peer = this;
    end.paused = options.paused ?? false;
    this.link = link;
    this.#port = port;
    this.#end = end;
    port.attach(end as unknown as Link);
  }

  /** Whether it reads. */
  set paused(paused: boolean) {
    this.#end.paused = paused;
    if (!paused) this.#port.resume();
  }

  /** Sends what it has, then closes its end. */
  close(): void {
    if (this.#port.hungUp) return;
    this.ended("closed by this side");
    this.#port.hangUp(true);
  }

  /** Tears the stream: both sides learn of it soon. */
  tear(): void {
    this.#port.cut();
  }

  /** It is gone without a trace: nothing arrives any more in either direction. */
  vanish(): void {
    this.#port.silent = true;
    this.#port.peer.silent = true;
  }

  /** Bytes that wait on its side. */
  get unsent(): number {
    return this.#end.outbox.unwritten;
  }
}

/** What a {@linkcode SimPort} needs to see of a link, over a {@linkcode TestPeer}. */
class End {
  peer!: TestPeer;
  paused = false;
  readonly outbox = {
    queue: [] as Uint8Array[],
    unwritten: 0,
    flying: 0,
    take(): Uint8Array | undefined {
      if (this.queue.length === 0) return undefined;
      const all = new Uint8Array(this.unwritten - this.flying);
      let at = 0;
      for (const part of this.queue) {
        all.set(part, at);
        at += part.length;
      }
      this.queue = [];
      this.flying = all.length;
      return all;
    },
    clear(): void {
      this.queue = [];
      this.unwritten = this.flying;
    },
    done(): void {
      this.unwritten -= this.flying;
      this.flying = 0;
    },
  };
  readonly #buf = new Uint8Array(65_536);
  #stopped = false;

  reserve(): Uint8Array {
    return this.paused ? this.#buf.subarray(0, 256) : this.#buf;
  }

  receive(count: number): void {
    if (count > 0 && !this.#stopped) this.peer.feed(this.#buf.slice(0, count));
  }

  onWritten(): void {}

  drained(): void {}

  ended(reason: string): void {
    this.fail(reason);
  }

  fail(reason: string): void {
    this.#stopped = true;
    this.peer.ended(reason);
  }
}

/**
 * The data plane of a gateway, put together as `startFrontier` does it, but on
 * a virtual clock. Nothing happens until `run`.
 */
export class SimGateway {
  /** The network and its clock. */
  readonly network: SimNetwork;
  /** What is tested. */
  readonly routing: Routing;
  /** What was logged. */
  readonly log = new Lines();
  /** What was counted. */
  readonly tally = new Tally();
  /** Connections that are over. */
  readonly ended: Link[] = [];
  /** Connections that are not. */
  readonly links: Set<Link> = new Set();
  /** Its drain, once it is told to. */
  draining: Drain | undefined = undefined;
  /** How often connections that had said nothing were ended. */
  abandoned = 0;
  /** Limits in force. */
  readonly limits: Limits;
  /** The wall clock minus the virtual one, in milliseconds. */
  wallOffset = 1_790_000_000_000;
  #ports = 0;

  /**
   * @param options How it is set up.
   */
  constructor(options: SimGatewayOptions = {}) {
    const network = this.network = new SimNetwork(options);
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.routing = createRouting({
      config: {
        limits: this.limits,
        maxMemory: options.maxMemory ?? 1_073_741_824,
        hashBy: options.hashBy ?? "edgeid",
        forwardDeadlines: options.forwardDeadlines ?? "services",
        allocateEdgeIds: options.allocateEdgeIds ?? true,
        requireEdgeOnline: options.requireEdgeOnline,
        reaskIds: options.reaskIds,
        link: options.link,
      },
      timers: network.wheel,
      random: network.random,
      wallClock: () => network.now + this.wallOffset,
      log: this.log,
      tally: this.tally,
      tracer: options.tracer,
      policies: options.policies,
      onMoved: (link) => this.draining?.moved(link),
      onEnded: (link) => {
        this.ended.push(link);
        this.links.delete(link);
        this.draining?.ended(link);
      },
    });
  }

  /** Who is there. */
  get directory(): Directory {
    return this.routing.directory;
  }

  /** Who holds how much. */
  get ledger(): Ledger {
    return this.routing.ledger;
  }

  /** Requests and messages. */
  get exchange(): Exchange {
    return this.routing.exchange;
  }

  /** Streams. */
  get streams(): Streams {
    return this.routing.streams;
  }

  /** Questions to services. */
  get hooks(): Hooks {
    return this.routing.hooks;
  }

  /** The side of the edges. */
  get edgebound(): Edgebound {
    return this.routing.edgebound;
  }

  /** The side of the services. */
  get servicebound(): Servicebound {
    return this.routing.servicebound;
  }

  /** Lets time pass; by default as little as the network needs. */
  run(ms = 1): void {
    this.network.run(ms);
  }

  /** Connects a peer that has said nothing yet. */
  dial(side: "edge" | "service", options: SimPeerOptions = {}): SimPeer {
    const [mine, theirs] = this.network.pair();
    const link = this.routing.attach(side, mine, {
      network: "tcp",
      hostname: "127.0.0.1",
      port: 40_000 + ++this.#ports,
      ...options.addr,
    });
    mine.attach(link);
    this.links.add(link);
    return new SimPeer(theirs, link, options);
  }

  /** Connects an edge; it is online afterwards unless somebody must be asked. */
  edge(options: SimPeerOptions = {}): SimPeer {
    const peer = this.dial("edge", options);
    peer.conn();
    this.run();
    return peer;
  }

  /** Connects a service and registers its methods. */
  service(
    name: string,
    options: SimPeerOptions & { topics?: string[]; methods?: string[] } = {},
  ): SimPeer {
    const { topics = null, methods = [] } = options;
    const peer = this.dial("service", {
      meta: bytes(JSON.stringify({ service: name, topics })),
      // It announces 320 s, so that most tests need no heartbeats.
      flags: 0x38,
      ...options,
    });
    peer.conn();
    this.run();
    for (const method of methods) peer.register(method);
    this.run();
    return peer;
  }

  /** Begins to drain. */
  drain(seconds = 25, rate = 1_000): Drain {
    return this.draining = new Drain({
      routing: this.routing,
      links: this.links,
      timers: this.network.wheel,
      log: this.log,
      rate,
      abandon: () => this.abandoned++,
    }, seconds);
  }

  /** What is left over, for the check that nothing leaks. */
  get leftovers(): Record<string, number> {
    return {
      inflight: this.exchange.inflight,
      streams: this.streams.count,
      edges: this.directory.edgeCount,
      services: this.directory.serviceCount,
      leaving: this.edgebound.leaving,
    };
  }
}

/** What {@linkcode SimGateway.leftovers} is when nothing is left over. */
export const NOTHING_LEFT: Record<string, number> = {
  inflight: 0,
  streams: 0,
  edges: 0,
  services: 0,
  leaving: 0,
};
