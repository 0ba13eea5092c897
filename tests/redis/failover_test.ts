import { assert, assertEquals } from "@std/assert";
import type { Stamp } from "@frontier/proto/cluster";
import {
  type FrontierSession,
  StoreUnavailableError,
} from "../../frontlas/store/presence_store.ts";
import {
  openRedisStore,
  type RedisStore,
} from "../../frontlas/store/open_redis_store.ts";
import {
  allEdges,
  edgeOff,
  edgeOn,
  join,
  tell,
} from "../../frontlas/store/testing/store_world.ts";
import {
  cli,
  type RealRedis,
  redisMissing,
  startCluster,
  startSentinel,
  until,
} from "./redis_under_test.ts";

const missing = redisMissing();
const GATEWAYS = 3;
const EDGES = 200;
/** Milliseconds after which it must work again: at the usual times of sentinels and clusters here it takes about five seconds. */
const BOUND = 60_000;

/** A gateway that goes on telling, whatever becomes of Redis. */
class Gateway {
  readonly id: string;
  readonly #store: RedisStore;
  session!: FrontierSession;
  readonly held: Map<bigint, Stamp> = new Map();
  /** Set while everything has to be told. */
  behind = false;
  /** When something was entered last. */
  entered = 0;
  #seq = 0;
  #running: Promise<void> | undefined = undefined;
  #stopped = false;

  constructor(id: string, store: RedisStore) {
    this.id = id;
    this.#store = store;
  }

