/**
 * Where a cluster keeps who is connected to which gateway.
 *
 * @module
 */

import type { Eviction, PresenceEvent, Stamp } from "@frontier/proto/cluster";

/** A gateway, as it introduces itself. */
export interface FrontierIntroduction {
  /** Its id within the cluster; never empty. */
  readonly frontierId: string;
  /** Which process it is, in hex: it changes with every start. Empty for a Go gateway. */
  readonly instance: string;
  /** Where services reach it, host and port. */
  readonly serviceAddr: string;
  /** Where edges reach it, host and port. */
  readonly edgeAddr: string;
}

/** One admitted connection of a gateway. Whoever holds an older one of the same gateway can change nothing any more. */
export interface FrontierSession {
  /** Id of the gateway. */
  readonly frontierId: string;
  /** Which process. */
  readonly instance: string;
  /** Which connection: greater than that of all before. */
  readonly generation: number;
  /** From 0 to 4 095, unlike that of every other gateway: its part of the ids it gives. */
  readonly number: number;
}

/** A gateway that is alive. */
export interface FrontierRecord {
  /** Its id. */
  readonly frontierId: string;
  /** Where services reach it. */
  readonly serviceAddr: string;
  /** Where edges reach it. */
  readonly edgeAddr: string;
  /** Edges that are connected to it. */
  readonly edges: number;
  /** Services that are connected to it. */
  readonly services: number;
}

/** An edge that is online. */
export interface EdgeRecord {
  /** Its id. */
  readonly edgeId: bigint;
  /** Its address. */
  readonly addr: string;
  /** Since when it is online, in Unix seconds. */
  readonly updateTime: number;
  /** The gateway it is connected to. */
  readonly frontierId: string;
}

/** A service that is online at one gateway; one that is connected to several has a record for each. */
export interface ServiceRecord {
  /** Its id. */
  readonly serviceId: bigint;
  /** What it said about itself. */
  readonly service: string;
  /** Its address. */
  readonly addr: string;
  /** Since when it is online, in Unix seconds. */
  readonly updateTime: number;
  /** The gateway. */
  readonly frontierId: string;
}

/** Part of a list. */
export interface RecordPage<T> {
  /** Where the next part begins; 0 after the last one. */
  readonly cursor: number;
  /** The records; as many as asked for, some more or fewer, or none. */
  readonly records: readonly T[];
}

/** What came of one event. */
export type PresenceOutcome =
  /** It is so now, or was so already. */
  | { readonly kind: "applied" }
  /** It is so now, and an older connection at another gateway is to end. */
  | { readonly kind: "moved"; readonly from: string; readonly stamp: Stamp }
  /** A newer connection counts, the one of the event is to end; of an offline: nothing was to be done. */
  | { readonly kind: "superseded" };

/** Whether the store answers. */
export type StoreState = "up" | "down";

/** How an edge's record dies with its gateway. */
export type PresenceMode = "ttl" | "lease";

/**
 * Where the records are. All answers are of gateways that are alive: what is
 * connected to a dead one counts as gone at once, whenever its records are
 * removed.
 *
 * Every method rejects with a `StoreUnavailableError` when the store does not
 * answer in time; nothing is queued meanwhile. Every write may be repeated.
 */
export interface PresenceStore extends AsyncDisposable {
  /** What keeps the records, for logs and metrics. */
  readonly kind: "memory" | "standalone" | "sentinel" | "cluster";
  /** How edges die with their gateway. */
  readonly mode: PresenceMode;
  /** Whether it answers. */
  readonly state: StoreState;
  /** Hears when that changes. Back up, it may have forgotten what it confirmed: gateways have to tell again. */
  onState: ((state: StoreState) => void) | undefined;
  /**
   * Reads the clock of the cluster, without I/O.
   *
   * @returns The time in milliseconds.
   */
  now(): number;
  /** Asks whether it answers; resolves when it does. */
  ping(): Promise<void>;

  /**
   * A gateway has connected.
   *
   * @param introduction Who it is.
   * @returns Its session; `undefined` when another process with this id is alive.
   */
  register(
    introduction: FrontierIntroduction,
  ): Promise<FrontierSession | undefined>;
  /**
   * Keeps a gateway alive for another lease of 30 s; writes its counts anew.
   *
   * @param session The session of the gateway.
   * @returns Whether the session is still the newest; a lease that had ended begins again.
   */
  renew(session: FrontierSession): Promise<boolean>;
  /**
   * Ends a gateway's life, unless a newer session of it has begun.
   *
   * @param session The session of the gateway.
   * @param graceMs In how many milliseconds; 0 for now.
   */
  release(session: FrontierSession, graceMs: number): Promise<void>;

