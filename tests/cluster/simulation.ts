/**
 * A cluster on a virtual clock: gateways' memberships and Frontlas' presence as they are, a store in memory, and a network
 * between them that is slow, loses links, and tells the two ends of a loss at different times.
 *
 * @module
 */

import { Timer, TimerWheel } from "@frontier/proto";
import {
  decodeFrontierMeta,
  encodeEvictions,
  type Eviction,
  METHOD_HELLO,
  METHOD_PRESENCE,
} from "@frontier/proto/cluster";
import { FrontierError, type Link } from "@frontier/proto/internal";
import { NULL_LOGGER } from "@frontier/platform/log";
import { seededRandom } from "../../proto/testing/sim_network.ts";
import { OurSession } from "../../frontlas/presence/our_session.ts";
import type { GatewayLink } from "../../frontlas/presence/gateway_link.ts";
import { Presence } from "../../frontlas/presence/presence.ts";
import type { GatewaySession } from "../../frontlas/presence/session.ts";
import { MemoryStore } from "../../frontlas/store/memory/mod.ts";
import {
  type PresenceMode,
  type PresenceStore,
  StoreUnavailableError,
} from "../../frontlas/store/presence_store.ts";
import type {
  ClusterLink,
  ClusterRequests,
  DialDirectory,
} from "../../server/cluster/cluster_link.ts";
import { Membership } from "../../server/cluster/membership.ts";
import { Directory } from "../../server/directory/directory.ts";
import { IdAllocator } from "../../server/directory/id_allocator.ts";
import { EdgePeer } from "../../server/directory/peer.ts";

/** When worlds begin, in Unix milliseconds. */
const BEGIN = 1_790_000_000_000;
/** Milliseconds between two looks at the timers. */
const STEP_MS = 40;
/** Longest way of a packet, in milliseconds. */
const WAY_MS = 120;

/** A store that every directory shares, slow, and away at times. */
class SharedStore {
  readonly store: PresenceStore;
  memory: MemoryStore;
  up = true;

  constructor(readonly sim: ClusterSim, readonly mode: PresenceMode) {
    this.memory = this.#empty();
    this.store = new Proxy({} as PresenceStore, {
      get: (_, name: keyof PresenceStore) => {
        if (name === "state") return this.up ? "up" : "down";
        if (name === "now") return () => this.memory.now();
        const member = this.memory[name as keyof MemoryStore];
        if (typeof member !== "function") return member;
        return async (...args: unknown[]) => {
          await sim.wait(sim.random() * 10);
          if (!this.up) throw new StoreUnavailableError("It is away");
          const { memory } = this;
          const answer = await (memory[name as keyof MemoryStore] as (
            ...args: unknown[]
          ) => unknown).apply(memory, args);
          await sim.wait(sim.random() * 10);
          // Done, and nobody hears of it.
          if (!this.up) throw new StoreUnavailableError("It is away");
          return answer;
        };
      },
    });
  }

  #empty(): MemoryStore {
    return new MemoryStore({
      clock: () => BEGIN + this.sim.now,
      random: this.sim.random,
      mode: this.mode,
    });
  }

  /** It comes back with nothing of what it had. */
  forget(): void {
    this.memory = this.#empty();
  }
}

/** A Frontlas. */
export class SimFrontlas {
  presence: Presence | undefined;
  readonly links = new Set<SimLink>();

  constructor(readonly sim: ClusterSim, readonly addr: string) {
    this.start();
  }

  start(): void {
    const { sim } = this;
    this.presence = new Presence({
      store: sim.shared.store,
      timers: sim.timers,
      random: sim.random,
      log: NULL_LOGGER,
    });
  }

  /** As SIGKILL does: nobody is told anything but by the ends of their links. */
  kill(): void {
    this.presence?.close();
    this.presence = undefined;
    for (const link of this.links) link.breakOff("frontlas killed", 0);
  }
}

/** One link between a gateway and a Frontlas, both its ends. */
export class SimLink implements ClusterLink, GatewayLink {
  readonly address = "192.0.2.1:50000";
  readonly ours = true;
  readonly goingAway = new Promise<void>(() => {});
  readonly closed: Promise<string>;
  /** Whether nothing passes any more, though nobody may know. */
  broken = false;
  /** Whether the gateway knows. */
  over = false;
  session: GatewaySession | undefined;
  readonly #end = Promise.withResolvers<string>();
  readonly #waiting = new Set<(error: Error) => void>();
  /** What is on its way to Frontlas: nothing overtakes. */
  readonly #sent: (() => void)[] = [];