  async start(): Promise<void> {
    this.session = await join(this.#store, this.id);
    for (let i = 0; i < EDGES; i++) this.connect(this.#random());
    await this.#all();
    this.#running = this.#go();
  }

  /** An edge connects, without the store's knowledge. */
  connect(id: bigint): void {
    this.held.set(id, {
      since: Math.floor(this.#store.now()),
      seq: this.#seq++,
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #go(): Promise<void> {
    while (!this.#stopped) {
      try {
        if (this.behind) {
          this.behind = false;
          assert(await this.#store.renew(this.session), "a newer session");
          await this.#all();
        } else await this.#some();
        this.entered = performance.now();
      } catch (error) {
        // What was not confirmed has to be told again; nothing else may go wrong.
        if (!(error instanceof StoreUnavailableError)) throw error;
        this.behind = true;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** One edge leaves, one comes. */
  async #some(): Promise<void> {
    const [gone, stamp] = [...this.held][0]!;
    this.held.delete(gone);
    const id = this.#random();
    this.connect(id);
    const { since, seq } = this.held.get(id)!;
    const said = await tell(
      this.#store,
      this.session,
      edgeOff(gone, stamp.since, stamp.seq),
      edgeOn(id, since, seq),
    );
    assert(said !== "refused");
  }

  /** As a gateway does after a loss: all it has, then what it has no more. */
  async #all(): Promise<void> {
    const said = await tell(
      this.#store,
      this.session,
      ...[...this.held].map(([id, { since, seq }]) => edgeOn(id, since, seq)),
    );
    assert(!/superseded|refused/.test(said), said);
    let cursor = "0";
    do {
      const part = await this.#store.members(this.id, "edge", cursor);
      const gone = part.members.filter(({ id }) => !this.held.has(id));
      await this.#store.apply(
        this.session,
        gone.map(({ id, stamp }) => edgeOff(id, stamp.since, stamp.seq)),
      );
      cursor = part.cursor;
    } while (cursor !== "0");
  }

  #random(): bigint {
    return crypto.getRandomValues(new BigUint64Array(1))[0]! >> 1n;
  }
}

/** Two directories and three gateways that tell all the time. */
class Load implements AsyncDisposable {
  readonly stores: readonly [RedisStore, RedisStore];
  readonly gateways: readonly Gateway[];
  /** What each store said of its state. */
  readonly states: readonly [string[], string[]] = [[], []];

  private constructor(stores: readonly [RedisStore, RedisStore]) {
    this.stores = stores;
    this.gateways = Array.from(
      { length: GATEWAYS },
      (_, i) => new Gateway(`gate-${i}`, stores[i % 2]!),
    );
    stores.forEach((store, i) => {
      store.onState = (state) => {
        this.states[i]!.push(state);
        if (state === "up") {
          for (const gateway of this.gateways) gateway.behind = true;
        }
      };
    });
  }

  static async on(redis: RealRedis): Promise<Load> {
    const open = () =>
      openRedisStore({ ...redis.config, readTimeoutMs: 1_500 });
    const load = new Load([await open(), await open()]);
    for (const gateway of load.gateways) await gateway.start();
    return load;
  }

  /** Waits until the loss of a server has been noticed and is over; says how long it took. */
  async recovers(what: string, began: number): Promise<void> {
    const { states, stores, gateways } = this;
    await until(
      "both stores have noticed",
      () => states.every((list) => list.includes("down")),
      BOUND,
    );
    await until(
      "both stores are back",
      () => stores.every(({ state }) => state === "up"),
      BOUND,
    );
    await until(
      "all gateways tell again",
      () => gateways.every(({ entered, behind }) => entered > began && !behind),
      BOUND,
    );
    const took = (performance.now() - began) / 1_000;
    console.log(`${what}, gateways tell again after ${took.toFixed(1)} s`);
    assert(states.every((list) => list.join().endsWith("down,up")));
    for (const list of states) list.length = 0;
  }

  /** Ends the load, and looks whether what is stored is what is. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    for (const gateway of this.gateways) await gateway.stop();
    const [first, second] = this.stores;
    const stored = await allEdges(first);
    let total = 0;
    for (const { id, held } of this.gateways) {
      total += held.size;
      for (const [edge] of held) assertEquals(stored.get(edge)?.frontierId, id);
      assertEquals((await second.frontier(id))?.edges, held.size);
    }
    assertEquals(stored.size, total);
    assertEquals((await second.counts()).edges, total);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const gateway of this.gateways) await gateway.stop();
    for (const store of this.stores) await store[Symbol.asyncDispose]();
  }
}

/** Kills the master that has a key, under load. */
async function killMaster(redis: RealRedis): Promise<void> {
  await using load = await Load.on(redis);
  const { gateways, stores: [first, second] } = load;
  const [moved] = [...gateways[0]!.held];
  const old = { id: moved![0], ...moved![1] };
  gateways[0]!.held.delete(old.id);
  gateways[1]!.connect(old.id);
  gateways[1]!.behind = true;
  const zombie = await join(second, "zombie", "one");
  const successor = await join(first, "zombie", "one");
  await new Promise((resolve) => setTimeout(resolve, 1_000));

  const victim = await masterOf(redis, "frontlas:session:{gate-0}");
  const began = performance.now();
  await victim.process.kill();
  await load.recovers(`redis ${redis.kind}: master killed`, began);
  await load.settle();
  // Fences hold: the older connection stays the older one, the older session says nothing.
  assertEquals(
    await tell(
      first,
      gateways[0]!.session,
      edgeOff(old.id, old.since, old.seq),
      edgeOn(old.id, old.since, old.seq),
    ),
    "superseded superseded",
  );
  assert(await first.renew(successor));
  assert(!await second.renew(zombie));
  assertEquals(await second.apply(zombie, [edgeOn(1n, 1)]), undefined);
  assert((await join(second, "late")).generation > successor.generation);
}

/** Freezes the master that has a key, under load: its connections stay. */
async function freezeMaster(redis: RealRedis): Promise<void> {
  await using load = await Load.on(redis);
  const victim = await masterOf(redis, "frontlas:session:{gate-0}");
  const began = performance.now();
  victim.process.freeze();
  await load.recovers(`redis ${redis.kind}: master frozen`, began);
  victim.process.thaw();
  await until(
    "the old master follows the new one",
    async () => /^slave[^]*\nconnected/.test(await cli(victim.port, "role")),
  );
  await load.settle();
}

/** Slots move to another master, under load; nobody has to be told again. */
async function moveSlots(redis: RealRedis): Promise<void> {
  await using load = await Load.on(redis);
  const from = await masterOf(redis, "frontlas:session:{gate-0}");
  const to = await masterOf(redis, "frontlas:session:{gate-1}");
  assert(from !== to);
  const idOf = async ({ port }: { port: number }) =>
    (await cli(port, "cluster", "myid")).trim();
  const said = await cli(
    from.port,
    ...["--cluster", "reshard", `127.0.0.1:${from.port}`],
    ...["--cluster-from", await idOf(from), "--cluster-to", await idOf(to)],
    ...["--cluster-slots", 400, "--cluster-yes"],
  );
  assert(said.includes("Moving slot"), said.slice(-500));
  assertEquals((said.match(/^Moving slot/gm) ?? []).length >= 400, true);
  const began = performance.now();
  await until(
    "all gateways tell",
    () =>
      load.gateways.every(({ entered, behind }) => entered > began && !behind),
    BOUND,
  );
  assertEquals(load.states, [[], []]);
  await load.settle();
}

/** A master loses its data and nothing else. */
async function flushMaster(redis: RealRedis): Promise<void> {
  await using load = await Load.on(redis);
  // Their marks have been seen.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const victim = await masterOf(redis, "frontlas:session:{gate-0}");
  const began = performance.now();
  await cli(victim.port, "flushall");
  await load.recovers(`redis ${redis.kind}: master flushed`, began);
  await load.settle();
}

async function masterOf({ kind, nodes }: RealRedis, key: string) {
  for (const node of nodes) {
    if (!(await cli(node.port, "role")).startsWith("master")) continue;
    if (kind !== "cluster") return node;
    const said = await cli(node.port, "exists", key);
    if (/^\d/.test(said)) return node;
  }
  throw new Error(`Cannot find the master of ${key}`);
}

function test(
  kind: "sentinel" | "cluster",
  name: string,
  ...cases: readonly ((redis: RealRedis) => Promise<void>)[]
): void {
  Deno.test({
    name: `redis ${kind}: ${name}${
      missing === undefined ? "" : ` (SKIPPED: ${missing})`
    }`,
    async fn() {
      if (missing !== undefined) return;
      const start = kind === "sentinel" ? startSentinel : startCluster;
      await using redis = await start();
      for (const run of cases) await run(redis);
    },
  });
}

test("sentinel", "a master that dies under load costs seconds", killMaster);
test("sentinel", "so does one that freezes", freezeMaster);
// One cluster for all: it is whole again after each of them.
test(
  "cluster",
  "masters that are flushed, moved about, frozen and killed under load cost seconds",
  flushMaster,
  moveSlots,
  freezeMaster,
  killMaster,
);
