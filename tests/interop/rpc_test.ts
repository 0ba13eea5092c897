import { assert, assertEquals, assertRejects } from "@std/assert";
import { GoError } from "./go_peer.ts";
import { forEachPair, GoPair, LINES, tail, text } from "./go_pair.ts";
import { interopTest } from "./interop_test_case.ts";

const CUSTOM = Uint8Array.of(1, 2, 3);

forEachPair("RPC from edge to service", async ({ edge, service }) => {
  await service.register("echo");
  await service.register("describe", { mode: "describe" });
  const answer = await edge.call("echo", { data: "ping", custom: CUSTOM });
  assertEquals(text(answer.data), "ping");
  assertEquals(answer.custom.length, 0);
  const called = await service.event("called");
  assertEquals(called.clientId, edge.clientId);
  assertEquals(called.custom, Uint8Array.of(...CUSTOM, ...tail(edge.clientId)));

  const seen = JSON.parse(text((await edge.call("describe")).data));
  assertEquals(seen.custom, tail(edge.clientId).toBase64());
  assertEquals([seen.method, seen.length], ["describe", 0]);
  await edge.callAsync("echo", { data: "ping" });
});

forEachPair("RPC from service to edge", async ({ edge, service }) => {
  await edge.register("echo");
  const answer = await service.call("echo", {
    edge: edge.clientId,
    data: "pong",
    custom: CUSTOM,
  });
  assertEquals(text(answer.data), "pong");
  const called = await edge.event("called");
  assertEquals([called.clientId, called.custom], [edge.clientId, CUSTOM]);
  assertEquals((await service.call("echo", { edge: edge.clientId })).length, 0);
  assertEquals((await edge.event("called")).custom.length, 0);
  await service.callAsync("echo", { edge: edge.clientId, data: "pong" });
});

forEachPair(
  "errors reach the caller word for word",
  async ({ edge, service }) => {
    const words = 'no luck: <"ü"> & \u2028';
    await service.register("fail", { mode: "fail", text: words });
    await edge.register("fail", { mode: "fail", text: words });
    const refusals: [() => Promise<unknown>, string][] = [
      [() => edge.call("fail", { data: "x" }), words],
      [() => edge.callAsync("fail"), words],
      [() => edge.call("unknown"), "record not found"],
      [() => service.call("fail", { edge: edge.clientId }), words],
      [
        () => service.call("unknown", { edge: edge.clientId }),
        "no such rpc: unknown",
      ],
      [() => service.call("fail", { edge: 42n }), "edge not online"],
      [() => service.callAsync("fail", { edge: 42n }), "edge not online"],
    ];
    for (const [call, message] of refusals) {
      const error = await assertRejects(call, GoError);
      assertEquals(error.message, message);
    }
  },
);

forEachPair(
  "a caller's time limit ends its call alone",
  async ({ edge, service }) => {
    await service.register("slow", { mode: "slow", delayMs: 1500 });
    await edge.register("slow", { mode: "slow", delayMs: 1500 });
    const target = { edge: edge.clientId };
    const limited = async (call: Promise<unknown>) => {
      const { message } = await assertRejects(() => call, GoError);
      // The caller's own clock and the gateway's answer race at that moment; either may tell.
      assert(
        ["timeout", "context deadline exceeded"].includes(message),
        message,
      );
    };
    const [up, down] = await Promise.all([
      edge.call("slow", { data: "a" }),
      service.call("slow", { ...target, data: "b" }),
      limited(edge.call("slow", { timeoutMs: 300 })),
      limited(edge.call("slow", { contextMs: 300 })),
      limited(service.call("slow", { ...target, timeoutMs: 300 })),
      limited(service.call("slow", { ...target, contextMs: 300 })),
    ]);
    assertEquals([text(up.data), text(down.data)], ["a", "b"]);
  },
);

forEachPair(
  "many calls at once in both directions",
  async ({ edge, service }) => {
    await service.register("echo", { quiet: true });
    await edge.register("echo", { quiet: true });
    // Not more: an old peer with its queues of 32 packets blocks itself for ever, whoever is at the other side, when
    // many more are under way in both directions, since one task of it moves the packets of both.
    const load = { concurrency: 32, bytes: 100 };
    const [up, down] = await Promise.all([
      edge.callMany("echo", 3000, load),
      service.callMany("echo", 3000, { ...load, edge: edge.clientId }),
    ]);
    assertEquals([up.good, up.errors, down.good, down.errors], [
      3000,
      null,
      3000,
      null,
    ]);
  },
);

interopTest("method names of every kind", async () => {
  await using pair = await GoPair.start("new", "new");
  for (
    const method of ["", 'quo"te', "größe/世界", "a.b:c d", "x".repeat(300)]
  ) {
    await pair.service.register(method, { quiet: true });
    assertEquals(
      text((await pair.edge.call(method, { data: method })).data),
      method,
    );
    await pair.edge.register(method, { quiet: true });
    const answer = await pair.service.call(method, {
      data: method,
      edge: pair.edge.clientId,
    });
    assertEquals(text(answer.data), method);
  }
});

interopTest("a handler's panic is an error to its caller only", async () => {
  await using pair = await GoPair.start("new", "new");
  await pair.service.register("panic", { mode: "panic", text: "oh" });
  await assertRejects(
    () => pair.edge.call("panic"),
    GoError,
    "rpc handler panic: oh",
  );
  await pair.service.register("echo");
  await pair.edge.call("echo");
});

for (const line of LINES) {
  interopTest(
    `a call in flight ends when its target vanishes (${line})`,
    async () => {
      await using pair = await GoPair.start(line, line);
      const { edge, service } = pair;
      await edge.register("silent", { mode: "silent" });
      const waiting = assertRejects(
        () => service.call("silent", { edge: edge.clientId }),
        GoError,
        "force closed",
      );
      await edge.event("called");
      edge.kill();
      await waiting;
      const error = await assertRejects(
        () => service.call("silent", { edge: edge.clientId }),
        GoError,
      );
      assertEquals(error.message, "edge not online");
      assert(service.pending("offline") === 0);
    },
  );
}

interopTest("of many more calls at once every one is answered", async () => {
  await using pair = await GoPair.start("new", "new");
  const { edge, service } = pair;
  await service.register("echo", { quiet: true });
  await edge.register("echo", { quiet: true });
  const load = { concurrency: 200, bytes: 30, timeoutMs: 10_000 };
  const [up, down] = await Promise.all([
    edge.callMany("echo", 2000, load),
    service.callMany("echo", 2000, { ...load, edge: edge.clientId }),
  ]);
  assertEquals([up.good, up.errors, down.good, down.errors], [
    2000,
    null,
    2000,
    null,
  ]);
});
