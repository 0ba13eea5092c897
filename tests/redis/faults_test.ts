import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type PresenceStore,
  StoreUnavailableError,
} from "../../frontlas/store/presence_store.ts";
import { openRedisStore } from "../../frontlas/store/open_redis_store.ts";
import {
  allEdges,
  allServices,
  edgeOff,
  edgeOn,
  join,
  removeAllDead,
  serviceOn,
  tell,
  whereIs,
} from "../../frontlas/store/testing/store_world.ts";
import { makeCertificates } from "../brokers/certificates.ts";
import { brokerPorts } from "../brokers/real_broker.ts";
import {
  cli,
  openWorld,
  type RealRedis,
  redisConfig,
  redisMissing,
  startNode,
  startStandalone,
  until,
} from "./redis_under_test.ts";

const missing = redisMissing();

/** A test with a server of its own. */
function test(
  name: string,
  run: (redis: RealRedis) => Promise<void>,
  ...args: (string | number)[]
): void {
  Deno.test({
    name: `redis: ${name}${
      missing === undefined ? "" : ` (SKIPPED: ${missing})`
    }`,
    async fn() {
      if (missing !== undefined) return;
      await using redis = await startStandalone(...args);
      await run(redis);
    },
  });
}

/** Writes down every change of a store's state. */
function hear(store: PresenceStore): string[] {
  const heard: string[] = [];
  store.onState = (state) => heard.push(state);
  return heard;
}

test("a frozen server holds nobody up", async (redis) => {
  const [node] = redis.nodes;
  await using store = await openRedisStore({
    ...redis.config,
    readTimeoutMs: 500,
  });
  const heard = hear(store);
  const a = await join(store, "a");
  await tell(store, a, edgeOn(1n, 10));
  let turns = 0;
  const turning = setInterval(() => turns++, 10);
  node!.process.freeze();
  const began = performance.now();
  const calls = [
    store.edge(1n),
    store.apply(a, [edgeOn(2n, 10)]),
    store.frontiers(),
    store.renew(a),
    store.edgePage(0, 10),
    store.ping(),
  ];
  for (const call of calls) {
    await assertRejects(() => call, StoreUnavailableError);
  }
  assert(performance.now() - began < 5_000);
  assertEquals(store.state, "down");
  assertEquals(heard, ["down"]);
  // From now on nobody waits, and nothing is kept.
  const many = performance.now();
  for (let i = 0; i < 1_000; i++) {
    await assertRejects(() => store.edge(1n), StoreUnavailableError);
  }
  assert(performance.now() - many < 2_000);
  clearInterval(turning);
  assert(turns > 20, `the event loop turned ${turns} times`);
  node!.process.thaw();
  await until("it is back", () => store.state === "up");
  assertEquals(heard, ["down", "up"]);
  assertEquals(store.problem, "");
  assertEquals(await whereIs(store, 1n), "a");
});

test("a server that has lost everything is told anew", async (redis) => {
  const [node] = redis.nodes;
  await using store = await openRedisStore(redis.config);
  const heard = hear(store);
  const a = await join(store, "a");
  await tell(store, a, edgeOn(1n, 10));
  await node!.process.kill();
  await until("it is noticed", () => store.state === "down");
  await assertRejects(() => store.edge(1n), StoreUnavailableError);
  await node!.process.start();
  await until("it is back", () => store.state === "up");
  assertEquals(heard, ["down", "up"]);
  assertEquals(await whereIs(store, 1n), undefined);
  // The gateway is connected still: its session counts, its record comes back.
  assertEquals(await tell(store, a, edgeOn(1n, 10)), "applied");
  assertEquals(await whereIs(store, 1n), "a");
  assertEquals((await store.frontier("a"))?.serviceAddr, "a:30011");
  const b = await join(store, "b");
  assert(b.generation > a.generation);
});