  /**
   * Enters what a gateway tells, in this order.
   *
   * @param session The session of the gateway.
   * @param events What it tells.
   * @returns What came of each event; `undefined` when the session is not the gateway's newest, then nothing was entered.
   */
  apply(
    session: FrontierSession,
    events: readonly PresenceEvent[],
  ): Promise<readonly PresenceOutcome[] | undefined>;
  /**
   * A Go gateway's sign of life of one peer: what is recorded of it at this gateway lives on, or is recorded again where it can be.
   *
   * @param session The session of the gateway.
   * @param kind What the peer is.
   * @param id Which one.
   */
  touch(
    session: FrontierSession,
    kind: "edge" | "service",
    id: bigint,
  ): Promise<void>;
  /**
   * A Go gateway's offline, which names no connection: ends what is recorded of the peer at this gateway.
   *
   * @param session The session of the gateway.
   * @param kind What the peer is.
   * @param id Which one.
   */
  remove(
    session: FrontierSession,
    kind: "edge" | "service",
    id: bigint,
  ): Promise<void>;
  /**
   * Which peers are recorded at a gateway, in parts; stale entries included.
   *
   * @param frontierId Id of the gateway.
   * @param kind Which peers.
   * @param cursor Where to begin; "0" at first.
   * @returns Ids with their connections, and where the next part begins: "0" after the last.
   */
  members(
    frontierId: string,
    kind: "edge" | "service",
    cursor: string,
  ): Promise<
    { cursor: string; members: readonly { id: bigint; stamp: Stamp }[] }
  >;

  /**
   * Leaves evictions for a gateway that is connected to another directory; bounded, the oldest go first.
   *
   * @param frontierId Id of the gateway.
   * @param evictions Connections that are to end.
   */
  leaveEvictions(
    frontierId: string,
    evictions: readonly Eviction[],
  ): Promise<void>;
  /**
   * Takes the evictions that were left for a gateway.
   *
   * @param frontierId Id of the gateway.
   * @returns The evictions; they are left no more.
   */
  takeEvictions(frontierId: string): Promise<readonly Eviction[]>;

  /**
   * Removes a part of what dead gateways have left.
   *
   * @param budget Records to look at, at most.
   * @returns How many were removed, and whether something is left to do.
   */
  removeDead(budget: number): Promise<{ removed: number; more: boolean }>;

  /**
   * Finds a gateway that is alive.
   *
   * @param frontierId Which gateway.
   * @returns The gateway; `undefined` if it is not alive.
   */
  frontier(frontierId: string): Promise<FrontierRecord | undefined>;
  /**
   * Lists all gateways that are alive.
   *
   * @returns The gateways, in the order of their ids.
   */
  frontiers(): Promise<readonly FrontierRecord[]>;
  /**
   * Finds an edge.
   *
   * @param edgeId Which edge.
   * @returns The edge; `undefined` if it is not online.
   */
  edge(edgeId: bigint): Promise<EdgeRecord | undefined>;
  /**
   * Finds several edges.
   *
   * @param edgeIds Which edges.
   * @returns Those that are online.
   */
  edges(edgeIds: readonly bigint[]): Promise<readonly EdgeRecord[]>;
  /**
   * Lists a part of all edges; an edge may come twice.
   *
   * @param cursor Where the part begins; 0 at first.
   * @param count About how many are wanted.
   * @returns The part, and where the next one begins.
   */
  edgePage(cursor: number, count: number): Promise<RecordPage<EdgeRecord>>;
  /**
   * Finds a service.
   *
   * @param serviceId Which service.
   * @returns The service, at each of its gateways; none if it is not online.
   */
  service(serviceId: bigint): Promise<readonly ServiceRecord[]>;
  /**
   * Lists a part of all services; one may come twice.
   *
   * @param cursor Where the part begins; 0 at first.
   * @param count About how many are wanted.
   * @returns The part, and where the next one begins.
   */
  servicePage(
    cursor: number,
    count: number,
  ): Promise<RecordPage<ServiceRecord>>;
  /**
   * Counts what is online at gateways that are alive.
   *
   * @returns How many edges and services.
   */
  counts(): Promise<{ edges: number; services: number }>;
}

/** The store does not answer. */
export class StoreUnavailableError extends Error {
  /** Name of the class. */
  override readonly name = "StoreUnavailableError";
}
