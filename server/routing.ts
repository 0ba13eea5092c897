/**
 * Puts the routing rooms of a gateway together.
 *
 * @module
 */

import {
  type CloseReason,
  Link,
  LINK_SETTINGS,
  type LinkPort,
  type LinkSettings,
  PEER_FEATURES,
  type Timers,
} from "@frontier/proto/internal";
import {
  type Identity,
  type PeerAddress,
  StrangerLog,
} from "@frontier/platform/internal";
import type { Tracer } from "@frontier/platform/trace";
import type { Logger } from "@frontier/platform/log";
import { compilePolicies } from "./admission/policies.ts";
import type { Policy } from "./admission/policy.ts";
import type { ForwardDeadlines, Limits, ReaskIds } from "./config/mod.ts";
import { RouteVerdicts } from "./admission/route_verdicts.ts";
import { Directory } from "./directory/directory.ts";
import { IdAllocator } from "./directory/id_allocator.ts";
import type { Peer } from "./directory/peer.ts";
import type { Route } from "./directory/route.ts";
import { Edgebound } from "./edgebound/edgebound.ts";
import { Hooks } from "./edgebound/hooks.ts";
import { Chooser, type HashBy } from "./exchange/choose.ts";
import { Exchange } from "./exchange/exchange.ts";
import { Pressure } from "./exchange/pressure.ts";
import { Streams } from "./exchange/streams.ts";
import { Ledger } from "./quota/ledger.ts";
import { ledgerRules } from "./quota/rules.ts";
import type { Tally } from "./tally/tally.ts";
import { Servicebound } from "./servicebound/servicebound.ts";

/** What a gateway's routing may be told. */
export interface RoutingConfig {
  /** Every bound. */
  readonly limits: Readonly<Limits>;
  /** Bytes that everything together may hold. */
  readonly maxMemory: number;
  /** How one of several services is chosen. */
  readonly hashBy: HashBy;
  /** Which targets are told when a caller's time is up, by the gateway's clock. */
  readonly forwardDeadlines: ForwardDeadlines;
  /** Whether ids are made for edges while no service assigns them. */
  readonly allocateEdgeIds: boolean;
  /**
   * Whether edges are refused while no service answers `edge_online`.
   *
   * @default false
   */
  readonly requireEdgeOnline?: boolean;
  /**
   * Whose made-up ids are asked for when a service answers `get_edge_id` again.
   *
   * @default "ours"
   */
  readonly reaskIds?: ReaskIds;
  /** Settings of connections that do not follow from the limits. */
  readonly link?: Partial<LinkSettings>;
}

/** What {@linkcode createRouting} needs from outside. */
export interface RoutingOptions {
  /** What is configured. */
  readonly config: RoutingConfig;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Source of randomness, from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** The wall clock in Unix milliseconds. */
  readonly wallClock: () => number;
  /** Where to report. */
  readonly log: Logger;
  /** Counts what happens; nobody does by default. */
  readonly tally?: Tally | undefined;
  /** Begins spans; nobody collects them by default. */
  readonly tracer?: Tracer | undefined;
  /** Rules about who may do what; none by default. */
  readonly policies?: readonly Policy[];
  /** Told when a peer has gone elsewhere because this gateway goes away; nobody by default. */
  readonly onMoved?: (link: Link) => void;
  /** Told when a connection is over. */
  readonly onEnded: (link: Link) => void;
}

/** The data plane of one gateway: everything between its connections. */
export interface Routing {
  /** Who is there. */
  readonly directory: Directory;
  /** Makes ids for edges and services. */
  readonly ids: IdAllocator;
  /** Who holds how much of what. */
  readonly ledger: Ledger;
  /** Requests and messages on their way. */
  readonly exchange: Exchange;
  /** Joined streams. */
  readonly streams: Streams;
  /** Questions to services. */
  readonly hooks: Hooks;
  /** The side that edges connect to. */
  readonly edgebound: Edgebound;
  /** The side that services connect to. */
  readonly servicebound: Servicebound;
  /**
   * Takes a new connection.
   *
   * @param side Where it came in.
   * @param port Carries its bytes.
   * @param address Where it comes from.
   * @param identity Who it is, by a certificate that was verified.
   * @returns Its engine, which waits for the peer to introduce itself.
   */
  attach(
    side: "edge" | "service",
    port: LinkPort,
    address: PeerAddress,
    identity?: Identity,
  ): Link;
  /**
   * Closes the connection of a peer in an orderly way.
   *
   * @param id The id of an edge or of a service.
   * @param reason Why, for the log.
   * @returns When the connection is closed: whether there was one.
   */
  kick(id: bigint, reason?: string): Promise<boolean>;
}

/**
 * Puts the routing of a gateway together. Clock, randomness and connections are
 * handed in: the gateway and the tests on a virtual clock run the same.
 *
 * @param options What it needs from outside.
 * @returns The data plane, without any connection yet.
 */
