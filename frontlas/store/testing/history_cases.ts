import { assert, assertEquals } from "@std/assert";
import type { PresenceEvent, Stamp } from "@frontier/proto/cluster";
import type { FrontierSession, PresenceStore } from "../presence_store.ts";
import type { ComplianceCases } from "./compliance_case.ts";
import {
  allEdges,
  edgeOff,
  edgeOn,
  join,
  removeAllDead,
  type StoreWorld,
} from "./store_world.ts";

const EDGES = 60;
const GATEWAYS = 5;
const STEPS = 10_000;

/** A gateway with its real connections; the store is what it is said to know of them. */
interface Gateway {
  readonly id: string;
  instance: number;
  seq: number;
  session: FrontierSession;
  /** The connections it really has. */
  held: Map<bigint, Stamp>;
  /** Told, and on its way: may be lost, doubled or late. */
  sent: PresenceEvent[];
}

/** Whatever is lost, doubled, late or out of order: once all gateways have told everything, the store says what is. */
export const historyCases: ComplianceCases = {
  "after 10 000 random events the store equals the model": async (world) => {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
    try {
      await new History(world, seed).run();
    } catch (error) {
      throw new Error(`Seed ${seed} goes wrong`, { cause: error });
    }
  },
};

class History {
  readonly #world: StoreWorld;
  readonly #gateways: Gateway[] = [];
  /** The newest connection of each edge: the one that must win. */
  readonly #newest: Map<bigint, { gateway: Gateway; stamp: Stamp }> = new Map();
  #seed: number;
  #clock = 1_000_000;

  constructor(world: StoreWorld, seed: number) {
    this.#world = world;
    this.#seed = seed;
  }

