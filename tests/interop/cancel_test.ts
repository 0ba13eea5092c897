import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { GoError } from "./go_peer.ts";
import { forEachPair, text } from "./go_pair.ts";

forEachPair(
  "a cancelled call ends at once and cuts nobody's connection",
  async ({ edge, service }) => {
    await service.register("silent", { mode: "silent" });
    await edge.register("silent", { mode: "silent" });
    await service.register("echo", { quiet: true });
    await edge.register("echo", { quiet: true });
    const target = { edge: edge.clientId };
    const began = performance.now();
    await Promise.all([
      assertRejects(
        () => edge.call("silent", { cancelMs: 100 }),
        GoError,
        "context canceled",
      ),
      assertRejects(
        () => service.call("silent", { ...target, cancelMs: 100 }),
        GoError,
        "context canceled",
      ),
      service.event("called"),
      edge.event("called"),
    ]);
    assertLess(performance.now() - began, 2000);
    // An old peer drops its connection when it is sent a cancel: both are still there.
    assertEquals(
      text((await edge.call("echo", { data: "still" })).data),
      "still",
    );
    assertEquals(
      text((await service.call("echo", { ...target, data: "here" })).data),
      "here",
    );
    assertEquals([edge.pending("offline"), service.pending("offline")], [0, 0]);
  },
);

forEachPair("calls on a stream can be cancelled", async ({ edge, service }) => {
  const [opened, accepted] = await Promise.all([
    edge.open("svc"),
    service.accept(),
  ]);
  for (
    const [from, a, to, b] of [
      [edge, opened.stream, service, accepted.stream],
      [service, accepted.stream, edge, opened.stream],
    ] as const
  ) {
    await to.register("silent", { on: b, mode: "silent" });
    await to.register("echo", { on: b });
    await assertRejects(
      () => from.call("silent", { on: a, cancelMs: 100 }),
      GoError,
      "context canceled",
    );
    assertEquals(
      text((await from.call("echo", { on: a, data: "on" })).data),
      "on",
    );
  }
});

forEachPair(
  "many cancels race with their answers",
  async ({ edge, service }) => {
    await service.register("slow", { mode: "slow", delayMs: 20, quiet: true });
    const { good, errors } = await edge.callMany("slow", 400, {
      concurrency: 50,
      cancelMs: 20,
      bytes: 10,
    });
    const canceled = errors?.["context canceled"] ?? 0;
    assertEquals(good + canceled, 400);
    assertEquals(
      (await edge.callMany("slow", 50, { concurrency: 50, bytes: 10 })).good,
      50,
    );
  },
);
