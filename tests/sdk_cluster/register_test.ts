/** Methods of a service of a cluster, at gateways that come, go and answer late. */

import { assertEquals, assertRejects } from "@std/assert";
import { FrontierError } from "@frontier/client";
import { eventually } from "../support/gateway.ts";
import { idsByMeta, TestCluster } from "./cluster.ts";

Deno.test("a method that is registered while a gateway comes is not missed by it", async () => {
  await using cluster = await TestCluster.start(1);
  const service = await cluster.service();
  for (let round = 0; round < 10; round++) {
    const id = `g${round + 1}`;
    await cluster.addGateway(id);
    const connected = eventually(() =>
      Promise.resolve(
        service.gateways().some(({ frontierId, state }) =>
          frontierId === id && state === "connected"
        ),
      )
    );
    const methods: string[] = [];
    // Before, while and after the new gateway is told of what there is.
    for (let i = 0; i < 8; i++) {
      const method = `${round}-${i}`;
      methods.push(method);
      await service.register(method, () => method);
      await new Promise((resolve) => setTimeout(resolve, i % 2));
    }
    await connected;
    const edge = await cluster.edge(id);
    for (const method of methods) {
      assertEquals((await edge.call(method)).text(), method);
    }
  }
});

Deno.test("registered again, the newer handler answers at all gateways; unregistered, none does", async () => {
  await using cluster = await TestCluster.start(2);
  const service = await cluster.service({ methods: { a: () => "old" } });
  const edges = [await cluster.edge("g0"), await cluster.edge("g1")];
  await service.register("a", () => "new");
  for (const edge of edges) {
    assertEquals((await edge.call("a")).text(), "new");
  }
  assertEquals(service.unregister("a"), true);
  assertEquals(service.unregister("a"), false);
  for (const edge of edges) {
    const error = await assertRejects(() => edge.call("a"), FrontierError);
    assertEquals(error.code, "no-such-rpc");
  }
});

Deno.test("a register waits for a gateway, and ends with its time, its signal, the service or an unregister", async () => {
  await using cluster = await TestCluster.start(1);
  const service = await cluster.service();
  await cluster.stopGateway("g0");
  await eventually(() => Promise.resolve(service.state === "disconnected"));
  const abort = new AbortController();
  const ends = [
    service.register("a", () => "", { timeoutMs: 100 }),
    service.register("b", () => "", { signal: abort.signal }),
    service.register("c", () => ""),
    service.register("d", () => ""),
  ].map((register) => assertRejects(() => register, FrontierError));
  abort.abort();
  service.unregister("c");
  await ends[0];
  await service.close();
  assertEquals(
    (await Promise.all(ends)).map(({ code }) => code),
    ["timeout", "canceled", "canceled", "eof"],
  );
  await assertRejects(
    () => service.register("e", "no function" as never),
    TypeError,
  );
});

Deno.test("a register outlives the loss of its gateway", async () => {
  await using cluster = await TestCluster.start(1);
  const service = await cluster.service();
  await cluster.stopGateway("g0");
  await eventually(() => Promise.resolve(service.state === "disconnected"));
  const registered = service.register("a", () => "a");
  await cluster.addGateway("g1");
  await registered;
  const edge = await cluster.edge("g1");
  assertEquals((await edge.call("a")).text(), "a");
});

Deno.test("hooks are asked at every gateway, and an edge keeps its id when it moves", async () => {
  await using cluster = await TestCluster.start(2);
  const service = await cluster.service();
  const events: string[] = [];
  await service.registerGetEdgeId(idsByMeta());
  await service.registerEdgeOnline(({ edgeId, meta }) => {
    if (meta.length > 3) throw new Error("too long a name");
    events.push(`+${edgeId}`);
  });
  await service.registerEdgeOffline(({ edgeId }) => {
    events.push(`-${edgeId}`);
  });
  for (const id of ["g0", "g1"]) {
    const edge = await cluster.edge(id, { meta: "7" });
    assertEquals(edge.edgeId, 7n);
    await edge.close();
    await assertRejects(
      () => cluster.edge(id, { meta: "7777" }),
      FrontierError,
      "too long",
    );
  }
  await eventually(() => Promise.resolve(events.length === 4));
  assertEquals(events, ["+7", "-7", "+7", "-7"]);
});

Deno.test("places for handlers are shared by all gateways", async () => {
  await using cluster = await TestCluster.start(2);
  let running = 0;
  let most = 0;
  const service = await cluster.service({
    limits: { handlers: 2 },
    methods: {
      slow: async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running--;
      },
    },
  });
  const edges = [await cluster.edge("g0"), await cluster.edge("g1")];
  const busy = (async () => {
    for await (const status of service.status()) {
      if (status.state === "connected" && status.busy) return true;
    }
    return false;
  })();
  await Promise.all(
    Array.from({ length: 20 }, (_, i) => edges[i % 2]!.call("slow")),
  );
  assertEquals([most, await busy], [2, true]);
});
