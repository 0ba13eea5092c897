/** A gateway's membership on a virtual clock, and the directories that it reports to. */

import { TimerWheel } from "@frontier/proto";
import { Timer } from "@frontier/proto";
import {
  compareStamps,
  decodePresenceBatch,
  decodeReport,
  encodePresenceReply,
  encodeTerms,
  type Eviction,
  METHOD_HELLO,
  METHOD_PRESENCE,
  type ReportMethod,
  type Stamp,
} from "@frontier/proto/cluster";
import { FrontierError, type Link } from "@frontier/proto/internal";
import { type Logger, NULL_LOGGER } from "@frontier/platform/log";
import { seededRandom } from "../../../proto/testing/sim_network.ts";
import { Directory } from "../../directory/directory.ts";
import { IdAllocator } from "../../directory/id_allocator.ts";
import { EdgePeer, ServicePeer } from "../../directory/peer.ts";
import type {
  ClusterLink,
  ClusterRequests,
  DialDirectory,
} from "../cluster_link.ts";
import { Membership } from "../membership.ts";

/** How a simulated directory behaves; everything may change while it runs. */
export interface Faults {
  /** Whether it can be connected to. */
  away: boolean;
  /** Whether it answers; what it is asked meanwhile it answers later. */
  stopped: boolean;
  /** Whether its store answers. */
  storeDown: boolean;
  /** Part of the reports that fail, after they were entered or before. */
  failing: number;
  /** Longest time that a question or an answer travels, in milliseconds. */
  delayMs: number;
}

/** What a directory has recorded. */
export interface SimRecord {
  readonly stamp: Stamp;
  /** When it was told of last. */
  toldAt: number;
  readonly text: string;
}

/** A directory of ours, or of the original's. */
export class SimDirectory {
  readonly faults: Faults = {
    away: false,
    stopped: false,
    storeDown: false,
    failing: 0,
    delayMs: 0,
  };
  /** By kind and id. */
  readonly records: Map<string, SimRecord> = new Map();
  /** Calls that came, by method. */
  readonly calls: Record<string, number> = {};
  /** Bytes and records of the largest batch. */
  readonly largest = { bytes: 0, records: 0, inFlight: 0 };
  /** Counts of edges and services as a directory of the original's keeps them. */
  readonly counted = { edge: 0, service: 0 };
  /** Told with the next reply. */
  evictions: Eviction[] = [];
  /** Asked with every reply until it is done. */
  resync = false;
  /** Milliseconds within which everybody is to be told of again. */
  renewMs = 10_000;
  /** Methods that it does not know on this link. */
  unknown: Set<string> = new Set();
  /** Why it refuses the next gateway; empty when it does not. */
  refusal = "";
  link: SimLink | undefined = undefined;
  links = 0;

  constructor(readonly world: SimCluster, readonly ours: boolean) {}

  /** Loses the link there is. */
  drop(): void {
    this.link?.end("lost");
  }
}

/** One link to a simulated directory. */
export class SimLink implements ClusterLink {
  readonly closed: Promise<string>;
  readonly goingAway: Promise<void>;
  readonly #end = Promise.withResolvers<string>();
  readonly #goingAway = Promise.withResolvers<void>();
  over = false;
  farewell: boolean | undefined = undefined;
  #inFlight = 0;
  #epoch = 0;
  #named = new Set<string>();
  /** What has come and was not looked at. */
  readonly #queue: (() => void)[] = [];
  readonly #waiting: ((error: Error) => void)[] = [];

  constructor(
    readonly directory: SimDirectory,
    readonly requests: ClusterRequests,
  ) {
    this.closed = this.#end.promise;
    this.goingAway = this.#goingAway.promise;
    directory.link = this;
    directory.links++;
  }

  get ours(): boolean {
    return this.directory.ours;
  }

  leave(): void {
    this.#goingAway.resolve();
  }