  constructor(
    readonly sim: ClusterSim,
    readonly gateway: SimGateway,
    readonly frontlas: SimFrontlas,
    readonly requests: ClusterRequests,
  ) {
    this.closed = this.#end.promise;
    frontlas.links.add(this);
    gateway.links.add(this);
  }

  call(method: string, data: Uint8Array): Promise<Uint8Array> {
    const { sim } = this;
    return new Promise((resolve, reject) => {
      if (this.over) {
        reject(new FrontierError("force-closed", "Connection lost"));
        return;
      }
      this.#waiting.add(reject);
      this.#send(async () => {
        const { session } = this;
        if (!(session instanceof OurSession) || session.over) return;
        let answer: Uint8Array | FrontierError;
        try {
          if (method === METHOD_HELLO) answer = session.hello(data);
          else if (method === METHOD_PRESENCE) {
            answer = await session.batch(data.slice());
          } else answer = FrontierError.fromWire(`no such rpc: ${method}`);
        } catch (error) {
          answer = FrontierError.from(error, "remote");
        }
        sim.after(sim.random() * WAY_MS, () => {
          if (this.broken || this.over) return;
          this.#waiting.delete(reject);
          if (answer instanceof FrontierError) reject(answer);
          else resolve(answer);
        }, this.gateway);
      });
    });
  }

  #send(act: () => void): void {
    const { sim } = this;
    this.#sent.push(act);
    sim.after(sim.random() * WAY_MS, () => {
      const first = this.#sent.shift()!;
      if (!this.broken) first();
    });
  }

  close(farewell: boolean): Promise<void> {
    this.#gatewayEnd("closed");
    this.#send(() => {
      this.#frontlasEnd(farewell ? "peer-closed" : "lost");
      this.broken = true;
    });
    return Promise.resolve();
  }

  cut(reason: string): void {
    this.#gatewayEnd(reason);
    this.breakOff(reason, 0);
  }

  async evict(evictions: readonly Eviction[]): Promise<void> {
    await this.#ask(() => this.requests.evict(encodeEvictions(evictions)));
  }

  async resync(): Promise<void> {
    await this.#ask(() => this.requests.resync());
  }

  async #ask(act: () => void): Promise<void> {
    const { sim } = this;
    await sim.wait(1 + sim.random() * WAY_MS);
    if (this.broken) {
      throw new FrontierError("timeout", "Cannot call: no answer");
    }
    sim.after(0, () => {
      if (!this.broken && !this.over) act();
    }, this.gateway);
  }

  pause(): void {}

  resume(): void {}

  end(): void {
    this.#frontlasEnd("closed");
    this.breakOff("ended by Frontlas", 0);
  }

  /**
   * Nothing passes any more. Each end notices by itself.
   *
   * @param lateMs Until when, at the latest.
   */
  breakOff(reason: string, lateMs: number): void {
    if (this.broken) return;
    this.broken = true;
    const { sim } = this;
    sim.after(
      sim.random() * lateMs,
      () => this.#gatewayEnd(reason),
      this.gateway,
    );
    sim.after(sim.random() * lateMs, () => this.#frontlasEnd("lost"));
  }

  #gatewayEnd(reason: string): void {
    if (this.over) return;
    this.over = true;
    this.gateway.links.delete(this);
    this.#end.resolve(reason);
    for (const reject of this.#waiting) {
      reject(new FrontierError("force-closed", `Connection lost: ${reason}`));
    }
    this.#waiting.clear();
  }

  #frontlasEnd(kind: "lost" | "closed" | "peer-closed"): void {
    this.frontlas.links.delete(this);
    const { session } = this;
    this.session = undefined;
    if (session === undefined || this.frontlas.presence === undefined) return;
    this.frontlas.presence.ended(session, { kind, text: kind });
  }
}

/** A gateway, as far as a cluster is concerned. */
export class SimGateway {
  readonly links = new Set<SimLink>();
  /** Timers of its own: they stand still with it. */
  timers: TimerWheel;
  directory!: Directory;
  membership: Membership | undefined;
  /** Whether the process stands still. */
  frozen = false;
  /** What it would do if it did not. */
  readonly #frozenActs: (() => void)[] = [];