test("a flushed server is noticed without a lost connection", async (redis) => {
  await using world = await openWorld(redis, "ttl");
  const { store, other } = world;
  const heard = [hear(store), hear(other)];
  const a = await join(store, "a");
  await tell(store, a, edgeOn(1n, 10));
  // The mark has been seen.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  assertEquals(heard, [[], []]);
  await cli(redis.nodes[0]!.port, "flushall");
  await until(
    "both notice",
    () => heard.every((states) => states.join() === "down,up"),
  );
  assert(await store.renew(a));
  assertEquals((await other.frontiers()).map((f) => f.serviceAddr), [
    "a:30011",
  ]);
  assert((await join(other, "b")).generation > a.generation);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assertEquals(heard, [["down", "up"], ["down", "up"]]);
});

test("a full server refuses what is new, and answers", async (redis) => {
  const { port } = redis.nodes[0]!;
  await using world = await openWorld(redis, "ttl");
  const { store } = world;
  const a = await join(store, "a");
  await tell(store, a, edgeOn(1n, 10));
  await cli(port, "config", "set", "maxmemory", "1");
  const error = await assertRejects(
    () => tell(store, a, edgeOn(2n, 10)),
    StoreUnavailableError,
  );
  assert(error.message.includes("OOM"), error.message);
  // What is there already lives on.
  assert(await store.renew(a));
  assertEquals(await whereIs(store, 1n), "a");
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  assertEquals(store.state, "up");
  assertEquals(await whereIs(store, 1n), "a");
  await cli(port, "config", "set", "maxmemory", "0");
  assertEquals(await tell(store, a, edgeOn(2n, 10)), "applied");
});

test("a server that became a replica is left", async (redis) => {
  const { port } = redis.nodes[0]!;
  await using world = await openWorld(redis, "ttl");
  const { store } = world;
  const heard = hear(store);
  const a = await join(store, "a");
  await tell(store, a, edgeOn(1n, 10));
  await cli(port, "replicaof", "127.0.0.1", 1);
  const error = await assertRejects(
    () => tell(store, a, edgeOn(2n, 10)),
    StoreUnavailableError,
  );
  assert(error.message.includes("READONLY"), error.message);
  await cli(port, "replicaof", "no", "one");
  await until("it is back", () => store.state === "up" && heard.length > 1);
  assertEquals(await tell(store, a, edgeOn(2n, 10)), "applied");
});

test(
  "who is not known is told so",
  async (redis) => {
    const { port } = redis.nodes[0]!;
    const withPassword = (username: string, value: string) => ({
      ...redis.config,
      username,
      password: { value, file: "", env: "" },
    });
    for (
      const [config, word] of [
        [redis.config, "NOAUTH"],
        [withPassword("", "wrong"), "WRONGPASS"],
        [withPassword("someone", "secret"), "WRONGPASS"],
      ] as const
    ) {
      const error = await assertRejects(
        () => openRedisStore(config),
        StoreUnavailableError,
      );
      assert(error.message.includes(word), error.message);
      assert(!error.message.includes("secret"), error.message);
    }
    await using store = await openRedisStore(withPassword("", "secret"));
    const heard = hear(store);
    await store.ping();
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, "secret\n");
    await using fromFile = await openRedisStore({
      ...redis.config,
      username: "default",
      password: { value: "", file, env: "" },
    });
    await fromFile.ping();
    // A changed password counts with the next connection.
    const asAdmin = ["-a", "secret"];
    await cli(port, ...asAdmin, "config", "set", "requirepass", "other");
    await cli(port, "-a", "other", "client", "kill", "type", "normal");
    await until(
      "it knows why",
      () => store.state === "down" && store.problem.includes("WRONGPASS"),
    );
    await Deno.writeTextFile(file, "other\n");
    await until("the other one has read it", () => fromFile.state === "up");
    await cli(port, "-a", "other", "config", "set", "requirepass", "secret");
    await until("it is back", () => store.state === "up");
    assertEquals(heard, ["down", "up"]);
    await Deno.remove(file);
  },
  "--requirepass",
  "secret",
);

