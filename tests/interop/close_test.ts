import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { eventually } from "../support/gateway.ts";
import { GoError } from "./go_peer.ts";
import {
  forEachPair,
  GoPair,
  LINES,
  startEdge,
  startService,
} from "./go_pair.ts";
import { interopTest } from "./interop_test_case.ts";

/** A Go close that meets no answer blocks for 30 seconds; one that does takes milliseconds. */
const PROMPT_MS = 3000;

forEachPair(
  "closing an end is prompt and visible",
  async ({ edge, service }) => {
    await service.register("echo", { quiet: true });
    await edge.register("echo", { quiet: true });
    assertLess(await edge.close(), PROMPT_MS);
    await edge.event("offline");
    await assertRejects(
      () => service.call("echo", { edge: edge.clientId }),
      GoError,
      "edge not online",
    );
    assertLess(await service.close(), PROMPT_MS);
    await service.event("offline");
  },
);

forEachPair(
  "closing an end with streams, calls and orphans is prompt",
  async (pair) => {
    const { edge, service } = pair;
    await service.register("silent", { mode: "silent" });
    await edge.register("silent", { mode: "silent" });
    for (let i = 0; i < 5; i++) {
      await Promise.all([edge.open("svc"), service.accept()]);
      await Promise.all([service.open(edge.clientId), edge.accept()]);
      await edge.open("nobody");
      await service.open(42n);
    }
    const calls = [
      assertRejects(() => edge.call("silent"), GoError),
      assertRejects(
        () => service.call("silent", { edge: edge.clientId }),
        GoError,
      ),
      assertRejects(() => edge.publish("t1"), GoError),
    ];
    await Promise.all([edge.event("called"), service.event("called")]);
    const both = await Promise.all([edge.close(), service.close()]);
    for (const ms of both) assertLess(ms, PROMPT_MS);
    await Promise.all(calls);
  },
);

forEachPair(
  "both ends of a stream close it at once",
  async ({ edge, service }) => {
    for (let i = 0; i < 30; i++) {
      const [opened, accepted] = await Promise.all([
        edge.open("svc"),
        service.accept(),
      ]);
      await edge.write(opened.stream, "last words");
      await Promise.all([
        edge.close(opened.stream),
        service.close(accepted.stream),
      ]);
    }
    for (const peer of [edge, service]) {
      await eventually(async () => (await peer.info()).streams === 1);
    }
    assertLess(await edge.close(), PROMPT_MS);
    assertLess(await service.close(), PROMPT_MS);
  },
);

forEachPair(
  "a stream ends with the connection of its other end",
  async ({ edge, service }) => {
    const [opened] = await Promise.all([edge.open("svc"), service.accept()]);
    service.kill();
    assertEquals(
      (await edge.read(opened.stream, { timeoutMs: 3000 })).eof,
      true,
    );
    await assertRejects(() => edge.publish("t1"), GoError, "topic not online");
    assertLess(await edge.close(), PROMPT_MS);
  },
);

for (const line of LINES) {
  interopTest(`peers see the gateway close (${line})`, async () => {
    await using pair = await GoPair.start(line, line);
    const { gateway, edge, service } = pair;
    await service.register("silent", { mode: "silent" });
    const call = assertRejects(() => edge.call("silent"), GoError);
    await service.event("called");
    await Promise.all([
      gateway.close(),
      edge.event("offline"),
      service.event("offline"),
      call,
    ]);
    assertLess(await edge.close(), PROMPT_MS);
    assertLess(await service.close(), PROMPT_MS);
  });

  interopTest(`peers come and go in quick succession (${line})`, async () => {
    await using pair = await GoPair.start(line, line);
    const { gateway, service } = pair;
    await service.register("echo", { quiet: true });
    const comeAndGo = async (i: number) => {
      await using edge = await startEdge(gateway, { line });
      await edge.call("echo", { data: "x" });
      if (i % 3 === 0) edge.kill();
      else if (i % 3 === 1) assertLess(await edge.close(), PROMPT_MS);
    };
    for (let i = 0; i < 12; i += 4) {
      await Promise.all([0, 1, 2, 3].map((k) => comeAndGo(i + k)));
    }
    await using other = await startService(gateway, {
      line,
      name: "other",
      topics: ["t9"],
    });
    await other.consume({ quiet: true });
    await pair.edge.publish("t9");
    assertLess(await other.close(), PROMPT_MS);
    await assertRejects(
      () => pair.edge.publish("t9"),
      GoError,
      "topic not online",
    );
  });
}