  constructor(readonly sim: ClusterSim, readonly id: string) {
    this.timers = new TimerWheel(sim.now);
    this.start();
  }

  get alive(): boolean {
    return this.membership !== undefined;
  }

  /** A process begins, with nobody connected. */
  start(): void {
    const { sim, id } = this;
    this.timers = new TimerWheel(sim.now);
    this.directory = new Directory();
    const side = (key: string, port: number) => ({
      key: `${key}.listen.advertised_addr`,
      configured: `${id}.example:${port}`,
      hostname: "0.0.0.0",
      port,
    });
    this.membership = new Membership({
      frontierId: id,
      instance: Math.floor(sim.random() * 2 ** 32).toString(16).padStart(
        16,
        "0",
      ),
      addrs: sim.frontlas.map(({ addr }) => addr),
      servicebound: side("servicebound", 30_011),
      edgebound: side("edgebound", 30_012),
      statsMs: Infinity,
      dial: this.#dial,
      directory: this.directory,
      ids: new IdAllocator(sim.random, () => BEGIN + sim.now),
      evict: (edge) => {
        sim.evicted(this, edge);
        return true;
      },
      timers: this.timers,
      random: sim.random,
      // Gateways' own clocks are wrong.
      wallClock: () => BEGIN + sim.now + sim.skews.get(id)!,
      log: NULL_LOGGER,
    });
  }

  /** As SIGKILL does. */
  kill(): void {
    const { membership } = this;
    this.membership = undefined;
    this.frozen = false;
    this.#frozenActs.length = 0;
    for (const link of [...this.links]) link.breakOff("gateway killed", 1_000);
    this.links.clear();
    // It can say nothing more: its links are broken.
    void membership?.close(0);
    for (const edge of [...this.directory.edges()]) {
      this.sim.gone(edge);
    }
    this.timers = new TimerWheel(this.sim.now);
  }

  /** Does something unless it stands still; then later. */
  act(act: () => void): void {
    if (this.frozen) this.#frozenActs.push(act);
    else act();
  }

  thaw(): void {
    this.frozen = false;
    // Its clock has gone on.
    this.timers.advance(this.sim.now);
    for (const act of this.#frozenActs.splice(0)) act();
  }

  readonly #dial: DialDirectory = async (addr, { introduce, requests }) => {
    const { sim } = this;
    const frontlas = sim.frontlas.find((one) => one.addr === addr)!;
    await sim.wait(1 + sim.random() * WAY_MS, this);
    const { presence } = frontlas;
    if (presence === undefined || sim.cut.has(`${this.id} ${addr}`)) {
      throw new Error(`Cannot connect to ${addr}: refused`);
    }
    const meta = introduce({ network: "tcp", hostname: "10.0.0.1", port: 1 });
    const link = new SimLink(sim, this, frontlas, requests);
    try {
      const session = await presence.admit(decodeFrontierMeta(meta), link);
      if (link.broken || frontlas.presence !== presence) {
        if (frontlas.presence === presence) {
          presence.ended(session, { kind: "lost", text: "lost" });
        }
        throw new FrontierError("force-closed", "Connection lost");
      }
      link.session = session;
    } catch (error) {
      link.breakOff("refused", 0);
      throw error;
    }
    await sim.wait(1 + sim.random() * WAY_MS, this);
    return link;
  };
}

/** All of it. */
export class ClusterSim {
  now = 1_000;
  readonly timers: TimerWheel = new TimerWheel(1_000);
  readonly random: () => number;
  readonly shared: SharedStore;
  readonly frontlas: SimFrontlas[] = [];
  readonly gateways: SimGateway[] = [];
  /** Pairs of a gateway and the address of a Frontlas that cannot reach each other. */
  readonly cut = new Set<string>();
  /** What the clocks of gateways are wrong by. */
  readonly skews = new Map<string, number>();
  /** The newest connection of each edge, where it has one. */
  readonly truth = new Map<bigint, { gateway: SimGateway; edge: EdgePeer }>();
  /** What must not have happened. */
  readonly wrong: string[] = [];
  /** What was done, the last of it. */
  readonly story: string[] = [];
  #arrivals = 0;

  constructor(seed: number, mode: PresenceMode) {
    this.random = seededRandom(seed);
    this.shared = new SharedStore(this, mode);
    for (const addr of ["f0:40012", "f1:40012"]) {
      this.frontlas.push(new SimFrontlas(this, addr));
    }
    for (const id of ["g0", "g1", "g2"]) {
      this.skews.set(id, Math.floor((this.random() - 0.5) * 600_000));
      this.gateways.push(new SimGateway(this, id));
    }
  }