test("Redis that is another one than was meant is refused, and what to do is said", async (redis) => {
  await using ofCluster = await startNode(
    brokerPorts(1)[0]!,
    "--cluster-enabled",
    "yes",
  );
  const { config } = redis;
  for (
    const [overrides, words] of [
      [{ db: 99 }, "choose a database that the server has"],
      [{ mode: "cluster" }, 'set "redis.mode" to standalone'],
      [
        { mode: "sentinel", masterName: "m" },
        'set "redis.sentinel.addrs" to sentinels',
      ],
      [
        { addrs: [`127.0.0.1:${ofCluster.port}`] },
        'set "redis.mode" to cluster',
      ],
    ] as const
  ) {
    const error = await assertRejects(
      () => openRedisStore({ ...config, ...overrides }),
      Error,
    );
    assert(error.message.includes(words), error.message);
    assertEquals(error.message.split(words).length, 2, error.message);
  }
  // Somebody else's key is in the way of ours.
  const { port } = redis.nodes[0]!;
  await cli(port, "lpush", "frontlas:marker", "x");
  const taken = await assertRejects(() => openRedisStore(config), Error);
  assert(taken.message.includes("or choose another database"), taken.message);
  // Another one than the first is used where it is there.
  await using store = await openRedisStore({ ...config, db: 3 });
  const a = await join(store, "a");
  await tell(store, a, edgeOn(1n, 10));
  assertEquals((await cli(port, "exists", "frontlas:edges:1")).trim(), "0");
  assertEquals(
    (await cli(port, "-n", "3", "exists", "frontlas:edges:1")).trim(),
    "1",
  );
});

test("a user needs no more than its keys and these commands", async (redis) => {
  const { port } = redis.nodes[0]!;
  // What docs/CLUSTER.md says.
  const made = await cli(
    port,
    ...["acl", "setuser", "frontlas", "on", ">secret", "resetkeys"],
    ...["~frontlas:*", "-@all", "+@read", "+@write", "+@scripting"],
    ...["+ping", "+time", "+select", "+client|setname", "-@dangerous"],
  );
  assertEquals(made.trim(), "OK");
  await using store = await openRedisStore({
    ...redis.config,
    username: "frontlas",
    password: { value: "secret", file: "", env: "" },
  });
  await everything(store);
});

test("nobody there is an error that says where", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const began = performance.now();
  for (const mode of ["standalone", "sentinel", "cluster"] as const) {
    const error = await assertRejects(
      () =>
        openRedisStore(
          redisConfig({ mode, masterName: "m", addrs: [`127.0.0.1:${port}`] }),
        ),
      StoreUnavailableError,
    );
    assert(error.message.includes(`127.0.0.1:${port}`), error.message);
    assert(error.message.includes("ECONNREFUSED"), error.message);
  }
  assert(performance.now() - began < 30_000);
});

test("forgotten scripts are sent again", async (redis) => {
  await using world = await openWorld(redis, "ttl");
  const { store } = world;
  const a = await join(store, "a");
  await tell(store, a, edgeOn(1n, 10));
  await cli(redis.nodes[0]!.port, "script", "flush");
  const ids = Array.from({ length: 1_000 }, (_, i) => BigInt(i + 1));
  await tell(store, a, ...ids.map((id) => edgeOn(id, 10)));
  assertEquals((await store.frontier("a"))?.edges, 1_000);
});

test("gateways that register at once get each a number", async (redis) => {
  await using world = await openWorld(redis, "ttl");
  const stores = [world.store, world.other];
  const sessions = await Promise.all(
    Array.from({ length: 40 }, (_, i) => join(stores[i % 2]!, `g${i}`)),
  );
  assertEquals(new Set(sessions.map(({ number }) => number)).size, 40);
  assertEquals(new Set(sessions.map(({ generation }) => generation)).size, 40);
  const racing = (instance: (i: number) => string) =>
    Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        stores[i % 2]!.register({
          frontierId: "one",
          instance: instance(i),
          serviceAddr: "",
          edgeAddr: "",
        })),
    );
  const strangers = await racing((i) => `of-${i}`);
  assertEquals(strangers.filter((session) => session !== undefined).length, 1);
  const winner = strangers.find((session) => session !== undefined)!;
  const selves = await racing(() => winner.instance);
  const newest = selves.toSorted((x, y) => y!.generation - x!.generation)[0]!;
  for (const session of [...selves, winner]) {
    assertEquals(await world.store.renew(session!), session === newest);
    assertEquals(session!.number, winner.number);
  }
});

