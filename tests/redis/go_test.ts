import { assert, assertEquals } from "@std/assert";
import type { PresenceMode } from "../../frontlas/store/presence_store.ts";
import {
  allEdges,
  allServices,
  edgeOff,
  edgeOn,
  join,
  removeAllDead,
  serviceOff,
  serviceOn,
  tell,
  whereIs,
} from "../../frontlas/store/testing/store_world.ts";
import { GoFrontlas } from "./go_frontlas.ts";
import {
  type Admin,
  admin,
  openWorld,
  type RealRedis,
  redisMissing,
  type RedisWorld,
  startStandalone,
} from "./redis_under_test.ts";

const missing = redisMissing();
const SECONDS = 1_700_000_000;
const MS = SECONDS * 1_000;

/** Ours and a Go Frontlas on one Redis. */
interface Both {
  readonly world: RedisWorld;
  readonly go: GoFrontlas;
  readonly redis: Admin;
}

let server: RealRedis | undefined = undefined;
Deno.test.beforeAll(async () => {
  if (missing === undefined) server = await startStandalone();
});
Deno.test.afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
});

function test(
  name: string,
  run: (both: Both) => Promise<void>,
  { mode = "ttl", times = { edgeMs: 30_000, serviceMs: 30_000 } }: {
    mode?: PresenceMode;
    times?: { edgeMs: number; serviceMs: number };
  } = {},
): void {
  Deno.test({
    name: `redis beside Go: ${name}${
      missing === undefined ? "" : ` (SKIPPED: ${missing})`
    }`,
    async fn() {
      if (missing !== undefined) return;
      await using world = await openWorld(server!, mode, { times });
      await using made = await admin(server!.nodes[0]!.port);
      const go = new GoFrontlas(made.client, times.edgeMs / 1_000);
      await run({ world, go, redis: made.client });
    },
  });
}

test("keys, types and times are Go's", async ({ world, redis }) => {
  const { store } = world;
  const a = await join(store, "a");
  await tell(store, a, edgeOn(7n, MS + 123), serviceOn(9n, MS + 999));
  assertEquals(
    await redis.get("frontlas:edges:7"),
    `{"frontier_id":"a","addr":"10.0.0.1:7","update_time":${SECONDS}}`,
  );
  assertEquals(await redis.get("frontlas:alive:edges:7"), "1");
  assertEquals({ ...await redis.hGetAll("frontlas:services:9") }, {
    a: `service: {"service":"s"}, frontier_id: a, addr: 10.0.0.2:1, update_time: ${SECONDS}`,
  });
  assertEquals(await redis.get("frontlas:alive:services:9"), "1");
  assertEquals({ ...await redis.hGetAll("frontlas:frontiers:a") }, {
    advertised_sb_addr: "a:30011",
    advertised_eb_addr: "a:30012",
    edge_count: "1",
    service_count: "1",
  });
  assertEquals(await redis.get("frontlas:alive:frontiers:a"), "1");
  for (
    const [key, seconds] of [
      ["frontlas:edges:7", 86_400],
      ["frontlas:alive:edges:7", 30],
      ["frontlas:services:9", 40],
      ["frontlas:alive:services:9", 30],
      ["frontlas:alive:frontiers:a", 30],
      ["frontlas:frontiers:a", -1],
    ] as const
  ) {
    const ttl = await redis.ttl(key);
    assert(ttl <= seconds && ttl > seconds - 10, `${key} has ${ttl} s`);
  }
}, { times: { edgeMs: 86_400_000, serviceMs: 40_000 } });

test(
  "with leases, nothing of an edge has a time to live",
  async ({ world, redis }) => {
    const { store } = world;
    const a = await join(store, "a");
    await tell(store, a, edgeOn(7n, MS), serviceOn(9n, MS));
    for (
      const key of [
        "frontlas:edges:7",
        "frontlas:fence:edges:7",
        "frontlas:services:9",
      ]
    ) assertEquals(await redis.ttl(key), -1, key);
    assertEquals(await redis.exists("frontlas:alive:edges:7"), 0);
    // Ended connections are remembered for a while only.
    await tell(store, a, edgeOff(7n, MS), serviceOff(9n, MS));
    for (const key of await redis.keys("frontlas:fence:*")) {
      assert(await redis.ttl(key) > 0, key);
    }
  },
  { mode: "lease" },
);

