/** How a service of a cluster learns its gateways, from our Frontlas and from the original one. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { FrontierError } from "@frontier/client";
import { ClusterService } from "@frontier/client/cluster";
import { ScriptedFrontlas } from "../../platform/grpc_client/testing/scripted_frontlas.ts";
import { freePort } from "../support/free_ports.ts";
import { eventually } from "../support/gateway.ts";
import { idsByMeta, lastTimers, TestCluster } from "./cluster.ts";

function states(service: ClusterService): string[] {
  return service.gateways().map(({ frontierId, state }) =>
    `${frontierId} ${state}`
  );
}

for (const kind of ["ours", "original"] as const) {
  Deno.test(`a gateway that comes is connected to, with all methods: ${kind}`, async () => {
    await using cluster = await TestCluster.start(1, { kind });
    const service = await cluster.service({
      pollMs: 50,
      methods: { a: () => "a" },
    });
    await service.register("b", () => "b");
    await cluster.addGateway("g1");
    await eventually(() => Promise.resolve(states(service).length === 2));
    await eventually(() =>
      Promise.resolve(states(service)[1] === "g1 connected")
    );
    const edge = await cluster.edge("g1", { methods: { c: () => "c" } });
    for (const method of ["a", "b"]) {
      assertEquals((await edge.call(method)).text(), method);
    }
    assertEquals((await service.call(edge.edgeId, "c")).text(), "c");
    const watched = cluster.frontlas.count("WatchFrontiers");
    const polled = cluster.frontlas.count("ListFrontiers");
    if (kind === "ours") assertEquals([watched, polled], [1, 0]);
    else assert(polled > 1);
  });

  Deno.test(`an edge that is nowhere is told of at once: ${kind}`, async () => {
    await using cluster = await TestCluster.start(1, { kind });
    const service = await cluster.service();
    const error = await assertRejects(
      () => service.call(7n, "a"),
      FrontierError,
    );
    assertEquals([error.code, error.retryable], ["edge-not-online", true]);
    assertEquals(cluster.frontlas.count("GetFrontierByEdge"), 1);
  });
}

Deno.test("gateways that are dead or have no address hinder nobody", async () => {
  await using cluster = await TestCluster.start(1, { kind: "original" });
  const { frontiers } = cluster.frontlas;
  frontiers.set("dead", "127.0.0.1:1");
  frontiers.set("empty", "");
  frontiers.set("odd", ":30011");
  frontiers.set("lost", "<nil>:30011");
  const service = await cluster.service();
  const [first, ...others] = states(service);
  assertEquals(first, "g0 connected");
  assertEquals(others.length, 2);
  const edge = await cluster.edge("g0", { methods: { a: () => "a" } });
  assertEquals((await service.call(edge.edgeId, "a")).text(), "a");
  cluster.frontlas.placeOf = () => "empty";
  const error = await assertRejects(() => service.call(7n, "a"), FrontierError);
  assertEquals(error.code, "edge-not-online");
});

Deno.test("a gateway that is named no more is kept while its connection holds, and only then", async () => {
  await using cluster = await TestCluster.start(2);
  const service = await cluster.service();
  const edge = await cluster.edge("g1", { methods: { a: () => "a" } });
  await service.call(edge.edgeId, "a");
  cluster.frontlas.frontiers.clear();
  cluster.frontlas.tell();
  await eventually(() =>
    Promise.resolve(service.gateways().every(({ listed }) => !listed))
  );
  assertEquals((await service.call(edge.edgeId, "a")).text(), "a");
  await cluster.stopGateway("g0");
  await eventually(() =>
    Promise.resolve(states(service).join() === "g1 connected")
  );
});

Deno.test("at another address a gateway is connected to before the old connection goes", async () => {
  await using cluster = await TestCluster.start(1);
  const service = await cluster.service({ topics: ["t"] });
  await service.registerGetEdgeId(idsByMeta());
  const old = cluster.gateways.get("g0")!;
  let finish = (_: string) => {};
  const slow = new Promise<string>((resolve) => finish = resolve);
  await cluster.edge("g0", { meta: "7", methods: { slow: () => slow } });
  const underWay = service.call(7n, "slow");
  await eventually(() => Promise.resolve(service.stats().underWay === 1));
  const seen: string[] = [];
  void (async () => {
    for await (const { state } of service.status()) seen.push(state);
  })();
  await cluster.addGateway("g0");
  const { serviceAddr } = cluster.gateways.get("g0")!;
  await eventually(() =>
    Promise.resolve(
      service.gateways()[0]!.address === `127.0.0.1:${serviceAddr.port}`,
    )
  );
  await cluster.edge("g0", { meta: "8", methods: { a: () => "new" } });
  assertEquals((await service.call(8n, "a")).text(), "new");
  finish("finished");
  assertEquals((await underWay).text(), "finished");
  await eventually(() => Promise.resolve(old.status.services === 0));
  assertEquals(seen, ["connected", "connected"]);
  assertEquals(service.gateways().length, 1);
});

Deno.test("another Frontlas is asked when one fails, and none is needed for what is known", async () => {
  await using cluster = await TestCluster.start(2);
  await using other = await ScriptedFrontlas.start();
  for (const entry of cluster.frontlas.frontiers) {
    other.frontiers.set(...entry);
  }
  other.placeOf = cluster.frontlas.placeOf;
  const service = await cluster.service({
    frontlas: [cluster.frontlas.address, other.address],
  });
  const methods = { a: () => "a" };
  const edge = await cluster.edge("g0", { methods });
  await service.call(edge.edgeId, "a");
  assertEquals([cluster.frontlas.watchers, other.watchers], [1, 0]);
  cluster.frontlas.kill();
  const later = await cluster.edge("g1", { methods });
  assertEquals((await service.call(later.edgeId, "a")).text(), "a");
  await eventually(() => Promise.resolve(other.watchers === 1));
  other.kill();
  assertEquals((await service.call(edge.edgeId, "a")).text(), "a");
  assertEquals(states(service), ["g0 connected", "g1 connected"]);
  const last = await cluster.edge("g1", { methods });
  const error = await assertRejects(
    () => service.call(last.edgeId, "a", "", { timeoutMs: 500 }),
    FrontierError,
    "GetFrontierByEdge",
  );
  assertEquals([error.code, error.retryable], ["timeout", true]);
});

Deno.test("a Frontlas that falls silent is given up", async () => {
  await using cluster = await TestCluster.start(1, { heartbeatMs: 50 });
  await using other = await ScriptedFrontlas.start();
  other.frontiers.set("g0", cluster.frontlas.frontiers.get("g0")!);
  const _service = await cluster.service({
    frontlas: [cluster.frontlas.address, other.address],
  });
  assertEquals(other.watchers, 0);
  cluster.frontlas.silent = true;
  await eventually(() => Promise.resolve(other.watchers === 1));
});

Deno.test("calls wait for a Frontlas that comes back", async () => {
  await using cluster = await TestCluster.start(1);
  const service = await cluster.service();
  const edge = await cluster.edge("g0", { methods: { a: () => "a" } });
  const { port } = cluster.frontlas;
  cluster.frontlas.kill();
  const call = service.call(edge.edgeId, "a");
  await using again = await ScriptedFrontlas.start({ port });
  again.placeOf = () => "g0";
  again.frontiers.set("g0", cluster.frontlas.frontiers.get("g0")!);
  assertEquals((await call).text(), "a");
});

Deno.test("an original Frontlas that is replaced by ours is followed from then on", async () => {
  await using cluster = await TestCluster.start(1, { kind: "original" });
  const service = await cluster.service({ pollMs: 20 });
  const { port, frontiers } = cluster.frontlas;
  cluster.frontlas.kill();
  await using ours = await ScriptedFrontlas.start({ port });
  for (const entry of frontiers) ours.frontiers.set(...entry);
  await eventually(() => Promise.resolve(ours.watchers === 1));
  assertEquals(states(service), ["g0 connected"]);
});

Deno.test("a token is shown, and what a Frontlas refuses is told at once", async () => {
  await using cluster = await TestCluster.start(1, { token: "secret" });
  const service = await cluster.service({ frontlasToken: "secret" });
  const edge = await cluster.edge("g0", { methods: { a: () => "a" } });
  assertEquals((await service.call(edge.edgeId, "a")).text(), "a");
  cluster.frontlas.failure = { code: 7, details: "not for you" };
  const error = await assertRejects(
    () => service.call(7n, "a"),
    FrontierError,
    "not for you",
  );
  assertEquals([error.code, error.retryable], ["refused", false]);
  cluster.frontlas.failure = undefined;
  const refused = await assertRejects(
    () => cluster.service(),
    FrontierError,
    "token wanted",
  );
  assertEquals([refused.code, refused.retryable], ["refused", false]);
});

Deno.test("a call waits, within its time, for a Frontlas that does not know yet where the edge is", async () => {
  await using cluster = await TestCluster.start(1);
  const service = await cluster.service();
  const edge = await cluster.edge("g0", { methods: { a: () => "a" } });
  const details = "Cannot tell whether the edge is online";
  cluster.frontlas.failure = { code: 14, details };
  const late = await assertRejects(
    () => service.call(7n, "a", "", { timeoutMs: 200 }),
    FrontierError,
    details,
  );
  assertEquals([late.code, late.retryable], ["timeout", true]);
  const answered = service.call(edge.edgeId, "a", "", { timeoutMs: 60_000 });
  const asked = () => cluster.frontlas.count("GetFrontierByEdge");
  const before = asked();
  await eventually(() => Promise.resolve(asked() > before + 1));
  cluster.frontlas.failure = undefined;
  assertEquals((await answered).text(), "a");
});

Deno.test("connect() says what is missing", async () => {
  await using frontlas = await ScriptedFrontlas.start();
  const dead = `127.0.0.1:${freePort()}`;
  for (
    const [addresses, frontier, message] of [
      [
        [dead],
        undefined,
        `no Frontlas tells where gateways are: Cannot ask ${dead} for WatchFrontiers: connect ECONNREFUSED`,
      ],
      [[dead], undefined, "takes addresses of control planes, port 40011"],
      [[dead, frontlas.address], undefined, "Frontlas knows no gateway"],
      [[frontlas.address], dead, "Cannot connect"],
      [[frontlas.address], "", "Frontlas knows no gateway"],
    ] as const
  ) {
    frontlas.frontiers.clear();
    if (frontier !== undefined) frontlas.frontiers.set("g0", frontier);
    const error = await assertRejects(
      () => ClusterService.connect({ frontlas: addresses }),
      FrontierError,
      message,
    );
    assertEquals(error.code, "not-connected");
    assert(error.retryable);
  }
  await lastTimers();
});

Deno.test("whoever waits for the first connection gets it", async () => {
  const port = freePort();
  await using cluster = await TestCluster.start(1);
  const connecting = ClusterService.connect({
    frontlas: [`127.0.0.1:${port}`],
    waitForFirstConnect: true,
    reconnect: { minDelayMs: 10, firstDelayMs: 20, maxDelayMs: 50 },
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await using late = await ScriptedFrontlas.start({ port });
  await new Promise((resolve) => setTimeout(resolve, 100));
  late.frontiers.set("g0", cluster.frontlas.frontiers.get("g0")!);
  late.tell();
  await using service = await connecting;
  assertEquals(service.state, "connected");
  assertEquals(service.stats().reconnects, 0);
});

Deno.test("options that make no sense are refused before anything is dialled", async () => {
  for (
    const [options, message] of [
      [{ hostname: "x" }, "gateways are learnt from Frontlas"],
      [{ addresses: [] }, "gateways are learnt from Frontlas"],
      [{ frontals: [] }, 'the nearest one is "frontlas"'],
      [{ frontlas: "x:1" }, "need a list"],
      [{ frontlas: [] }, "empty list"],
      [{ frontlas: ["http://x"] }, "need host"],
      [{ frontlasTls: { caFil: "x" } }, 'the nearest one is "caFile"'],
      [{ reconnect: false }, 'Cannot be without "reconnect"'],
      [{ pollMs: 0 }, "Cannot use 0 as pollMs"],
      [{ routes: "x" }, 'Cannot use "x" as routes'],
      [{ heartbeatSeconds: 7 }, "heartbeat every 7 s"],
      [{ limits: { messages: 0 } }, "Cannot use 0 as messages"],
      [{ wantedId: -1n }, "Cannot take -1 as an id"],
      [{ dial: 7 }, "Cannot dial with number"],
    ] as const
  ) {
    await assertRejects(
      () => ClusterService.connect(options as never),
      Error,
      message,
    );
  }
});

Deno.test("an abort ends it, before and after it is connected", async () => {
  await using cluster = await TestCluster.start(1);
  for (const silent of [true, false]) {
    cluster.frontlas.silent = silent;
    const abort = new AbortController();
    const connecting = cluster.service({ signal: abort.signal });
    if (silent) {
      const refused = assertRejects(() => connecting, FrontierError);
      abort.abort();
      assertEquals((await refused).code, "canceled");
      continue;
    }
    const service = await connecting;
    abort.abort();
    assertEquals((await service.closed).text, "its signal was aborted");
    assertEquals(service.state, "closed");
  }
  await assertRejects(
    () => cluster.service({ signal: AbortSignal.abort() }),
    FrontierError,
    "aborted",
  );
});
