import {
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
  assertRejects,
} from "@std/assert";
import { startGateway } from "../support/gateway.ts";
import { GoError } from "./go_peer.ts";
import {
  forEachPair,
  GoPair,
  LINES,
  startEdge,
  startService,
  text,
} from "./go_pair.ts";
import { interopTest } from "./interop_test_case.ts";
import { patternBytes, sha256 } from "./pattern.ts";

const CUSTOM = Uint8Array.of(9, 8, 7);

forEachPair("messages from edge to service", async ({ edge, service }) => {
  await service.consume();
  await edge.publish("t1", { data: "hello", custom: CUSTOM });
  const first = await service.event("message");
  assertEquals([first.topic, text(first.data)], ["t1", "hello"]);
  assertEquals([first.clientId, first.custom], [edge.clientId, CUSTOM]);
  await edge.publishAsync("t2");
  const second = await service.event("message");
  assertEquals([second.topic, second.length, second.custom.length], [
    "t2",
    0,
    0,
  ]);
  await edge.publish("t2", { data: "at most once", once: true });
  assertEquals(text((await service.event("message")).data), "at most once");
  await assertRejects(() => edge.publish("t3"), GoError, "topic not online");
});

forEachPair("messages from service to edge", async ({ edge, service }) => {
  await edge.consume();
  const target = { edge: edge.clientId };
  await service.publish("any topic", {
    ...target,
    data: "hello",
    custom: CUSTOM,
  });
  const first = await edge.event("message");
  assertEquals([first.topic, text(first.data)], ["any topic", "hello"]);
  assertEquals([first.clientId, first.custom], [edge.clientId, CUSTOM]);
  await service.publishAsync("", target);
  const second = await edge.event("message");
  assertEquals([second.topic, second.length, second.custom.length], ["", 0, 0]);
});

forEachPair(
  "a refused message is an error to its sender and harms no later one",
  async ({ edge, service }) => {
    await service.consume({ mode: "error", text: "not wanted" });
    await edge.consume({ mode: "error", text: "nor here" });
    const target = { edge: edge.clientId };
    for (let round = 0; round < 3; round++) {
      await assertRejects(
        () => edge.publish("t1", { data: "x" }),
        GoError,
        "not wanted",
      );
      await assertRejects(
        () => service.publish("x", target),
        GoError,
        "nor here",
      );
      await assertRejects(
        () => service.publish("x", { edge: 42n }),
        GoError,
        "edge not online",
      );
      await assertRejects(
        () => service.publishAsync("x", { edge: 42n }),
        GoError,
        "edge not online",
      );
    }
    assertEquals([service.pending("message"), edge.pending("message")], [3, 3]);
  },
);

forEachPair(
  "an acknowledgement means the receiving application has it",
  async ({ edge, service }) => {
    const [up] = await Promise.all([
      edge.publish("t1", { data: "up" }),
      service.receive({ delayMs: 400 }),
    ]);
    assertGreaterOrEqual(up.ms, 400);
    const [down] = await Promise.all([
      service.publish("x", { edge: edge.clientId }),
      edge.receive({ delayMs: 400 }),
    ]);
    assertGreaterOrEqual(down.ms, 400);
  },
);

forEachPair(
  "an unacknowledged message holds up no other",
  async ({ edge, service }) => {
    const taken = service.receive({ mode: "never" });
    const mute = assertRejects(
      () => edge.publish("t1", { timeoutMs: 1000 }),
      GoError,
    );
    await taken;
    await service.consume({ quiet: true });
    const { ms } = await edge.publish("t1", { data: "next" });
    assertLess(ms, 900);
    await mute;
  },
);

forEachPair(
  "messages of one edge arrive in order",
  async ({ edge, service }) => {
    await service.consume();
    const { good } = await edge.publishMany("t1", 200, { bytes: 40 });
    assertEquals(good, 200);
    for (let i = 0; i < 200; i++) {
      const message = await service.event("message");
      assertEquals(
        message.sha256,
        await sha256(patternBytes({ size: 40, seed: i + 1 })),
      );
    }
  },
);

forEachPair(
  "many messages at once in both directions",
  async ({ edge, service }) => {
    await Promise.all([
      service.consume({ quiet: true }),
      edge.consume({ quiet: true }),
    ]);
    const load = { concurrency: 32, bytes: 100 };
    const [up, down] = await Promise.all([
      edge.publishMany("t1", 2000, load),
      service.publishMany("x", 2000, { ...load, edge: edge.clientId }),
    ]);
    assertEquals([up.good, up.errors, down.good, down.errors], [
      2000,
      null,
      2000,
      null,
    ]);
  },
);

for (const line of LINES) {
  interopTest(
    `a receiver that stops receiving still gets its calls (${line})`,
    async () => {
      await using pair = await GoPair.start(line, line);
      const { edge, service } = pair;
      await edge.register("echo", { quiet: true });
      // More messages than a Go peer parks before it stops reading everything else.
      const flood = service.publishMany("x", 300, {
        concurrency: 300,
        edge: edge.clientId,
        timeoutMs: 3000,
      });
      const calls = await service.callMany("echo", 20, {
        edge: edge.clientId,
        timeoutMs: 2000,
        bytes: 10,
      });
      assertEquals(calls.good, 20);
      assertEquals((await flood).good, 0);
      assertEquals(
        (await service.call("echo", { edge: edge.clientId, timeoutMs: 2000 }))
          .length,
        0,
      );
    },
  );

  interopTest(
    `the topic * takes what no other service does (${line})`,
    async () => {
      await using gateway = await startGateway();
      await using all = await startService(gateway, {
        line,
        name: "all",
        topics: ["*"],
      });
      await using one = await startService(gateway, {
        line,
        name: "one",
        topics: ["t1"],
      });
      await using edge = await startEdge(gateway, { line });
      await Promise.all([all.consume(), one.consume()]);
      await edge.publish("t1");
      await edge.publish("t5");
      assertEquals((await one.event("message")).topic, "t1");
      assertEquals((await all.event("message")).topic, "t5");
      assertEquals([one.pending("message"), all.pending("message")], [0, 0]);
    },
  );
}