test("a number that went to another gateway meanwhile is not had twice", async (redis) => {
  const { port } = redis.nodes[0]!;
  await using world = await openWorld(redis, "ttl");
  const { store, other } = world;
  const a = await join(store, "a");
  await store.release(a, 0);
  // As when all numbers are in use and the longest dead gives its own.
  await cli(port, "hset", "frontlas:numbers", a.number, "b");
  const back = await join(store, "a");
  assert(back.number !== a.number);
  assertEquals((await join(other, "a")).number, back.number);
  // Forgotten, and free: it is taken again.
  await cli(port, "del", "frontlas:numbers");
  assertEquals((await join(other, "a")).number, back.number);
  assert((await join(other, "c")).number !== back.number);
});

test("dead gateways give their numbers back in the end", async (redis) => {
  const { port } = redis.nodes[0]!;
  await using world = await openWorld(redis, "ttl");
  const { store } = world;
  const a = await join(store, "a");
  for (let i = 0; i < 4_096; i += 256) {
    const part = Array.from(
      { length: 256 },
      (_, n) => i + n === a.number ? [] : [i + n, `dead-${i + n}`],
    );
    await cli(port, "hset", "frontlas:numbers", ...part.flat());
  }
  const b = await join(store, "b");
  assert(b.number !== a.number);
  await store.release(b, 0);
  // For seven days it may come back and have its number.
  await removeAllDead(store);
  assertEquals((await join(store, "b")).number, b.number);
  await store.release(b, 0);
  await world.advance(6 * 86_400_000);
  await store.renew(a);
  await world.advance(86_400_000);
  await removeAllDead(store);
  assertEquals(
    (await cli(port, "smembers", "frontlas:gateways")).trim(),
    "a",
  );
  assertEquals(
    (await cli(port, "hget", "frontlas:numbers", b.number)).trim(),
    "",
  );
});

test("a large gateway that has died is removed to its last edge", async (redis) => {
  await using world = await openWorld(redis, "lease");
  const { store } = world;
  const a = await join(store, "a");
  for (let at = 0; at < 30_000; at += 1_000) {
    const ids = Array.from({ length: 1_000 }, (_, i) => BigInt(at + i + 1));
    await tell(store, a, ...ids.map((id) => edgeOn(id, 10)));
  }
  await store.release(a, 0);
  let turns = 0;
  let removed = 0;
  for (let more = true; more; turns++) {
    const turn = await store.removeDead(1_000);
    removed += turn.removed;
    assert(turn.removed > 0 || !turn.more, `nothing in turn ${turns}`);
    more = turn.more;
  }
  assertEquals(removed, 30_000);
  assert(turns < 60, `${turns} turns`);
  assertEquals((await store.members("a", "edge", "0")).members, []);
  assertEquals((await cli(redis.nodes[0]!.port, "keys", "*edges*")).trim(), "");
});

test(
  "a socket of the system will do",
  async (redis) => {
    const { port, process } = redis.nodes[0]!;
    await using store = await openRedisStore({
      ...redis.config,
      network: "unix",
      addrs: [`${process.folder}/redis.sock`],
      db: 3,
    });
    await everything(store);
    assertEquals((await cli(port, "-n", 0, "dbsize")).trim(), "0");
    assert(Number(await cli(port, "-n", 3, "dbsize")) > 0);
  },
  "--unixsocket",
  "redis.sock",
);