  end(reason: string): void {
    if (this.over) return;
    this.over = true;
    if (this.directory.link === this) this.directory.link = undefined;
    this.#end.resolve(reason);
    const lost = new FrontierError(
      "force-closed",
      `Connection lost: ${reason}`,
    );
    for (const reject of this.#waiting.splice(0)) reject(lost);
  }

  cut(reason: string): void {
    this.end(reason);
  }

  close(farewell: boolean): Promise<void> {
    this.farewell = farewell;
    this.end("closed");
    return Promise.resolve();
  }

  call(method: string, data: Uint8Array): Promise<Uint8Array> {
    const { directory } = this;
    const { world, faults, calls, largest } = directory;
    calls[method] = (calls[method] ?? 0) + 1;
    this.#inFlight++;
    largest.inFlight = Math.max(largest.inFlight, this.#inFlight);
    return new Promise<Uint8Array>((resolve, reject) => {
      this.#waiting.push(reject);
      const done = () => {
        this.#inFlight--;
        this.#waiting.splice(this.#waiting.indexOf(reject), 1);
      };
      const handle = () => {
        if (this.over) return;
        // Nothing overtakes on a connection; answers may.
        if (faults.stopped || this.#queue[0] !== handle) {
          world.later(10, handle);
          return;
        }
        this.#queue.shift();
        const failing = world.random() < faults.failing;
        const entered = !failing || world.random() < 0.5;
        let answer: Uint8Array | Error;
        try {
          answer = entered ? this.#answer(method, data) : new Uint8Array(0);
          if (failing) answer = new FrontierError("remote", "store failed");
        } catch (error) {
          answer = error as Error;
        }
        world.later(world.random() * faults.delayMs, () => {
          if (this.over) return;
          done();
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
        });
      };
      this.#queue.push(handle);
      world.later(world.random() * faults.delayMs, handle);
    });
  }

  #answer(method: string, data: Uint8Array): Uint8Array {
    const { directory } = this;
    if (directory.unknown.has(method)) {
      throw FrontierError.fromWire(`no such rpc: ${method}`);
    }
    if (method === METHOD_HELLO) {
      return encodeTerms({
        now: directory.world.clusterNow,
        generation: directory.links,
        number: 77,
        mode: "ttl",
        renewMs: directory.renewMs,
        beatMs: 5_000,
        batchRecords: 1_000,
        batchBytes: 65_536,
        batchesInFlight: 4,
      });
    }
    return method === METHOD_PRESENCE
      ? this.#batch(data)
      : this.#report(method as ReportMethod, data);
  }

  #batch(data: Uint8Array): Uint8Array {
    const { directory } = this;
    const { world, faults, records, largest } = directory;
    const batch = decodePresenceBatch(data);
    largest.bytes = Math.max(largest.bytes, data.length);
    largest.records = Math.max(largest.records, batch.events.length);
    const { evictions } = directory;
    directory.evictions = [];
    const reply = { now: world.clusterNow, evictions };
    if (faults.storeDown) {
      directory.evictions = evictions;
      return encodePresenceReply({
        ...reply,
        evictions: [],
        resync: false,
        unavailable: true,
      });
    }
    if (batch.syncBegin) {
      directory.resync = false;
      this.#epoch = batch.epoch;
      this.#named = new Set();
    }
    for (const event of batch.events) {
      const [kind, what] = event.kind.split("-");
      const key = `${kind} ${event.id}`;
      const before = records.get(key);
      if (what === "online" && "addr" in event) {
        const { stamp, addr, meta } = event;
        if (before !== undefined && older(stamp, before.stamp)) continue;
        const text = `${addr} ${meta}`;
        records.set(key, { stamp, text, toldAt: world.now });
        if (batch.epoch === this.#epoch) this.#named.add(key);
      } else if (before !== undefined && same(event.stamp, before.stamp)) {
        records.delete(key);
      }
    }
    if (batch.syncEnd && batch.epoch === this.#epoch) {
      for (const key of [...records.keys()]) {
        if (!this.#named.has(key)) records.delete(key);
      }
    }
    const { resync } = directory;
    return encodePresenceReply({ ...reply, resync, unavailable: false });
  }

  /** As the original: no stamps, counts that go up and down, records that stay. */
  #report(method: ReportMethod, data: Uint8Array): Uint8Array {
    const { records, counted, world } = this.directory;
    const report = decodeReport(method, data);
    if (report.method === "frontier_stats") {
      counted.edge = report.edges;
      counted.service = report.services;
      return new Uint8Array(0);
    }
    const kind = "edgeId" in report ? "edge" : "service";
    const id = "edgeId" in report ? report.edgeId : report.serviceId;
    const key = `${kind} ${id}`;
    const what = method.split("_")[1];
    const before = records.get(key);
    const stamp = { since: 0, seq: 0 };
    if (what === "online") {
      counted[kind]++;
      records.set(key, { stamp, toldAt: world.now, text: report.addr });
    } else if (what === "offline") {
      counted[kind]--;
      records.delete(key);
    } else if (before !== undefined) before.toldAt = world.now;
    return new Uint8Array(0);
  }
}

function older(a: Stamp, b: Stamp): boolean {
  const frontierId = "";
  return compareStamps({ ...a, frontierId }, { ...b, frontierId }) < 0;
}

function same(a: Stamp, b: Stamp): boolean {
  return a.since === b.since && a.seq === b.seq;
}

/** A gateway's directory of peers, its membership, and directories of the cluster. */
export class SimCluster {
  now = 1_000;
  readonly timers: TimerWheel = new TimerWheel(1_000);
  readonly random: () => number;
  readonly directory: Directory = new Directory();
  readonly ids: IdAllocator;
  readonly directories: Map<string, SimDirectory> = new Map();
  readonly evicted: bigint[] = [];
  readonly lines: string[] = [];
  /** Dials that were begun. */
  readonly dialled: string[] = [];
  /** What the cluster's clock is ahead of this gateway's. */
  clusterAhead = 1_790_000_000_000;
  /** Our end of connections to directories. */
  local = "10.0.0.5";
  #arrivals = 0;

