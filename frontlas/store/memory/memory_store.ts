/**
 * A store without a server.
 *
 * @module
 */

import type { Eviction, PresenceEvent, Stamp } from "@frontier/proto/cluster";
import type {
  EdgeRecord,
  FrontierIntroduction,
  FrontierRecord,
  FrontierSession,
  PresenceMode,
  PresenceOutcome,
  PresenceStore,
  RecordPage,
  ServiceRecord,
  StoreState,
} from "../presence_store.ts";
import {
  LEASE_MS,
  MEMBERS_PART,
  NUMBERS,
  type RecordTimes,
  USUAL_PAGE,
  USUAL_TIMES,
} from "../presence_times.ts";
import { type Entry, Incarnation } from "./incarnation.ts";
import { EdgeTable, idOf, type PeerTable, ServiceTable } from "./peer_table.ts";

/** What a store in memory may be told. */
export interface MemoryStoreOptions {
  /** Unix milliseconds; must not go back. @default {one that nobody can set} */
  readonly clock?: () => number;
  /** Where the numbers of gateways begin: a directory that starts anew must not give those that others still use. @default {Math.random} */
  readonly random?: () => number;
  /** How edges of our gateways die; those of Go gateways always need signs of life. @default {"lease"} */
  readonly mode?: PresenceMode;
  /** How long records live without a sign of life. @default {30 s} */
  readonly times?: RecordTimes;
}

/**
 * Keeps presence in this process. It ends with the process: gateways tell
 * everything again when they connect. Two directories with such stores do not
 * know of each other.
 *
 * Every event takes the same time however much is stored. There is no timer:
 * what is over is found by the clock when it is read, and removed by
 * {@linkcode MemoryStore.removeDead}.
 */
export class MemoryStore implements PresenceStore {
  /** @inheritdoc */
  readonly kind = "memory";
  /** @inheritdoc */
  readonly mode: PresenceMode;
  /** @inheritdoc */
  readonly state: StoreState = "up";
  /** @inheritdoc */
  onState: ((state: StoreState) => void) | undefined = undefined;
  readonly #clock: () => number;
  readonly #times: RecordTimes;
  readonly #frontiers: Map<string, Incarnation> = new Map();
  /** Who has a number, by number. */
  readonly #numbers: Map<number, string> = new Map();
  /** Processes that others have followed, as long as something is left of them. */
  readonly #followed: Set<Incarnation> = new Set();
  readonly #edges: EdgeTable = new EdgeTable();
  readonly #services: ServiceTable = new ServiceTable();
  #generation = 0;
  #next: number;
  /** How far the search for records without signs of life has come. */
  #searched: { edges: number; services: number } = { edges: 0, services: 0 };

  /**
   * @param options See {@linkcode MemoryStoreOptions}.
   */
  constructor(options: MemoryStoreOptions = {}) {
    this.mode = options.mode ?? "lease";
    this.#clock = options.clock ?? steadyClock();
    this.#times = options.times ?? USUAL_TIMES;
    this.#next = Math.floor((options.random ?? Math.random)() * NUMBERS);
  }

  /** @inheritdoc */
  now(): number {
    return this.#clock();
  }

  /** @inheritdoc */
  ping(): Promise<void> {
    return Promise.resolve();
  }

  /** @inheritdoc */
  // deno-lint-ignore require-await -- errors reject
  async register(
    introduction: FrontierIntroduction,
  ): Promise<FrontierSession | undefined> {
    const { frontierId, instance } = introduction;
    const now = this.now();
    const known = this.#frontiers.get(frontierId);
    const same = known?.session.instance === instance;
    if (
      known !== undefined && known.until > now && !known.closed &&
      !(same && instance !== "")
    ) return undefined;
    const number = known?.session.number ?? this.#number(frontierId, now);
    this.#generation = Math.max(this.#generation + 1, now);
    const generation = this.#generation;
    const session = { frontierId, instance, generation, number };
    let incarnation = known;
    if (incarnation === undefined || !same) {
      if (incarnation !== undefined) {
        incarnation.until = 0;
        this.#followed.add(incarnation);
      }
      incarnation = new Incarnation(introduction, session);
      this.#frontiers.set(frontierId, incarnation);
    }
    incarnation.introduction = introduction;
    incarnation.session = session;
    incarnation.closed = false;
    incarnation.until = now + LEASE_MS;
    return session;
  }

  /** @inheritdoc */
  renew(session: FrontierSession): Promise<boolean> {
    const incarnation = this.#newest(session);
    if (incarnation === undefined) return Promise.resolve(false);
    incarnation.until = this.now() + LEASE_MS;
    return Promise.resolve(true);
  }