Deno.test({
  name: `redis: TLS, with a certificate of its own where that is wanted${
    missing === undefined ? "" : ` (SKIPPED: ${missing})`
  }`,
  async fn() {
    if (missing !== undefined) return;
    const folder = await Deno.makeTempDir();
    const { ca, otherCa, serverCert, serverKey, clientCert, clientKey } =
      await makeCertificates(folder);
    const [tlsPort] = brokerPorts(1);
    await using redis = await startStandalone(
      ...["--tls-port", tlsPort!, "--tls-ca-cert-file", ca],
      ...["--tls-cert-file", serverCert, "--tls-key-file", serverKey],
      ...["--tls-auth-clients", "yes"],
    );
    const config = {
      ...redis.config,
      addrs: [`127.0.0.1:${tlsPort}`],
      tls: {
        mtls: false,
        caCerts: [ca],
        certs: [{ cert: clientCert, key: clientKey }],
        insecureSkipVerify: false,
      },
    };
    await using store = await openRedisStore(config);
    await everything(store);
    for (
      const tls of [
        { ...config.tls, caCerts: [otherCa] },
        { ...config.tls, caCerts: [] },
        { ...config.tls, certs: [] },
      ]
    ) {
      await assertRejects(
        () => openRedisStore({ ...config, tls, dialTimeoutMs: 2_000 }),
        StoreUnavailableError,
      );
    }
    await using unchecked = await openRedisStore({
      ...config,
      tls: { ...config.tls, caCerts: [otherCa], insecureSkipVerify: true },
    });
    await unchecked.ping();
    await Deno.remove(folder, { recursive: true });
  },
});

test("keys of a wrong type are put right", async (redis) => {
  const { port } = redis.nodes[0]!;
  const write = async (store: PresenceStore, round: number) => {
    const a = await join(store, "a", `a-${round}`);
    await tell(
      store,
      a,
      ...[edgeOn(1n, 10), edgeOff(1n, 10), edgeOn(2n, 10), serviceOn(3n, 10)],
    );
    await store.leaveEvictions("a", [{
      edgeId: 1n,
      stamp: { since: 1, seq: 1 },
    }]);
    assert(await store.renew(a));
    return a;
  };
  await using world = await openWorld(redis, "ttl");
  const { store } = world;
  await store.release(await write(store, 0), 1_000);
  const left = await write(store, 1);
  const keys = (await cli(port, "keys", "*")).trim().split("\n");
  assert(keys.length > 12, keys.join());
  await store.release(left, 0);
  let round = 2;
  for (const key of keys.toSorted()) {
    if (key === "frontlas:marker") continue;
    await cli(port, "del", key);
    await cli(port, "xadd", key, "*", "some", "thing");
    for (
      const read of [
        () => store.frontiers(),
        () => store.edge(2n),
        () => store.service(3n),
        () => store.edgePage(0, 100),
        () => store.servicePage(0, 100),
        () => store.members("a", "edge", "0"),
        () => store.counts(),
        () => store.takeEvictions("a"),
        () => store.removeDead(100),
      ]
    ) await read();
    await cli(port, "del", key);
    await cli(port, "xadd", key, "*", "some", "thing");
    const session = await write(store, round++);
    assertEquals(await whereIs(store, 2n), "a", key);
    assertEquals((await store.service(3n)).length, 1, key);
    assertEquals(
      await store.counts(),
      { edges: 1, services: 1 },
      `${key} was in the way`,
    );
    await store.release(session, 0);
  }
});

test("the client is loaded without a look into the environment", async (redis) => {
  const { port } = redis.nodes[0]!;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      `--allow-net=127.0.0.1:${port}`,
      new URL("./testdata/ping_store.ts", import.meta.url).pathname,
      String(port),
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  assertEquals(said.trim(), "online at a");
  assertEquals(code, 0);
});

/** Uses all of a store. */
async function everything(store: PresenceStore): Promise<void> {
  await store.ping();
  const a = await join(store, "a");
  await tell(store, a, edgeOn(1n, 10), serviceOn(2n, 10));
  await store.touch(a, "edge", 1n);
  assertEquals((await allEdges(store)).size, 1);
  assertEquals((await allServices(store)).length, 1);
  assertEquals((await store.members("a", "edge", "0")).members.length, 1);
  await store.leaveEvictions("a", [{
    edgeId: 1n,
    stamp: { since: 1, seq: 1 },
  }]);
  assertEquals((await store.takeEvictions("a")).length, 1);
  await store.remove(a, "service", 2n);
  assert(await store.renew(a));
  await store.release(a, 0);
  await removeAllDead(store);
  assertEquals(await store.counts(), { edges: 0, services: 0 });
}
