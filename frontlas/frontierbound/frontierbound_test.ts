import { assert, assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath } from "node:url";
import { type Timers, TimerWheel } from "@frontier/proto";
import {
  CLUSTER_FEATURES,
  decodeTerms,
  encodeHello,
  encodeReport,
  METHOD_HELLO,
  REPORT_METHODS,
} from "@frontier/proto/cluster";
import { FrontierError, LINK_SETTINGS } from "@frontier/proto/internal";
import { Connection, EndpointCore } from "@frontier/endpoint/internal";
import { connectTls } from "@frontier/platform/net";
import { openListener } from "@frontier/platform/ports";
import {
  connectTcp,
  MemoryNetwork,
  systemTimers,
  type TransportListener,
} from "@frontier/platform/internal";
import { NULL_LOGGER } from "@frontier/platform/log";
import { MemoryStore } from "../store/memory/mod.ts";
import { Presence } from "../presence/presence.ts";
import { edgeOn, intro, TestGateway } from "./testing/test_gateway.ts";
import { Frontierbound, type FrontierboundLimits } from "./frontierbound.ts";

const LIMITS: FrontierboundLimits = {
  maxConnections: 100,
  maxConnectionsPerAddress: 0,
  handshakeTimeoutMs: 10_000,
  maxFrameBytes: 4_194_304,
};
const file = (name: string) =>
  fileURLToPath(new URL(`../../platform/testdata/${name}`, import.meta.url));

interface PlaneOptions {
  limits?: Partial<FrontierboundLimits>;
  timers?: Timers;
  graceMs?: number;
  listener?: TransportListener;
  tls?: Awaited<ReturnType<typeof openListener>>["tls"];
}