  async run(): Promise<void> {
    for (let i = 0; i < GATEWAYS; i++) {
      const id = `gate-${i}`;
      const session = await join(this.#store(), id, `${id}-0`);
      this.#gateways.push({
        id,
        instance: 0,
        seq: 0,
        session,
        held: new Map(),
        sent: [],
      });
    }
    for (let step = 0; step < STEPS; step += 40) {
      for (let i = 0; i < 40; i++) this.#act();
      // Gateways tell at the same time, through two directories.
      await Promise.all(
        this.#gateways.map((gateway) => this.#deliver(gateway)),
      );
      if (this.#chance(0.1)) await this.#upset(this.#pick(this.#gateways));
      if (this.#chance(0.05)) await this.#store().removeDead(50);
      if (this.#chance(0.02)) await this.#world.restart?.();
      if (this.#chance(0.02)) await this.#check();
    }
    await this.#check();
  }

  /** An edge connects somewhere, or leaves. */
  #act(): void {
    this.#clock += this.#chance(0.5) ? 1 : 0;
    const id = BigInt(Math.floor(this.#random() * EDGES));
    const gateway = this.#pick(this.#gateways);
    const held = gateway.held.get(id);
    if (held !== undefined) {
      gateway.held.delete(id);
      gateway.sent.push(edgeOff(id, held.since, held.seq));
      return;
    }
    const stamp = { since: this.#clock, seq: gateway.seq++ };
    gateway.held.set(id, stamp);
    gateway.sent.push(edgeOn(id, stamp.since, stamp.seq));
    const newest = this.#newest.get(id);
    if (
      newest === undefined || newest.stamp.since < stamp.since ||
      (newest.stamp.since === stamp.since && newest.gateway.id <= gateway.id)
    ) this.#newest.set(id, { gateway, stamp });
  }

  /** Some of what was sent arrives, some twice, some not in order, some never. */
  async #deliver(gateway: Gateway): Promise<void> {
    const batch = gateway.sent.filter(() => !this.#chance(0.2));
    gateway.sent = gateway.sent.filter(() => this.#chance(0.1));
    if (this.#chance(0.3)) batch.sort(() => this.#random() - 0.5);
    await this.#tell(gateway, batch);
  }

  async #tell(gateway: Gateway, batch: PresenceEvent[]): Promise<void> {
    const outcomes = await this.#store().apply(gateway.session, batch);
    assert(outcomes !== undefined, `${gateway.id} was refused`);
    outcomes.forEach((outcome, i) => {
      const event = batch[i]!;
      if (outcome.kind === "superseded" && event.kind === "edge-online") {
        this.#evict(gateway, event.id, event.stamp);
      } else if (outcome.kind === "moved") {
        const from = this.#gateways.find(({ id }) => id === outcome.from)!;
        this.#evict(from, event.id, outcome.stamp);
      }
    });
  }

  /** A gateway is told that a connection is not the newest. */
  #evict(gateway: Gateway, id: bigint, { since, seq }: Stamp): void {
    const held = gateway.held.get(id);
    if (held === undefined || held.since !== since || held.seq !== seq) return;
    const newest = this.#newest.get(id)!;
    assert(
      newest.gateway !== gateway || newest.stamp.since !== since ||
        newest.stamp.seq !== seq,
      `the newest connection of ${id} was evicted from ${gateway.id}`,
    );
    gateway.held.delete(id);
    gateway.sent.push(edgeOff(id, since, seq));
  }

  /** A gateway reconnects, restarts, or is cut off until its lease has ended. */
  async #upset(gateway: Gateway): Promise<void> {
    const what = this.#random();
    if (what < 0.4) {
      gateway.session = await join(
        this.#store(),
        gateway.id,
        this.#name(gateway),
      );
    } else if (what < 0.8) {
      await this.#store().release(gateway.session, 5_000);
      gateway.instance++;
      gateway.held.clear();
      gateway.sent = [];
      gateway.session = await join(
        this.#store(),
        gateway.id,
        this.#name(gateway),
      );
    } else {
      await this.#world.advance(31_000);
      await this.#store().removeDead(100);
      for (const { session } of this.#gateways) {
        assert(await this.#store().renew(session));
      }
    }
  }

  /** All gateways tell all they have; then what is stored is what is. */
  async #check(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      for (const gateway of this.#gateways) {
        gateway.sent = [];
        await this.#sync(gateway);
      }
    }
    await removeAllDead(this.#store());
    const stored = await allEdges(this.#store());
    for (const id of this.#newest.keys()) {
      // One whose newest connection came and went unheard may still be where it was before.
      const holders = this.#gateways.filter(({ held }) => held.has(id));
      assert(holders.length < 2, `edge ${id} is at two gateways`);
      assertEquals(stored.get(id)?.frontierId, holders[0]?.id, `edge ${id}`);
    }
    let total = 0;
    for (const { id, held } of this.#gateways) {
      assertEquals((await this.#store().frontier(id))?.edges, held.size, id);
      total += held.size;
    }
    assertEquals(stored.size, total);
    assertEquals((await this.#store().counts()).edges, total);
  }

  async #sync(gateway: Gateway): Promise<void> {
    const all = [...gateway.held];
    await this.#tell(
      gateway,
      all.map(([id, { since, seq }]) => edgeOn(id, since, seq)),
    );
    const gone: PresenceEvent[] = [];
    let cursor = "0";
    do {
      const part = await this.#store().members(gateway.id, "edge", cursor);
      for (const { id, stamp } of part.members) {
        const held = gateway.held.get(id);
        if (held?.since !== stamp.since || held.seq !== stamp.seq) {
          gone.push(edgeOff(id, stamp.since, stamp.seq));
        }
      }
      cursor = part.cursor;
    } while (cursor !== "0");
    await this.#tell(gateway, gone);
  }

  #name({ id, instance }: Gateway): string {
    return `${id}-${instance}`;
  }

  #store(): PresenceStore {
    return this.#chance(0.5) ? this.#world.store : this.#world.other;
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)]!;
  }

  #chance(of: number): boolean {
    return this.#random() < of;
  }

  #random(): number {
    this.#seed = this.#seed + 0x6d2b79f5 | 0;
    let t = Math.imul(this.#seed ^ this.#seed >>> 15, 1 | this.#seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 4_294_967_296;
  }
}