  /** A number below another. */
  pick(below: number): number {
    return Math.floor(this.random() * below);
  }

  /** Does something later; what a gateway does waits while it stands still. */
  after(ms: number, act: () => void, gateway?: SimGateway): void {
    const timer = new Timer(() =>
      gateway === undefined ? act() : gateway.act(act)
    );
    this.timers.set(timer, Math.ceil(this.now + ms));
  }

  wait(ms: number, gateway?: SimGateway): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve, gateway));
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    while (this.now < until) {
      this.now = Math.min(until, this.now + STEP_MS);
      this.timers.advance(this.now);
      await settle();
      for (const gateway of this.gateways) {
        if (gateway.alive && !gateway.frozen) gateway.timers.advance(this.now);
      }
      await settle();
    }
  }

  /** An edge connects to a gateway; the connection it had ends there some time. */
  connect(id: bigint, gateway: SimGateway): void {
    const before = this.truth.get(id);
    const link = { openedAt: this.now, ours: true } as Link;
    const edge = new EdgePeer(
      link,
      { network: "tcp", hostname: "10.1.0.1", port: ++this.#arrivals },
      0,
    );
    edge.idLo = Number(id);
    edge.arrival = this.#arrivals;
    const older = gateway.directory.edge(0, edge.idLo);
    if (older !== undefined) gateway.directory.removeEdge(older);
    gateway.directory.addEdge(edge);
    this.truth.set(id, { gateway, edge });
    if (before !== undefined && before.gateway !== gateway) {
      // A gateway may hear late of an edge that has gone without a word.
      this.after(
        this.random() * 30_000,
        () => this.#remove(before.gateway, before.edge),
        before.gateway,
      );
    }
  }

  /** An edge goes; its gateway notices. */
  disconnect(id: bigint): void {
    const found = this.truth.get(id);
    if (found === undefined) return;
    this.truth.delete(id);
    this.#remove(found.gateway, found.edge);
  }

  /** A gateway ends a connection because there is a newer one. */
  evicted(gateway: SimGateway, edge: EdgePeer): void {
    const found = this.truth.get(edge.id);
    if (found?.edge === edge) {
      this.wrong.push(
        `${this.now} ${gateway.id} ended the newest connection of ${edge.id}`,
      );
      this.truth.delete(edge.id);
    }
    this.#remove(gateway, edge);
  }

  /** The process that had an edge is dead. */
  gone(edge: EdgePeer): void {
    if (this.truth.get(edge.id)?.edge === edge) this.truth.delete(edge.id);
  }

  #remove(gateway: SimGateway, edge: EdgePeer): void {
    if (gateway.directory.edge(edge.idHi, edge.idLo) === edge) {
      gateway.directory.removeEdge(edge);
    }
  }

  /** What the directory of the cluster says that is not so. */
  async mistakes(): Promise<string[]> {
    const { memory } = this.shared;
    const found = [...this.wrong];
    const alive = this.gateways.filter(({ alive }) => alive);
    const listed = (await memory.frontiers()).map(({ frontierId }) =>
      frontierId
    );
    if (listed.join() !== alive.map(({ id }) => id).join()) {
      found.push(`gateways ${listed}, not ${alive.map(({ id }) => id)}`);
    }
    for (let id = 1n; id <= 40n; id++) {
      const place = this.truth.get(id)?.gateway.id;
      const known = (await memory.edge(id))?.frontierId;
      if (known !== place) found.push(`edge ${id} at ${known}, not ${place}`);
    }
    const { edges } = await memory.counts();
    if (edges !== this.truth.size) {
      found.push(`${edges} edges, not ${this.truth.size}`);
    }
    for (const gateway of alive) {
      for (const edge of gateway.directory.edges()) {
        if (this.truth.get(edge.id)?.edge !== edge) {
          found.push(`${gateway.id} has an old connection of ${edge.id}`);
        }
      }
    }
    return found;
  }

  /** Ends everything. */
  close(): void {
    for (const { membership } of this.gateways) void membership?.close(0);
    for (const { presence } of this.frontlas) presence?.close();
  }
}

/** Lets promises run. */
async function settle(): Promise<void> {
  for (let i = 0; i < 24; i++) await undefined;
}