test("Go reads what ours has written", async ({ world, go }) => {
  const { store, other } = world;
  const a = await join(store, "a");
  const b = await join(other, "b");
  await tell(store, a, edgeOn(1n, MS), edgeOn(2n, MS), edgeOn(3n, MS));
  await tell(other, b, edgeOn(2n, MS + 5_000));
  assertEquals(await go.frontierOfEdge(1n), {
    id: "a",
    serviceAddr: "a:30011",
    edgeAddr: "a:30012",
  });
  assertEquals((await go.frontierOfEdge(2n))?.id, "b");
  assertEquals(await go.frontierOfEdge(4n), undefined);
  assertEquals([...(await go.frontiers()).keys()], ["a", "b"]);
  assertEquals(await go.edgesCount(), 3);
  assertEquals(
    await go.edgeKeys(),
    [1, 2, 3].map((id) => `frontlas:edges:${id}`),
  );
  // The same gateway cannot get in there while it is here.
  assert(!await go.connect("a"));
  await tell(store, a, edgeOff(1n, MS));
  assertEquals(await go.frontierOfEdge(1n), undefined);
  assertEquals(await go.edgesCount(), 2);
  await store.release(a, 0);
  assertEquals(await go.edgesCount(), 1);
  await removeAllDead(store);
  assertEquals([...(await go.frontiers()).keys()], ["b"]);
  assertEquals(await go.frontierOfEdge(3n), undefined);
  assert(await go.connect("a"));
});

test("ours reads what Go has written", async ({ world, go }) => {
  const { store, advance } = world;
  assert(await go.connect("g"));
  await go.edgeOnline("g", 1n, SECONDS);
  await go.edgeOnline("g", 2n, SECONDS);
  await go.serviceOnline(
    "g",
    5n,
    '{"service":"x, frontier_id: g","topics":null}',
    SECONDS,
  );
  const record = {
    frontierId: "g",
    serviceAddr: "g:30011",
    edgeAddr: "g:30012",
    edges: 2,
    services: 1,
  };
  assertEquals(await store.frontiers(), [record]);
  assertEquals(await store.frontier("g"), record);
  assertEquals(await store.edge(1n), {
    edgeId: 1n,
    addr: "10.9.9.9:1",
    updateTime: SECONDS,
    frontierId: "g",
  });
  assertEquals((await allEdges(store)).size, 2);
  const service = {
    serviceId: 5n,
    service: '{"service":"x, frontier_id: g","topics":null}',
    addr: "10.9.9.9:2",
    updateTime: SECONDS,
    frontierId: "g",
  };
  assertEquals(await store.service(5n), [service]);
  assertEquals(await allServices(store), [service]);
  assertEquals(await store.counts(), { edges: 2, services: 1 });
  // It leaves the record and takes the sign of life.
  await go.edgeOffline(1n);
  assertEquals(await store.edge(1n), undefined);
  assertEquals([...(await allEdges(store)).keys()], [2n]);
  await go.serviceOffline("g", 5n);
  assertEquals(await store.service(5n), []);
  // The counts of Go drift below 0.
  await go.stats("g", -5, -1);
  assertEquals(await store.counts(), { edges: 0, services: 0 });
  await advance(20_000);
  await go.heartbeat("g");
  await go.edgeHeartbeat(2n);
  await advance(20_000);
  assertEquals(await whereIs(store, 2n), "g");
  await go.disconnect("g");
  assertEquals(await whereIs(store, 2n), undefined);
  assertEquals(await store.frontiers(), []);
  assertEquals(await allServices(store), []);
});

test("many services of Go and ours are listed together", async ({ world, go }) => {
  const { store } = world;
  const a = await join(store, "a");
  assert(await go.connect("g"));
  for (let i = 1n; i <= 40n; i++) {
    await go.serviceOnline("g", i, "{}", SECONDS);
    await tell(store, a, serviceOn(i, MS));
  }
  for (const count of [1_000, 7]) {
    const all = await allServices(store, count);
    assertEquals(all.length, 80);
    assertEquals(
      all.filter(({ frontierId }) => frontierId === "g").length,
      40,
    );
  }
});

test("an edge moves between gateways of both kinds", async ({ world, go }) => {
  const { store } = world;
  const a = await join(store, "a");
  assert(await go.connect("g"));
  await go.edgeOnline("g", 1n, SECONDS);
  await go.edgeOnline("g", 2n, SECONDS);
  // To ours, which is newer.
  const outcomes = await store.apply(a, [edgeOn(1n, MS + 5_000)]);
  assertEquals(outcomes, [{
    kind: "moved",
    from: "g",
    stamp: { since: MS, seq: 0 },
  }]);
  assertEquals(await whereIs(store, 1n), "a");
  assertEquals((await go.frontierOfEdge(1n))?.id, "a");
  assertEquals(await go.edgesCount(), 2);
  assertEquals((await go.frontiers()).get("g")?.["edge_count"], "1");
  assertEquals(await store.counts(), { edges: 2, services: 0 });
  // Back to Go's, which writes over it: our fence counts no more.
  await go.edgeOnline("g", 1n, SECONDS + 10);
  assertEquals(await whereIs(store, 1n), "g");
  assertEquals(await tell(store, a, edgeOn(1n, MS + 5_000)), "superseded");
  assertEquals(await tell(store, a, edgeOff(1n, MS + 5_000)), "superseded");
  assertEquals(await whereIs(store, 1n), "g");
  assertEquals((await go.frontierOfEdge(1n))?.id, "g");
  // The entry that is left with ours is found.
  for (let i = 0; i < 4; i++) await store.removeDead(100);
  assertEquals((await store.frontier("a"))?.edges, 0);
  // And to ours once more.
  assertEquals(await tell(store, a, edgeOn(1n, MS + 20_000)), "moved");
  assertEquals(await whereIs(store, 1n), "a");
});

