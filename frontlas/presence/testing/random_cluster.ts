/**
 * Gateways, directories and a store to which things happen at random.
 *
 * @module
 */

import {
  decodePresenceReply,
  encodeHello,
  type Eviction,
  PresenceBatchWriter,
  type PresenceEvent,
  type Stamp,
} from "@frontier/proto/cluster";
import type { PresenceMode } from "../../store/presence_store.ts";
import { OurSession } from "../our_session.ts";
import type { Presence } from "../presence.ts";
import { BEGIN, FakeLink, meta, off, on, PlaneWorld } from "./plane_world.ts";

/** Ids of the edges there are. */
const EDGES = 24;
/** Records of one batch. */
const BATCH = 5;

/** A link that tells its gateway what it is asked. */
class GatewayLink extends FakeLink {
  constructor(readonly gateway: RandomGateway) {
    super(true);
  }

  override evict(evictions: readonly Eviction[]): Promise<void> {
    if (!this.over) this.gateway.evict(evictions);
    return Promise.resolve();
  }

  override resync(): Promise<void> {
    if (!this.over) this.gateway.wantSync = true;
    return Promise.resolve();
  }
}

/** A gateway that reports as ours does: everything first, then what changes. */
export class RandomGateway {
  /** Its edges: the truth about them. */
  readonly edges: Map<bigint, Stamp> = new Map();
  wantSync = true;
  readonly #cluster: RandomCluster;
  readonly #skew: number;
  #seq = 0;
  #instance = 0;
  #presence: Presence | undefined = undefined;
  #session: OurSession | undefined = undefined;
  #link: GatewayLink | undefined = undefined;
  #queue: PresenceEvent[] = [];
  #roll: [bigint, Stamp][] | undefined = undefined;
  #epoch = 0;
  #waiting = false;
  #beatAt = 0;
  #rolledAt = 0;

  constructor(readonly id: string, cluster: RandomCluster) {
    this.#cluster = cluster;
    this.#skew = Math.floor(cluster.random() * 100) - 50;
  }

  /** Whether it has told all it has. */
  get settled(): boolean {
    return this.#link?.over === false && !this.wantSync && !this.#waiting &&
      this.#roll === undefined && this.#queue.length === 0;
  }

