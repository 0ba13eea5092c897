/** A service of a cluster, and edges that are at different gateways, or move. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { FrontierError, type ServiceLike } from "@frontier/client";
import { eventually } from "../support/gateway.ts";
import { idsByMeta, TestCluster } from "./cluster.ts";

const text = new TextDecoder();

Deno.test("a service and edges at all gateways talk in both directions", async () => {
  await using cluster = await TestCluster.start(3);
  const service: ServiceLike = await cluster.service({
    name: "hub",
    topics: ["news"],
    methods: { work: (request) => `done ${request.text()}` },
  });
  for (const id of ["g0", "g1", "g2"]) {
    const edge = await cluster.edge(id, { methods: { where: () => id } });
    assertEquals((await service.call(edge.edgeId, "where")).text(), id);
    assertEquals((await edge.call("work", id)).text(), `done ${id}`);

    const up = edge.publish("news", id);
    const message = await service.receive();
    assertEquals([message.text(), message.edgeId], [id, edge.edgeId]);
    message.done();
    await up;

    const received = edge.receive();
    const down = service.publish(edge.edgeId, "order");
    (await received).done();
    await down;

    for (
      const [opened, accepted] of [
        [service.openStream(edge.edgeId), edge.acceptStream()],
        [edge.openStream("hub"), service.acceptStream()],
      ] as const
    ) {
      await using from = await opened;
      await using to = await accepted;
      await from.write(new TextEncoder().encode(id));
      const into = new Uint8Array(8);
      const length = await to.read(into);
      assertEquals(text.decode(into.subarray(0, length!)), id);
    }
  }
  const { callsIn, callsOut, messagesIn, messagesOut } = service.stats();
  assertEquals([callsIn, callsOut, messagesIn, messagesOut], [3, 3, 3, 3]);
  // Everything that went to one edge has cost one question.
  assertEquals(cluster.frontlas.count("GetFrontierByEdge"), 3);
});

Deno.test("an edge that was heard of is found without a question, and before Frontlas knows it", async () => {
  await using cluster = await TestCluster.start(2);
  cluster.frontlas.placeOf = () => undefined;
  const service = await cluster.service({
    topics: ["t"],
    methods: { hello: () => "" },
  });
  const methods = { a: () => "a" };
  const caller = await cluster.edge("g0", { methods });
  await caller.call("hello");
  assertEquals((await service.call(caller.edgeId, "a")).text(), "a");
  const sender = await cluster.edge("g1", { methods });
  const sent = sender.publish("t", "x");
  (await service.receive()).done();
  await sent;
  assertEquals((await service.call(sender.edgeId, "a")).text(), "a");
  await service.registerEdgeOnline(() => {});
  await service.registerEdgeOffline(() => {});
  const silent = await cluster.edge("g1", { methods });
  assertEquals((await service.call(silent.edgeId, "a")).text(), "a");
  assertEquals(cluster.frontlas.count("GetFrontierByEdge"), 0);
  await silent.close();
  await assertRejects(() => service.call(silent.edgeId, "a"), FrontierError);
  // It was told that the edge has gone: no gateway was asked in vain.
  assertEquals(cluster.frontlas.count("GetFrontierByEdge"), 1);
});

Deno.test("all gateways are asked for one id of the service", async () => {
  await using cluster = await TestCluster.start(2);
  const service = await cluster.service();
  for (const gateway of cluster.gateways.values()) {
    assert(await gateway.kick(service.serviceId));
  }
});

Deno.test("what is for an edge that has moved goes once more, to its new gateway, and arrives once", async () => {
  await using cluster = await TestCluster.start(2);
  const service = await cluster.service();
  await service.registerGetEdgeId(idsByMeta());
  const seen: string[] = [];
  const methods = {
    note: (request: { text(): string }) => {
      seen.push(request.text());
      return "noted";
    },
  };
  let edge = await cluster.edge("g0", { meta: "7", methods });
  await service.call(7n, "note", "first");
  const operations = [
    () => service.call(7n, "note", "second").then((reply) => reply.text()),
    async () => {
      const received = edge.receive();
      const published = service.publish(7n, "third");
      const message = await received;
      seen.push(message.text());
      message.done();
      await published;
    },
    async () => {
      const accepted = edge.acceptStream();
      await using _opened = await service.openStream(7n);
      await using _accepted = await accepted;
    },
  ];
  for (const [i, operation] of operations.entries()) {
    await edge.close();
    edge = await cluster.edge(i % 2 === 0 ? "g1" : "g0", {
      meta: "7",
      methods,
    });
    const before = cluster.frontlas.count("GetFrontierByEdge");
    await operation();
    assertEquals(cluster.frontlas.count("GetFrontierByEdge"), before + 1);
  }
  assertEquals(seen, ["first", "second", "third"]);
});

Deno.test("a Frontlas that is behind is asked again, as long as the gateway knows better", async () => {
  await using cluster = await TestCluster.start(2);
  const service = await cluster.service();
  await service.registerGetEdgeId(idsByMeta());
  const first = await cluster.edge("g0", {
    meta: "7",
    methods: { a: () => "0" },
  });
  assertEquals((await service.call(7n, "a")).text(), "0");
  await first.close();
  await cluster.edge("g1", { meta: "7", methods: { a: () => "1" } });
  let asked = 0;
  cluster.frontlas.placeOf = () => asked++ < 2 ? "g0" : "g1";
  assertEquals((await service.call(7n, "a")).text(), "1");
  cluster.frontlas.placeOf = () => "g0";
  await cluster.edges.at(-1)!.close();
  const error = await assertRejects(
    () => service.call(7n, "a"),
    FrontierError,
    "edge not online",
  );
  assertEquals([error.code, error.retryable], ["edge-not-online", true]);
});

Deno.test("an edge that is nowhere is told of at once, and found when it comes", async () => {
  await using cluster = await TestCluster.start(2);
  const service = await cluster.service();
  await service.registerGetEdgeId(idsByMeta());
  for (
    const operation of [
      () => service.call(7n, "a"),
      () => service.publish(7n, "x"),
      () => service.openStream(7n),
    ]
  ) {
    const error = await assertRejects(operation, FrontierError);
    assertEquals([error.code, error.retryable], ["edge-not-online", true]);
    assert(error.message.includes("edge 7"), error.message);
  }
  await cluster.edge("g1", { meta: "7", methods: { a: () => "here" } });
  assertEquals((await service.call(7n, "a")).text(), "here");
});

Deno.test("errors of edges are their own and end nothing", async () => {
  await using cluster = await TestCluster.start(1);
  const service = await cluster.service();
  let calls = 0;
  const edge = await cluster.edge("g0", {
    methods: {
      lie: () => {
        calls++;
        throw new Error("edge not online");
      },
    },
  });
  const error = await assertRejects(
    () => service.call(edge.edgeId, "lie"),
    FrontierError,
  );
  assertEquals([error.code, error.retryable, calls], ["remote", false, 1]);
  await assertRejects(() => service.call(edge.edgeId, "none"), FrontierError);
  await assertRejects(
    () => service.call(edge.edgeId, "lie", "x", { timeoutMs: 0 }),
    RangeError,
  );
  await assertRejects(
    () => service.call(edge.edgeId, "lie", 7 as never),
    TypeError,
  );
  await assertRejects(() => service.call(-1n, "lie"), RangeError);
  assertEquals(service.stats().reconnects, 0);
  assertEquals(service.gateways()[0]!.state, "connected");
});

Deno.test("what waits for its gateway is as it was when it was begun", async () => {
  await using cluster = await TestCluster.start(1);
  const service = await cluster.service();
  const edge = await cluster.edge("g0", {
    methods: { echo: ({ data }) => data },
  });
  const data = new Uint8Array([1, 2, 3]);
  const reply = service.call(edge.edgeId, "echo", data);
  data.fill(9);
  assertEquals([...(await reply).data], [1, 2, 3]);
});

Deno.test("operations for one edge share a look-up, and each has its own end", async () => {
  await using cluster = await TestCluster.start(1);
  const service = await cluster.service();
  const edge = await cluster.edge("g0", {
    methods: { echo: ({ data }) => data },
  });
  cluster.frontlas.silent = true;
  const abort = new AbortController();
  const canceled = service.call(edge.edgeId, "echo", "a", {
    signal: abort.signal,
  });
  const late = service.call(edge.edgeId, "echo", "b", { timeoutMs: 300 });
  const closed = service.call(edge.edgeId, "echo", "c");
  const errors = Promise.all(
    [canceled, late, closed].map((call) =>
      assertRejects(() => call, FrontierError)
    ),
  );
  assertEquals(service.stats().waiting, 3);
  abort.abort();
  await late.catch(() => {});
  await service.close();
  assertEquals(
    (await errors).map(({ code, retryable }) => [code, retryable]),
    [["canceled", false], ["timeout", true], ["eof", false]],
  );
  assertEquals(cluster.frontlas.count("GetFrontierByEdge"), 1);
  assertEquals(service.stats().waiting, 0);
});

Deno.test("what may wait is bounded", async () => {
  await using cluster = await TestCluster.start(1);
  const service = await cluster.service({ limits: { waiting: 2 } });
  const edge = await cluster.edge("g0");
  cluster.frontlas.silent = true;
  const waiting = [1, 2].map((i) =>
    service.call(edge.edgeId + BigInt(i), "a").catch(() => {})
  );
  const error = await assertRejects(
    () => service.call(edge.edgeId, "a"),
    FrontierError,
  );
  assertEquals([error.code, error.retryable], ["short-buffer", true]);
  await service.close();
  await Promise.all(waiting);
});

Deno.test("an edge at a gateway that cannot be reached is waited for, unless that is not wanted", async () => {
  await using cluster = await TestCluster.start(2);
  const service = await cluster.service();
  const hasty = await cluster.service({ failFast: true });
  cluster.frontlas.frontiers.set("g2", "127.0.0.1:1");
  cluster.frontlas.placeOf = () => "g2";
  const error = await assertRejects(
    () => hasty.call(7n, "a"),
    FrontierError,
    "no connection to the gateway g2 at 127.0.0.1:1",
  );
  assertEquals([error.code, error.retryable], ["not-connected", true]);
  const late = await assertRejects(
    () => service.call(7n, "a", "", { timeoutMs: 300 }),
    FrontierError,
  );
  assertEquals([late.code, late.retryable], ["timeout", true]);
  await service.registerGetEdgeId(idsByMeta());
  const call = service.call(7n, "a");
  await new Promise((resolve) => setTimeout(resolve, 100));
  await cluster.edge("g1", { meta: "7", methods: { a: () => "at last" } });
  cluster.frontlas.placeOf = (id) => cluster.placeOf(id);
  assertEquals((await call).text(), "at last");
});

Deno.test("messages of all gateways get their turns, however many come through one", async () => {
  await using cluster = await TestCluster.start(2);
  const service = await cluster.service({
    topics: ["t"],
    limits: { messages: 16 },
  });
  const loud = await cluster.edge("g0");
  const quiet = await cluster.edge("g1");
  const flood = Array.from(
    { length: 40 },
    (_, i) => loud.publish("t", `loud ${i}`).catch(({ code }) => code),
  );
  const arrived = () => service.stats().messagesIn;
  await eventually(() => Promise.resolve(arrived() >= 16));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = arrived();
  const one = quiet.publish("t", "quiet");
  await eventually(() => Promise.resolve(arrived() > before));
  const read: string[] = [];
  while (!read.includes("quiet")) {
    const message = await service.receive();
    read.push(message.text());
    message.done();
  }
  await one;
  assert(read.length <= 3, read.join());
  await service.close();
  await Promise.all(flood);
});

Deno.test("where an error may be the application's, nothing is sent once more: gateways without verdicts", async () => {
  await using cluster = await TestCluster.start(2);
  const service = await cluster.service({ features: [] });
  await service.registerGetEdgeId(idsByMeta());
  let calls = 0;
  const methods = {
    lie: () => {
      calls++;
      throw new Error("edge not online");
    },
    a: () => "a",
  };
  const edge = await cluster.edge("g0", { meta: "7", methods });
  await service.call(7n, "a");
  cluster.frontlas.placeOf = () => "g1";
  await assertRejects(() => service.call(7n, "lie"), FrontierError);
  assertEquals(calls, 1);
  cluster.frontlas.placeOf = (id) => cluster.placeOf(id);
  await edge.close();
  await cluster.edge("g1", { meta: "7", methods });
  // The first one corrects what is remembered.
  await service.call(7n, "a").catch(() => {});
  assertEquals((await service.call(7n, "a")).text(), "a");
});

Deno.test("a gateway that is not ours is not asked again for an id that it may think in use", async () => {
  await using cluster = await TestCluster.start(1);
  for (
    const [options, again] of [[{}, true], [{ features: [] }, false]] as const
  ) {
    const service = await cluster.service(options);
    const gateway = cluster.gateways.get("g0")!;
    for (const known of [true, again]) {
      assertEquals(await gateway.kick(service.serviceId), known);
      await eventually(() =>
        Promise.resolve(service.stats().reconnects > 0 || !known)
      );
      await eventually(() => Promise.resolve(service.state === "connected"));
    }
    await service.close();
  }
});