test("Go's late end of an edge that is ours hides it until the gateway's next word", async ({ world, go }) => {
  const { store } = world;
  const a = await join(store, "a");
  assert(await go.connect("g"));
  await go.edgeOnline("g", 1n, SECONDS);
  await tell(store, a, edgeOn(1n, MS + 5_000));
  // It asks nobody whose edge that is.
  await go.edgeOffline(1n);
  assertEquals(await whereIs(store, 1n), undefined);
  assertEquals(await tell(store, a, edgeOn(1n, MS + 5_000)), "applied");
  assertEquals(await whereIs(store, 1n), "a");
  assertEquals((await store.frontier("a"))?.edges, 1);
});

test("a Go gateway goes from ours to Go's and back", async ({ world, go }) => {
  const { store, advance } = world;
  const first = await join(store, "g", "");
  await tell(store, first, edgeOn(1n, MS), edgeOn(2n, MS), serviceOn(5n, MS));
  await store.release(first, 5_000);
  // As long as it may come back to ours.
  assert(!await go.connect("g"));
  await advance(6_000);
  assert(await go.connect("g"));
  // It does not tell again what is connected, and Go does not mind.
  await go.edgeHeartbeat(1n);
  await go.serviceHeartbeat(5n);
  assertEquals(await whereIs(store, 1n), "g");
  assertEquals((await store.service(5n)).length, 1);
  // Its counts are Go's now.
  assertEquals((await store.frontier("g"))?.edges, 0);
  await advance(20_000);
  await go.heartbeat("g");
  await go.edgeHeartbeat(1n);
  await advance(9_000);
  assertEquals(await whereIs(store, 1n), "g");
  assertEquals(await whereIs(store, 2n), undefined);
  // Ours may not end what Go keeps.
  await store.release(first, 0);
  assertEquals((await store.frontiers()).length, 1);
  assertEquals(await store.removeDead(100), { removed: 0, more: false });
  assertEquals(await whereIs(store, 1n), "g");
  await go.disconnect("g");
  const back = await join(store, "g", "");
  assert(back.generation > first.generation);
  assertEquals(back.number, first.number);
  await store.touch(back, "edge", 1n);
  await advance(20_000);
  await store.renew(back);
  await store.touch(back, "edge", 1n);
  await advance(20_000);
  assertEquals(await whereIs(store, 1n), "g");
  // The one that fell silent has left an entry, which is found in time.
  for (let i = 0; i < 4; i++) await store.removeDead(100);
  assertEquals(
    (await store.members("g", "edge", "0")).members.map(({ id }) => id),
    [1n],
  );
  await store.remove(back, "edge", 1n);
  assertEquals(await whereIs(store, 1n), undefined);
  assertEquals((await go.frontiers()).get("g")?.["edge_count"], "0");
});

test("ours that were at Go's take over their own records", async ({ world, go }) => {
  const { store } = world;
  assert(await go.connect("a"));
  // It told this one later than it had connected.
  await go.edgeOnline("a", 1n, SECONDS + 100);
  await go.serviceOnline("a", 5n, "{}", SECONDS + 100);
  await go.disconnect("a");
  const a = await join(store, "a");
  assertEquals(
    await tell(store, a, edgeOn(1n, MS), serviceOn(5n, MS)),
    "applied applied",
  );
  assertEquals((await store.edge(1n))?.updateTime, SECONDS);
  assertEquals((await store.service(5n))[0]?.updateTime, SECONDS);
  assertEquals(
    await tell(store, a, edgeOff(1n, MS), serviceOff(5n, MS)),
    "applied applied",
  );
  assertEquals(await store.counts(), { edges: 0, services: 0 });
});

test(
  "a Go directory beside leases keeps what it may",
  async ({ world, go }) => {
    const { store, advance } = world;
    const a = await join(store, "a");
    assert(await go.connect("g"));
    await tell(store, a, edgeOn(1n, MS), edgeOn(2n, MS));
    await go.edgeOnline("g", 2n, SECONDS + 5);
    for (let i = 0; i < 3; i++) {
      await advance(20_000);
      await store.renew(a);
      await go.heartbeat("g");
      await go.edgeHeartbeat(2n);
    }
    assertEquals(await whereIs(store, 1n), "a");
    assertEquals(await whereIs(store, 2n), "g");
    assertEquals((await go.frontierOfEdge(1n))?.id, "a");
  },
  { mode: "lease" },
);