  get #now(): number {
    return this.#cluster.world.timers.now();
  }

  /** An edge connects. */
  arrive(id: bigint): void {
    this.depart(id);
    const stamp = {
      since: BEGIN + 1_000 + this.#now + this.#skew,
      seq: ++this.#seq,
    };
    this.edges.set(id, stamp);
    this.#queue.push(on(id, stamp));
  }

  /** An edge goes. */
  depart(id: bigint): void {
    const stamp = this.edges.get(id);
    if (stamp === undefined) return;
    this.edges.delete(id);
    this.#queue.push(off(id, stamp));
  }

  /** Edges are connected elsewhere. */
  evict(evictions: readonly Eviction[]): void {
    for (const { edgeId, stamp } of evictions) {
      if (this.edges.get(edgeId)?.seq === stamp.seq) this.depart(edgeId);
    }
  }

  /** Connects to a directory. */
  async connect(presence: Presence): Promise<void> {
    if (this.#link?.over === false) return;
    const link = new GatewayLink(this);
    const instance = this.#instance.toString(16).padStart(16, "0");
    try {
      const session = await presence.admit(meta(this.id, instance), link);
      if (!(session instanceof OurSession)) throw new Error("Not ours");
      session.hello(encodeHello());
      this.#presence = presence;
      this.#session = session;
      this.#link = link;
      this.#epoch = 0;
      this.#waiting = false;
      this.#roll = undefined;
      this.wantSync = true;
    } catch {
      // It tries again.
    }
  }

  /** Its link breaks; or it leaves. */
  disconnect(kind: "lost" | "peer-closed" = "lost"): void {
    const [session, presence] = [this.#session, this.#presence];
    if (session === undefined || presence === undefined) return;
    this.#link!.over = true;
    this.#session = undefined;
    presence.ended(session, { kind, text: kind });
  }

  /** A directory has died: nobody there hears of the end of the link. */
  cut(presence: Presence): void {
    if (this.#presence !== presence || this.#session === undefined) return;
    this.#link!.over = true;
    this.#session = undefined;
  }

  /** It dies and starts anew. */
  crash(): void {
    this.disconnect();
    this.edges.clear();
    this.#queue = [];
    this.#instance++;
    this.#seq = 0;
  }

  /** Sends a batch, if there is something to send or it is time to. */
  async send(lossy: boolean): Promise<void> {
    const session = this.#session;
    const link = this.#link;
    if (session === undefined || link === undefined) return;
    if (link.over) return this.disconnect();
    const due = this.#now >= this.#beatAt;
    if (this.#waiting && !this.wantSync && !due) return;
    const syncing = this.wantSync || this.#roll !== undefined;
    const writer = this.#fill();
    if (writer.count === 0 && !due && !syncing) return;
    this.#beatAt = this.#now + 4_000;
    const chance = lossy ? this.#cluster.random() : 1;
    // Lost on its way.
    if (chance < 0.05) return this.disconnect();
    const replied = session.batch(writer.finish());
    // Entered, or not; the reply is lost.
    if (chance < 0.1) {
      replied.catch(() => {});
      return this.disconnect();
    }
    try {
      const reply = decodePresenceReply(await replied);
      if (this.#link !== link) return;
      this.evict(reply.evictions);
      this.#waiting = reply.unavailable;
      if (reply.resync) this.wantSync = true;
      if (reply.unavailable) this.#roll = undefined;
    } catch {
      if (this.#link === link) this.disconnect();
    }
  }

  /** Says something that it has said before. */
  repeat(): void {
    for (const [id, stamp] of this.edges) {
      if (this.#cluster.random() < 0.3) this.#queue.push(on(id, stamp));
    }
  }

  #fill(): PresenceBatchWriter {
    const begins = this.wantSync;
    if (begins) {
      this.wantSync = false;
      this.#waiting = false;
      this.#queue = [];
      this.#roll = [...this.edges];
      this.#epoch++;
    }
    const writer = new PresenceBatchWriter({
      epoch: this.#epoch,
      edges: this.edges.size,
      services: 0,
    });
    if (begins) writer.beginSync();
    if (this.#waiting) return writer;
    // Where records die with their gateway nothing else heals what is lost.
    const { mode } = this.#cluster.world.memory;
    if (mode === "ttl" && this.#now > this.#rolledAt + 9_000) {
      this.#rolledAt = this.#now;
      for (const [id, stamp] of this.edges) this.#queue.push(on(id, stamp));
    }
    while (writer.count < BATCH && this.#queue.length > 0) {
      writer.add(this.#queue.shift()!);
    }
    if (this.#roll === undefined) return writer;
    while (writer.count < BATCH && this.#roll.length > 0) {
      const [id, stamp] = this.#roll.pop()!;
      if (this.edges.get(id) === stamp) writer.add(on(id, stamp));
    }
    if (this.#roll.length === 0 && this.#queue.length === 0) {
      this.#roll = undefined;
      writer.endSync();
    }
    return writer;
  }
}

/** Three gateways, two directories, one store. */
export class RandomCluster implements Disposable {
  readonly random: () => number;
  readonly world: PlaneWorld;
  readonly gateways: RandomGateway[];
  readonly #directories: Presence[];

  constructor(random: () => number, mode: PresenceMode) {
    this.random = random;
    this.world = new PlaneWorld(mode);
    this.#directories = [this.world.presence, this.world.directory()];
    this.gateways = ["f1", "f2", "f3"].map((id) => new RandomGateway(id, this));
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)]!;
  }

  /** One thing happens. */
  async step(): Promise<void> {
    const gateway = this.#pick(this.gateways);
    const id = BigInt(1 + Math.floor(this.random() * EDGES));
    const what = this.random();
    if (what < 0.3) gateway.arrive(id);
    else if (what < 0.4) gateway.depart(id);
    else if (what < 0.72) await gateway.send(true);
    else if (what < 0.86) await gateway.connect(this.#pick(this.#directories));
    else if (what < 0.88) gateway.disconnect();
    else if (what < 0.89) gateway.disconnect("peer-closed");
    else if (what < 0.9) gateway.crash();
    else if (what < 0.92) gateway.repeat();
    else if (what < 0.93) this.#restart();
    else if (what < 0.94) this.world.switch("down");
    else if (what < 0.96) this.world.switch("up");
    else if (what < 0.99) {
      await this.world.advance(Math.floor(this.random() * 3_000));
    } else await this.world.advance(Math.floor(this.random() * 45_000));
  }

  /** A directory dies, another takes its place. */
  #restart(): void {
    const at = Math.floor(this.random() * this.#directories.length);
    const old = this.#directories[at]!;
    old.close();
    for (const gateway of this.gateways) gateway.cut(old);
    this.#directories[at] = this.world.directory();
  }

  /** The last bad thing happens: no new link makes up for it. */
  async #last(): Promise<void> {
    const what = this.random();
    // Everybody is frozen for longer than a lease.
    if (what < 0.3) await this.world.advance(45_000);
    else if (what < 0.6) {
      this.world.switch("down");
      for (const gateway of this.gateways) {
        gateway.arrive(BigInt(1 + Math.floor(this.random() * EDGES)));
        await gateway.send(false);
      }
    }
  }

  /** Nothing bad happens any more but once, until everything is told. */
  async settle(): Promise<void> {
    this.world.switch("up");
    for (const gateway of this.gateways) {
      await gateway.connect(this.#directories[0]!);
      for (let n = 0; n < 20; n++) await gateway.send(false);
    }
    await this.#last();
    this.world.switch("up");
    for (let quiet = 0, i = 0; quiet < 30; i++) {
      if (i > 2_000) throw new Error("It does not settle");
      for (const gateway of this.gateways) {
        await gateway.connect(this.#directories[0]!);
        for (let n = 0; n < 20; n++) await gateway.send(false);
      }
      await this.world.advance(500);
      quiet = this.gateways.every(({ settled }) => settled) ? quiet + 1 : 0;
    }
  }

  [Symbol.dispose](): void {
    this.world[Symbol.dispose]();
  }
}