export function createRouting(options: RoutingOptions): Routing {
  const { config, timers, random, wallClock, log, tally, tracer } = options;
  const { limits, hashBy } = config;
  const settings: LinkSettings = {
    ...LINK_SETTINGS,
    features: PEER_FEATURES,
    maxPayload: limits.maxFrameBytes,
    maxSessions: limits.maxSessionsPerConnection,
    handshakeTimeoutMs: limits.handshakeTimeoutMs,
    closeGraceMs: limits.closeGraceMs,
    maxSessionMeta: limits.maxSessionMetaBytes,
    writeStallMs: limits.writeStallMs,
    sessionWindow: limits.sessionWindowBytes,
    connectionWindow: limits.connectionWindowBytes,
    random,
    ...config.link,
  };
  const settingsOf = (side: 0 | 1): LinkSettings => ({
    ...settings,
    traffic: tally?.traffic[side],
  });
  const edgeSettings = settingsOf(0);
  const serviceSettings = settingsOf(1);
  const directory = new Directory(log, random() * 0x1_0000_0000);
  const chooser = new Chooser(hashBy, random);
  const ledger = new Ledger({
    maxMemory: config.maxMemory,
    rules: ledgerRules(limits),
  });
  const ids = new IdAllocator(random, wallClock);
  const policies = compilePolicies(options.policies ?? [], log);
  const verdicts = policies?.asksRoutes === true
    ? new RouteVerdicts(policies)
    : undefined;
  const exchange = new Exchange({
    directory,
    chooser,
    ledger,
    limits,
    forwardDeadlines: config.forwardDeadlines,
    random,
    timers,
    wallClock,
    verdicts,
    tally,
    tracer,
    log,
  });
  const streams = new Streams({
    directory,
    exchange,
    chooser,
    ledger,
    limits: {
      bufferBytes: limits.streamBufferBytes,
      stallMs: limits.streamStallMs,
    },
    verdicts,
    tally,
    tracer,
    log,
  });
  const hooks = new Hooks({
    directory,
    hashBy,
    random,
    timers,
    timeoutMs: limits.forwardTimeoutMs,
    maxOutboxBytes: limits.maxOutboxBytes,
    tally,
  });
  const pressure = new Pressure({
    ledger,
    room: exchange.room,
    timers,
    endStreams: (peer, reason) => streams.endAll(peer, reason),
    log,
  });
  exchange.onOverdrawn = (peer) => pressure.overdrawn(peer);
  const kicked: Map<Link, (() => void)[]> = new Map();
  const onEnded = (link: Link) => {
    for (const done of kicked.get(link) ?? []) done();
    kicked.delete(link);
    options.onEnded(link);
  };
  const strangers = new StrangerLog({ log, timers });
  const sides = {
    directory,
    exchange,
    streams,
    ids,
    policies,
    strangers,
    tally,
    log,
    onMoved: options.onMoved ?? (() => {}),
    onEnded,
  };
  const edgebound = new Edgebound({
    ...sides,
    hooks,
    ledger,
    timers,
    allocateEdgeIds: config.allocateEdgeIds,
    requireEdgeOnline: config.requireEdgeOnline ?? false,
    reaskIds: config.reaskIds ?? "ours",
    maxMethods: limits.maxMethodsPerConnection,
  });
  const onRoute = ({ kind }: Route) => {
    if (kind === "hook") edgebound.servicesChanged();
  };
  directory.subscribe({ registered: onRoute, unregistered: onRoute });
  const servicebound = new Servicebound({
    ...sides,
    ledger,
    maxMethods: limits.maxMethodsPerConnection,
  });

  return {
    directory,
    ids,
    ledger,
    exchange,
    streams,
    hooks,
    edgebound,
    servicebound,
    attach(side, port, address, identity): Link {
      const bound = side === "edge" ? edgebound : servicebound;
      const own = side === "edge" ? edgeSettings : serviceSettings;
      const link = new Link("server", own, bound, port);
      bound.attach(link, address, wallClock());
      (link.user as Peer).identity = identity;
      return link;
    },
    async kick(id, reason = "kicked"): Promise<boolean> {
      const edge = directory.edge(
        Number(id >> 32n),
        Number(id & 0xffff_ffffn),
      );
      const peer: Peer | undefined = edge ?? directory.service(id);
      if (peer === undefined) return false;
      const { link } = peer;
      const { promise, resolve } = Promise.withResolvers<void>();
      const waiting = kicked.get(link);
      if (waiting === undefined) kicked.set(link, [resolve]);
      else waiting.push(resolve);
      const end: CloseReason = { kind: "kicked", text: reason };
      if (edge !== undefined) edgebound.kick(edge, end);
      else servicebound.kick(peer as never, end);
      await promise;
      return true;
    },
  };
}
