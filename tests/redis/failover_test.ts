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

/** Kills the master that has a key, under load. */
async function killMaster(redis: RealRedis): Promise<void> {
  const [first, second] = [
    await openRedisStore({ ...redis.config, readTimeoutMs: 1_500 }),
    await openRedisStore({ ...redis.config, readTimeoutMs: 1_500 }),
  ] as const;
  await using stack = new AsyncDisposableStack();
  stack.use(first);
  stack.use(second);
  const states: string[][] = [[], []];
  const gateways = Array.from(
    { length: GATEWAYS },
    (_, i) => new Gateway(`gate-${i}`, i % 2 === 0 ? first : second),
  );
  [first, second].forEach((store, i) => {
    store.onState = (state) => {
      states[i]!.push(state);
      if (state === "up") {
        for (const gateway of gateways) gateway.behind = true;
      }
    };
  });
  for (const gateway of gateways) await gateway.start();
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
  await until(
    "both stores have noticed",
    () => states.every((list) => list.includes("down")),
    BOUND,
  );
  await until(
    "both stores are back",
    () => [first, second].every(({ state }) => state === "up"),
    BOUND,
  );
  await until(
    "all gateways tell again",
    () => gateways.every(({ entered, behind }) => entered > began && !behind),
    BOUND,
  );
  const took = performance.now() - began;
  console.log(
    `redis ${redis.kind}: master killed, gateways tell again after ${
      (took / 1_000).toFixed(1)
    } s`,
  );
  assert(states.every((list) => list.join().endsWith("down,up")));

  await new Promise((resolve) => setTimeout(resolve, 1_000));
  for (const gateway of gateways) await gateway.stop();
  // What has been confirmed and what was told again: all of it, nothing else.
  const stored = await allEdges(first);
  let total = 0;
  for (const { id, held } of gateways) {
    total += held.size;
    for (const [edge] of held) assertEquals(stored.get(edge)?.frontierId, id);
    assertEquals((await second.frontier(id))?.edges, held.size);
  }
  assertEquals(stored.size, total);
  assertEquals((await second.counts()).edges, total);
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

async function masterOf({ kind, nodes }: RealRedis, key: string) {
  for (const node of nodes) {
    if (!(await cli(node.port, "role")).startsWith("master")) continue;
    if (kind !== "cluster") return node;
    const said = await cli(node.port, "exists", key);
    if (/^\d/.test(said)) return node;
  }
  throw new Error(`Cannot find the master of ${key}`);
}

for (
  const [name, start] of [
    ["sentinel", startSentinel],
    ["cluster", startCluster],
  ] as const
) {
  Deno.test({
    name: `redis ${name}: a master that dies under load costs seconds${
      missing === undefined ? "" : ` (SKIPPED: ${missing})`
    }`,
    async fn() {
      if (missing !== undefined) return;
      await using redis = await start();
      await killMaster(redis);
    },
  });
}