  constructor(seed = 1) {
    this.random = seededRandom(seed);
    this.ids = new IdAllocator(this.random, () => 1_790_000_000_000 + this.now);
  }

  get clusterNow(): number {
    return Math.floor(this.now + this.clusterAhead);
  }

  /** Adds a directory. */
  add(addr: string, ours = true): SimDirectory {
    const made = new SimDirectory(this, ours);
    this.directories.set(addr, made);
    return made;
  }

  join(statsMs = Infinity): Membership {
    const line = (text: string, fields?: object) =>
      void this.lines.push(`${text} ${JSON.stringify(fields ?? {})}`);
    const log: Logger = { ...NULL_LOGGER, info: line, warn: line, error: line };
    return new Membership({
      frontierId: "gw-1",
      instance: "0123456789abcdef",
      addrs: [...this.directories.keys()],
      servicebound: side("servicebound", 30_011),
      edgebound: side("edgebound", 30_012),
      statsMs,
      dial: this.#dial,
      directory: this.directory,
      ids: this.ids,
      evict: (edge) => {
        this.evicted.push(edge.id);
        this.leave(edge);
        return true;
      },
      timers: this.timers,
      random: this.random,
      wallClock: () => this.now,
      log,
    });
  }

  readonly #dial: DialDirectory = (addr, { introduce, requests }) => {
    this.dialled.push(addr);
    const directory = this.directories.get(addr)!;
    return new Promise((resolve, reject) => {
      this.later(1 + this.random() * directory.faults.delayMs, () => {
        if (directory.faults.away) {
          reject(new Error(`Cannot connect to ${addr}: refused`));
        } else if (directory.refusal !== "") {
          reject(
            new Error(
              `Cannot connect: the gateway refused: ${directory.refusal}`,
            ),
          );
        } else {
          try {
            introduce({ network: "tcp", hostname: this.local, port: 5_000 });
            resolve(new SimLink(directory, requests));
          } catch (error) {
            reject(error as Error);
          }
        }
      });
    });
  };

  /** Does something later. */
  later(ms: number, act: () => void): void {
    this.timers.set(new Timer(act), this.now + ms);
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    await settle();
    while (this.now < until) {
      this.now = Math.min(until, this.now + 8);
      this.timers.advance(this.now);
      await settle();
    }
  }

  /** An edge connects; with an id that is taken it takes its place. */
  edge(id?: number): EdgePeer {
    const edge = new EdgePeer(
      this.#link(),
      { network: "tcp", hostname: "10.1.0.1", port: 1 + this.#arrivals },
      0,
    );
    if (id === undefined) {
      this.ids.next();
      edge.idHi = this.ids.hi;
      edge.idLo = this.ids.lo;
    } else edge.idLo = id;
    edge.arrival = ++this.#arrivals;
    const older = this.directory.edge(edge.idHi, edge.idLo);
    if (older !== undefined) this.directory.removeEdge(older);
    this.directory.addEdge(edge);
    return edge;
  }

  /** A service connects. */
  service(name: string, topics: string[] = []): ServicePeer {
    const service = new ServicePeer(
      this.#link(),
      { network: "tcp", hostname: "10.2.0.1", port: 1 + this.#arrivals },
      0,
    );
    this.ids.next();
    service.idHi = this.ids.hi;
    service.idLo = this.ids.lo;
    service.arrival = ++this.#arrivals;
    service.name = name;
    service.topics = topics;
    this.directory.addService(service);
    return service;
  }

  /** A peer goes. */
  leave(peer: EdgePeer | ServicePeer): void {
    if (peer.kind === "edge") this.directory.removeEdge(peer);
    else this.directory.removeService(peer);
  }

  /** Keys of everybody who is here. */
  get here(): string[] {
    const peers = [...this.directory.services(), ...this.directory.edges()];
    return peers.map(({ kind, id }) => `${kind} ${id}`).sort();
  }

  #link(): Link {
    return { openedAt: this.now, ours: true } as Link;
  }
}

function side(kind: "servicebound" | "edgebound", port: number) {
  const key = `${kind}.listen.advertised_addr`;
  return { key, configured: "", hostname: "0.0.0.0", port };
}

/** Lets promises run. */
async function settle(): Promise<void> {
  for (let i = 0; i < 12; i++) await undefined;
}