  /** @inheritdoc */
  release(session: FrontierSession, graceMs: number): Promise<void> {
    const incarnation = this.#newest(session);
    if (incarnation !== undefined) {
      incarnation.closed = true;
      incarnation.until = Math.min(incarnation.until, this.now() + graceMs);
    }
    return Promise.resolve();
  }

  /** @inheritdoc */
  apply(
    session: FrontierSession,
    events: readonly PresenceEvent[],
  ): Promise<readonly PresenceOutcome[] | undefined> {
    const owner = this.#newest(session);
    if (owner === undefined) return Promise.resolve(undefined);
    const now = this.now();
    return Promise.resolve(events.map((event) => {
      const table = this.#table(event.kind);
      return "addr" in event
        ? table.online(owner, event, this.#until(owner, event.kind), now)
        : table.offline(owner, event.id, event.stamp, now);
    }));
  }

  /** @inheritdoc */
  touch(
    session: FrontierSession,
    kind: "edge" | "service",
    id: bigint,
  ): Promise<void> {
    const owner = this.#newest(session);
    const entry = owner && this.#table(kind).at(owner, id);
    if (entry !== undefined) entry.until = this.#until(entry.owner, kind);
    return Promise.resolve();
  }

  /** @inheritdoc */
  remove(
    session: FrontierSession,
    kind: "edge" | "service",
    id: bigint,
  ): Promise<void> {
    const owner = this.#newest(session);
    const table = this.#table(kind);
    const entry = owner && table.at(owner, id);
    if (entry !== undefined) table.forget(entry);
    return Promise.resolve();
  }

  /** @inheritdoc */
  members(
    frontierId: string,
    kind: "edge" | "service",
    cursor: string,
  ): Promise<
    { cursor: string; members: readonly { id: bigint; stamp: Stamp }[] }
  > {
    const found = this.#frontiers.get(frontierId);
    const list = kind === "edge" ? found?.edges : found?.services;
    const part = list?.part(Number(cursor), MEMBERS_PART);
    return Promise.resolve({
      cursor: String(part?.cursor ?? 0),
      members: part?.items.map(({ id, stamp }) => ({ id, stamp })) ?? [],
    });
  }

  /** @inheritdoc */
  leaveEvictions(
    frontierId: string,
    evictions: readonly Eviction[],
  ): Promise<void> {
    this.#frontiers.get(frontierId)?.leave(evictions);
    return Promise.resolve();
  }

  /** @inheritdoc */
  takeEvictions(frontierId: string): Promise<readonly Eviction[]> {
    return Promise.resolve(this.#frontiers.get(frontierId)?.take() ?? []);
  }

  /** @inheritdoc */
  removeDead(budget: number): Promise<{ removed: number; more: boolean }> {
    const now = this.now();
    let left = budget;
    let removed = 0;
    const empty = (dead: Incarnation) => {
      for (
        const [list, table] of [
          [dead.edges, this.#edges],
          [dead.services, this.#services],
        ] as const
      ) {
        const items = list.end(left);
        for (const entry of items) table.forget(entry);
        left -= items.length;
        removed += items.length;
      }
      return dead.edges.size + dead.services.size === 0;
    };
    let more = false;
    for (const dead of this.#followed) {
      if (empty(dead)) this.#followed.delete(dead);
      else more = true;
    }
    for (const incarnation of this.#frontiers.values()) {
      if (incarnation.until <= now && !empty(incarnation)) more = true;
    }
    removed += this.#removeSilent("edges", this.#edges, left, now) +
      this.#removeSilent("services", this.#services, left, now);
    return Promise.resolve({ removed, more });
  }

  /** @inheritdoc */
  frontier(frontierId: string): Promise<FrontierRecord | undefined> {
    const found = this.#frontiers.get(frontierId);
    return Promise.resolve(
      found !== undefined && found.until > this.now()
        ? frontierRecord(found)
        : undefined,
    );
  }

  /** @inheritdoc */
  frontiers(): Promise<readonly FrontierRecord[]> {
    return Promise.resolve(this.#alive().map(frontierRecord).sort(byId));
  }

  /** @inheritdoc */
  edge(edgeId: bigint): Promise<EdgeRecord | undefined> {
    const entry = this.#edges.get(edgeId);
    return Promise.resolve(
      entry !== undefined && this.#edges.holds(entry, this.now())
        ? edgeRecord(entry)
        : undefined,
    );
  }

  /** @inheritdoc */
  edges(edgeIds: readonly bigint[]): Promise<readonly EdgeRecord[]> {
    const now = this.now();
    return Promise.resolve(
      edgeIds.map((id) => this.#edges.get(id))
        .filter((entry) => entry !== undefined && this.#edges.holds(entry, now))
        .map((entry) => edgeRecord(entry!)),
    );
  }

  /** @inheritdoc */
  edgePage(cursor: number, count: number): Promise<RecordPage<EdgeRecord>> {
    return Promise.resolve(this.#page(this.#edges, cursor, count, edgeRecord));
  }

  /** @inheritdoc */
  service(serviceId: bigint): Promise<readonly ServiceRecord[]> {
    const now = this.now();
    return Promise.resolve(
      this.#services.get(serviceId)
        .filter((entry) => this.#services.holds(entry, now))
        .map(serviceRecord),
    );
  }

  /** @inheritdoc */
  servicePage(
    cursor: number,
    count: number,
  ): Promise<RecordPage<ServiceRecord>> {
    return Promise.resolve(
      this.#page(this.#services, cursor, count, serviceRecord),
    );
  }

  /** @inheritdoc */
  counts(): Promise<{ edges: number; services: number }> {
    let edges = 0;
    let services = 0;
    for (const incarnation of this.#alive()) {
      edges += incarnation.edges.size;
      services += incarnation.services.size;
    }
    return Promise.resolve({ edges, services });
  }

  /** @inheritdoc */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #alive(): Incarnation[] {
    const now = this.now();
    return [...this.#frontiers.values()].filter(({ until }) => until > now);
  }

  /** The process of a session, if nobody has taken its place or ended it. */
  #newest({ frontierId, generation }: FrontierSession) {
    const found = this.#frontiers.get(frontierId);
    return found?.session.generation === generation && !found.closed
      ? found
      : undefined;
  }

  #table(kind: PresenceEvent["kind"] | "edge" | "service"): PeerTable {
    return kind.startsWith("edge") ? this.#edges : this.#services;
  }

  #until(owner: Incarnation, kind: string): number {
    if (this.mode === "lease" && owner.session.instance !== "") return Infinity;
    const { edgeMs, serviceMs } = this.#times;
    return this.now() + (kind.startsWith("edge") ? edgeMs : serviceMs);
  }

  /** A number that nobody alive has; the one that was given longest ago. */
  #number(frontierId: string, now: number): number {
    for (let tries = 0; tries < NUMBERS; tries++) {
      const number = this.#next++ % NUMBERS;
      const holder = this.#numbers.get(number);
      const known = holder === undefined
        ? undefined
        : this.#frontiers.get(holder);
      if (known !== undefined && known.until > now) continue;
      if (known !== undefined) {
        this.#frontiers.delete(holder!);
        this.#followed.add(known);
      }
      this.#numbers.set(number, frontierId);
      return number;
    }
    throw new Error(
      `Cannot give a number to gateway ${frontierId}: ${NUMBERS} gateways are alive, end some of them`,
    );
  }

  #page<T>(
    table: PeerTable,
    cursor: number,
    count: number,
    record: (entry: Entry) => T,
  ): RecordPage<T> {
    const now = this.now();
    const part = table.all.part(cursor, count || USUAL_PAGE);
    return {
      cursor: part.cursor,
      records: part.items.filter((entry) => table.holds(entry, now)).map(
        record,
      ),
    };
  }

  /** Looks at a part of what needs signs of life. */
  #removeSilent(
    kind: "edges" | "services",
    table: PeerTable,
    budget: number,
    now: number,
  ): number {
    const { cursor, items } = table.all.part(this.#searched[kind], budget);
    this.#searched[kind] = cursor;
    const silent = items.filter(({ until }) => until <= now);
    for (const entry of silent) table.forget(entry);
    return silent.length;
  }
}

function frontierRecord(
  { session, introduction, edges, services }: Incarnation,
): FrontierRecord {
  return {
    frontierId: session.frontierId,
    serviceAddr: introduction.serviceAddr,
    edgeAddr: introduction.edgeAddr,
    edges: edges.size,
    services: services.size,
  };
}

function edgeRecord(entry: Entry): EdgeRecord {
  return {
    edgeId: entry.id,
    addr: entry.addr,
    updateTime: Math.floor(entry.stamp.since / 1_000),
    frontierId: idOf(entry),
  };
}

function serviceRecord(entry: Entry): ServiceRecord {
  return {
    serviceId: entry.id,
    service: entry.meta,
    addr: entry.addr,
    updateTime: Math.floor(entry.stamp.since / 1_000),
    frontierId: idOf(entry),
  };
}

function byId(a: FrontierRecord, b: FrontierRecord): number {
  return a.frontierId < b.frontierId ? -1 : a.frontierId > b.frontierId ? 1 : 0;
}

/** Unix time as it was at the beginning, and what has passed since: a clock of the machine that is set ends no lease, and prolongs none. */
function steadyClock(): () => number {
  const begun = Date.now() - performance.now();
  return () => Math.floor(begun + performance.now());
}