/** A port for gateways over a store in memory. */
function openPlane(options: PlaneOptions = {}) {
  const timers = options.timers ?? systemTimers;
  const network = new MemoryNetwork();
  const store = new MemoryStore({ mode: "ttl" });
  const presence = new Presence({
    store,
    timers,
    random: Math.random,
    log: NULL_LOGGER,
    ...(options.graceMs !== undefined && { graceMs: options.graceMs }),
  });
  const plane = new Frontierbound({
    listener: { listener: options.listener ?? network, tls: options.tls },
    limits: { ...LIMITS, ...options.limits },
    presence,
    timers,
    random: Math.random,
    wallClock: Date.now,
    log: NULL_LOGGER,
  });
  return {
    store,
    presence,
    plane,
    network,
    async [Symbol.asyncDispose]() {
      presence.close();
      await plane.close();
    },
  };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!await holds()) {
    if (performance.now() > end) throw new Error("Cannot wait any longer");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("a gateway of ours says hello, tells its edges, and hears of those that moved", async () => {
  await using world = openPlane();
  const { network, store } = world;
  await using f1 = await new TestGateway(network.connect(), intro("f1")).open();
  await using f2 = await new TestGateway(
    network.connect(),
    intro("f2", "00000000000000bb"),
  ).open();
  assert(f1.connection.link.cluster);
  for (const gateway of [f1, f2]) {
    const terms = decodeTerms(await gateway.call(METHOD_HELLO, encodeHello()));
    assertEquals([terms.mode, terms.batchesInFlight], ["ttl", 4]);
  }
  await f1.sync([edgeOn(7n, 1)]);
  await new Promise((resolve) => setTimeout(resolve, 2));
  await f2.sync([edgeOn(7n, 1)]);
  await until(() => f1.evicted.length > 0);
  assertEquals(f1.evicted, [7n]);
  assertEquals((await store.edge(7n))?.frontierId, "f2");
  // Nothing is registered with one of ours, and Go's calls are for Go's.
  assertEquals(f1.registered, []);
  const report = encodeReport({
    method: "edge_online",
    frontierId: "f1",
    edgeId: 1n,
    addr: "",
  });
  await assertRejects(
    () => f1.call("edge_online", report),
    FrontierError,
    "this link takes batches",
  );
  await assertRejects(
    () => f1.call("nothing", new Uint8Array(0)),
    FrontierError,
    "no such rpc: nothing",
  );
});

Deno.test("a gateway without the feature gets Go's seven methods in Go's order", async () => {
  await using world = openPlane();
  await using go = await new TestGateway(
    world.network.connect(),
    intro("g1", ""),
    false,
  ).open();
  await until(() => go.registered.length === 7);
  assertEquals(go.registered, [...REPORT_METHODS]);
  const edgeId = 7405239014619127057n;
  const report = (method: "edge_online" | "edge_offline") =>
    go.call(
      method,
      encodeReport({ method, frontierId: "g1", edgeId, addr: "10.0.0.1:1" }),
    );
  assertEquals((await report("edge_online")).length, 0);
  assertEquals((await world.store.edge(edgeId))?.frontierId, "g1");
  await report("edge_offline");
  assertEquals(await world.store.edge(edgeId), undefined);
  await assertRejects(
    () => go.call("edge_online", new TextEncoder().encode("{")),
    FrontierError,
    "malformed JSON",
  );
  await assertRejects(
    () => go.call(METHOD_HELLO, encodeHello()),
    FrontierError,
    "no such rpc: cluster_hello",
  );
});

Deno.test("who is not let in hears why", async () => {
  await using world = openPlane();
  const { network, presence } = world;
  await using _first = await new TestGateway(network.connect(), intro("f1"))
    .open();
  const text = new TextEncoder();
  for (
    const [said, why] of [
      [text.encode("{"), "Cannot decode meta of a gateway: malformed JSON"],
      [
        text.encode("an edge"),
        "Cannot decode meta of a gateway: malformed JSON",
      ],
      [new Uint8Array(0), "Cannot decode meta of a gateway: malformed JSON"],
      [
        text.encode(`{"frontier_id":5}`),
        "Cannot decode frontier_id: not a string",
      ],
      [text.encode("{}"), "Cannot admit a gateway without an id"],
      [intro("f1", "00000000000000bb"), "frontier already set"],
      [intro("f1", ""), "frontier already set"],
    ] as const
  ) {
    for (const ours of [true, false]) {
      await using gateway = new TestGateway(network.connect(), said, ours);
      const error = await assertRejects(
        () => gateway.connection.opened,
        FrontierError,
        why,
      );
      assertEquals(error.code, "refused");
    }
  }
  assertEquals(presence.tally.refused.malformed, 8);
  assertEquals(presence.tally.refused.already_set, 4);
  assertEquals(presence.size, 1);
});

Deno.test("connections are bounded in number and from one address", async () => {
  for (
    const limits of [{ maxConnections: 3 }, { maxConnectionsPerAddress: 3 }]
  ) {
    await using world = openPlane({ limits });
    const { network, plane } = world;
    const gateways: TestGateway[] = [];
    for (let i = 0; i < 1_000; i++) {
      gateways.push(new TestGateway(network.connect(), intro(`f${i}`)));
    }
    const results = await Promise.allSettled(
      gateways.map(({ connection }) => connection.opened),
    );
    assertEquals(
      results.filter(({ status }) => status === "fulfilled").length,
      3,
    );
    assertEquals([plane.connections, plane.turnedAway.too_many], [3, 997]);
    await gateways[0]!.connection.close(1_000);
    await until(() => plane.connections === 2);
    await using late = new TestGateway(network.connect(), intro("late"));
    await late.connection.opened;
    for (const gateway of gateways) await gateway[Symbol.asyncDispose]();
  }
});

Deno.test("a connection that says nothing in time is ended", async () => {
  const timers = new TimerWheel();
  await using world = openPlane({ timers });
  const silent = world.network.connect();
  const slow = world.network.connect();
  await slow.write(new Uint8Array([1, 1]));
  await until(() => world.plane.connections === 2);
  await new Promise((resolve) => setTimeout(resolve, 20));
  timers.advance(9_900);
  assertEquals(world.plane.connections, 2);
  timers.advance(10_100);
  await until(() => world.plane.connections === 0);
  assertEquals(await silent.read(new Uint8Array(10)), null);
  assertEquals(world.plane.turnedAway.timeout, 1);
  slow.close();
});

Deno.test("a link that is dead is noticed, and its gateway forgotten after the grace", async () => {
  const timers = new TimerWheel();
  await using world = openPlane({ timers });
  const { network, presence } = world;
  const core = new EndpointCore();
  const settings = {
    ...LINK_SETTINGS,
    features: CLUSTER_FEATURES,
    heartbeatSeconds: 5 as const,
  };
  const who = { meta: intro("f1"), wantedId: 0n };
  await using connection = Connection.connect(
    network.connect(),
    settings,
    core,
    who,
  );
  await connection.opened;
  await until(() => presence.has("f1"));
  for (let ms = 500; ms <= 9_500; ms += 500) timers.advance(ms);
  assert(presence.has("f1"));
  for (let ms = 10_000; ms <= 13_000; ms += 500) timers.advance(ms);
  await until(() => !presence.has("f1"));
  assertEquals(presence.tally.ended.silent, 1);
});

Deno.test("a gateway that leaves says so; without it its link counts as broken", async () => {
  await using world = openPlane();
  const { network, presence, store } = world;
  for (const leaves of [true, false]) {
    const gateway = await new TestGateway(network.connect(), intro("f1"))
      .open();
    if (leaves) gateway.connection.link.sendFarewell("going-away");
    await gateway[Symbol.asyncDispose]();
    await until(() => !presence.has("f1"));
    await new Promise((resolve) => setTimeout(resolve, 10));
    assertEquals(await store.frontier("f1") === undefined, leaves);
  }
  assertEquals([presence.tally.ended.left, presence.tally.ended.lost], [1, 1]);
});

Deno.test("a draining port sends gateways of ours elsewhere, and ends the others at last", async () => {
  await using world = openPlane();
  const { network, plane, presence, store } = world;
  await using ours = await new TestGateway(network.connect(), intro("f1"))
    .open();
  await using stays = await new TestGateway(network.connect(), intro("f2"))
    .open();
  await using go = await new TestGateway(
    network.connect(),
    intro("g1", ""),
    false,
  )
    .open();
  const drained = plane.drain(500);
  await ours.connection.goingAway;
  await stays.connection.goingAway;
  // Served as before, until it has gone.
  await ours.call(METHOD_HELLO, encodeHello());
  ours.connection.link.sendFarewell("going-away");
  await ours.connection.close(1_000);
  await drained;
  assertEquals([presence.size, plane.connections], [2, 2]);
  presence.close();
  await plane.close();
  assertEquals(plane.connections, 0);
  assertEquals(
    (await stays.connection.closed).message,
    "Connection lost: the gateway stops",
  );
  await go.connection.closed;
  assertEquals((await store.frontiers()).map((f) => f.frontierId), [
    "f2",
    "g1",
  ]);
});

Deno.test("a gateway that leaves a draining port without a place to go keeps its lease", async () => {
  await using world = openPlane({ graceMs: 200 });
  const { network, plane, presence, store } = world;
  const gateways = [];
  for (const id of ["f1", "f2"]) {
    const gateway = new TestGateway(network.connect(), intro(id));
    gateways.push(await gateway.open());
  }
  const drained = plane.drain(20_000);
  await Promise.all(gateways.map(({ connection }) => connection.goingAway));
  // One ends its link, to look for another directory; the other leaves for good.
  gateways[1]!.connection.link.sendFarewell("going-away");
  for (const gateway of gateways) await gateway[Symbol.asyncDispose]();
  await drained;
  presence.close();
  await plane.close();
  await presence.settled();
  await new Promise((resolve) => setTimeout(resolve, 600));
  // Longer than the grace.
  await new Promise((resolve) => setTimeout(resolve, 600));
  assertEquals((await store.frontiers()).map((f) => f.frontierId), ["f1"]);
});

Deno.test("over TLS a gateway shows its certificate where that is asked for", async () => {
  const { listener, tls } = await openListener({
    hostname: "127.0.0.1",
    port: 0,
    tls: {
      mtls: true,
      caCerts: [file("ca.pem")],
      certs: [{ cert: file("localhost.pem"), key: file("localhost.key") }],
    },
  }, NULL_LOGGER);
  await using world = openPlane({ listener, tls });
  const { hostname, port } = world.plane.addr;
  const dial = (certs: { cert: string; key: string }[]) =>
    connectTls({
      hostname,
      port,
      tls: {
        mtls: true,
        caCerts: [file("ca.pem")],
        insecureSkipVerify: false,
        certs,
      },
    });
  const own = { cert: file("client.pem"), key: file("client.key") };
  const stranger = { cert: file("stranger.pem"), key: file("stranger.key") };
  await using gateway = await new TestGateway(await dial([own]), intro("f1"))
    .open();
  await gateway.call(METHOD_HELLO, encodeHello());
  for (const certs of [[], [stranger]]) {
    // The client may learn of the refusal at its first read only.
    await assertRejects(async () => {
      await using other = new TestGateway(await dial(certs), intro("f2"));
      await other.connection.opened;
    });
  }
  // A plain gateway hears what is wrong.
  await using plain = new TestGateway(
    await connectTcp({ hostname, port }),
    intro("f3"),
  );
  await assertRejects(
    () => plain.connection.opened,
    FrontierError,
    "this port speaks TLS",
  );
  assertEquals(world.presence.size, 1);
});
