/** The TypeScript service with Go edges behind our gateway. */

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { FrontierError, Service } from "../../client/mod.ts";
import type { Frontier } from "../../server/mod.ts";
import { startGateway } from "../support/gateway.ts";
import { GoError, type GoPeer } from "./go_peer.ts";
import type { GoLine } from "./go_peer_types.ts";
import { LINES, startEdge, text } from "./go_pair.ts";
import { interopTest } from "./interop_test_case.ts";
import { patternBytes, sha256 } from "./pattern.ts";
import { readBytes, readToEnd } from "./sdk_stream.ts";

const CUSTOM = Uint8Array.of(1, 2, 3);

interface Scene {
  gateway: Frontier;
  service: Service;
  edge: GoPeer;
  line: GoLine;
}

/** Registers a test with a TypeScript service `svc` taking the topic `t1`, and a Go edge, for each line. */
function forEachLine(name: string, fn: (scene: Scene) => Promise<void>): void {
  for (const line of LINES) {
    interopTest(`TypeScript service, Go edge: ${name} (${line})`, async () => {
      await using gateway = await startGateway();
      await using service = await Service.connect({
        port: gateway.serviceAddr.port,
        name: "svc",
        topics: ["t1"],
      });
      await using edge = await startEdge(gateway, { line, meta: "edge-meta" });
      await fn({ gateway, service, edge, line });
    });
  }
}

/** The code of the FrontierError that an operation fails with. */
async function codeOf(operation: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => operation, FrontierError)).code;
}

forEachLine("RPC in both directions", async ({ service, edge }) => {
  await service.register("echo", (request) => {
    assertEquals([request.edgeId, request.custom], [edge.clientId, CUSTOM]);
    return request.data;
  });
  assertEquals(
    text((await edge.call("echo", { data: "up", custom: CUSTOM })).data),
    "up",
  );
  await service.register("fail", () => {
    throw new Error('no <luck> "ü"');
  });
  const error = await assertRejects(() => edge.call("fail"), GoError);
  assertEquals(error.message, 'no <luck> "ü"');

  await edge.register("echo");
  await edge.register("fail", { mode: "fail", text: "not here" });
  assertEquals(
    (await service.call(edge.clientId, "echo", "down", { custom: CUSTOM }))
      .text(),
    "down",
  );
  assertEquals((await edge.event("called")).custom, CUSTOM);
  const remote = await assertRejects(
    () => service.call(edge.clientId, "fail"),
    FrontierError,
    "not here",
  );
  assertEquals(remote.code, "remote");
  // A Go edge does not tell its own answer from its application's.
  const missing = await assertRejects(
    () => service.call(edge.clientId, "nope"),
    FrontierError,
  );
  assertEquals([missing.code, missing.wireText], [
    "remote",
    "no such rpc: nope",
  ]);
  assertEquals(await codeOf(service.call(42n, "echo")), "edge-not-online");
});

forEachLine("time limits and cancels", async ({ service, edge, line }) => {
  await edge.register("silent", { mode: "silent", quiet: true });
  assertEquals(
    await codeOf(service.call(edge.clientId, "silent", "", { timeoutMs: 200 })),
    "timeout",
  );
  assertEquals(
    await codeOf(
      service.call(edge.clientId, "silent", "", {
        signal: AbortSignal.timeout(100),
      }),
    ),
    "canceled",
  );
  const handled = Promise.withResolvers<string>();
  await service.register("silent", async (_, { signal }) => {
    await new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve())
    );
    handled.resolve("aborted");
  });
  await assertRejects(
    () => edge.call("silent", { cancelMs: 100 }),
    GoError,
    "context canceled",
  );
  // An old edge keeps its cancel to itself.
  if (line === "new") assertEquals(await handled.promise, "aborted");
  await edge.register("echo");
  assertEquals(
    (await service.call(edge.clientId, "echo", "still")).text(),
    "still",
  );
  assertEquals(edge.pending("offline"), 0);
});

forEachLine("messages in both directions", async ({ service, edge }) => {
  const messages = service.messages();
  const sent = edge.publish("t1", { data: "up", custom: CUSTOM });
  const { value: first } = await messages.next();
  assertEquals([first?.topic, first?.text(), first?.edgeId], [
    "t1",
    "up",
    edge.clientId,
  ]);
  assertEquals(first?.custom, CUSTOM);
  first?.done();
  await sent;
  const refused = assertRejects(
    () => edge.publish("t1"),
    GoError,
    "not wanted",
  );
  (await messages.next()).value?.error(new Error("not wanted"));
  await refused;

  const taken = edge.receive();
  await service.publish(edge.clientId, "down", {
    topic: "any",
    custom: CUSTOM,
  });
  const message = await taken;
  assertEquals([message.topic, text(message.data), message.custom], [
    "any",
    "down",
    CUSTOM,
  ]);
  const error = edge.receive({ mode: "error", text: "nor here" });
  await assertRejects(
    () => service.publish(edge.clientId, "x"),
    FrontierError,
    "nor here",
  );
  await error;
  assertEquals(await codeOf(service.publish(42n, "x")), "edge-not-online");
  const again = edge.receive();
  await service.publish(edge.clientId, "on we go");
  assertEquals(text((await again).data), "on we go");
});

forEachLine("streams opened by the edge", async ({ service, edge }) => {
  const [{ stream: handle }, stream] = await Promise.all([
    edge.open("svc"),
    service.acceptStream(),
  ]);
  await stream.write("welcome");
  assertEquals(
    text((await edge.read(handle, { bytes: 7, timeoutMs: 3000 })).data),
    "welcome",
  );
  const sent = await edge.write(handle, { size: 1_000_000, seed: 5 });
  assertEquals(await sha256(await readBytes(stream, 1_000_000)), sent.sha256);

  await stream.register("echo", (request) => request.data);
  assertEquals(
    text((await edge.call("echo", { on: handle, data: "in" })).data),
    "in",
  );
  await edge.register("echo", { on: handle });
  assertEquals((await stream.call("echo", "out")).text(), "out");
  const published = edge.publish("t", { on: handle, data: "m" });
  const message = await stream.receive();
  assertEquals([message.topic, message.text()], ["t", "m"]);
  message.done();
  await published;
  const received = edge.receive({ on: handle });
  await stream.publish("n", { topic: "u" });
  assertEquals([(await received).topic, text((await received).data)], [
    "u",
    "n",
  ]);

  await edge.write(handle, "last words");
  await edge.close(handle);
  assertEquals(text(await readToEnd(stream)), "last words");
});

forEachLine(
  "streams opened by the service",
  async ({ service, edge, line }) => {
    await edge.acceptAll({ text: "welcome", mode: "echo" });
    for (let i = 0; i < 10; i++) {
      await using stream = await service.openStream(edge.clientId);
      assertEquals(text(await readBytes(stream, 7)), "welcome");
      const bytes = patternBytes({
        size: line === "old" ? 20_000 : 400_000,
        seed: i,
      });
      const [echoed] = await Promise.all([
        readBytes(stream, bytes.length),
        stream.write(bytes),
      ]);
      assertEquals(await sha256(echoed), await sha256(bytes));
    }
    assertEquals(await codeOf(service.openStream(42n)), "edge-not-online");
  },
);

forEachLine("large payloads", async ({ service, edge }) => {
  await service.register("echo", (request) => request.data);
  await edge.register("echo", { quiet: true });
  await edge.consume();
  for (const size of [65_536, 7_000_000]) {
    const bytes = patternBytes({ size, seed: size });
    const hash = await sha256(bytes);
    assertEquals(
      (await edge.call("echo", { data: { size, seed: size } })).sha256,
      hash,
    );
    assertEquals(
      await sha256((await service.call(edge.clientId, "echo", bytes)).data),
      hash,
    );
    await service.publish(edge.clientId, bytes);
    assertEquals((await edge.event("message")).sha256, hash);
  }
  assertEquals(
    await codeOf(service.publish(edge.clientId, new Uint8Array(8_000_000))),
    "payload-too-large",
  );
});

forEachLine(
  "a Go edge that reads slowly slows the service down",
  async ({ service, edge, line }) => {
    if (line === "old") return; // it drops what it does not read in time
    const [{ stream: handle }, stream] = await Promise.all([
      edge.open("svc"),
      service.acceptStream(),
    ]);
    const bytes = patternBytes({ size: 12_000_000, seed: 8 });
    const [got] = await Promise.all([
      edge.read(handle, { bytes: bytes.length, delayMs: 5, timeoutMs: 8000 }),
      stream.write(bytes),
    ]);
    assertEquals(got.sha256, await sha256(bytes));
  },
);

forEachLine("closing is prompt on both sides", async ({ service, edge }) => {
  for (let i = 0; i < 3; i++) {
    await Promise.all([edge.open("svc"), service.acceptStream()]);
    await Promise.all([service.openStream(edge.clientId), edge.accept()]);
  }
  const began = performance.now();
  await service.close();
  assertLess(performance.now() - began, 2500);
  assertLess(await edge.close(), 3000);
});

for (const line of LINES) {
  interopTest(
    `the hooks of a TypeScript service decide on Go edges (${line})`,
    async () => {
      await using gateway = await startGateway({
        edgebound: { allocateEdgeIds: false },
      });
      await using service = await Service.connect({
        port: gateway.serviceAddr.port,
      });
      const seen: string[] = [];
      const offline = Promise.withResolvers<void>();
      await service.registerGetEdgeId((meta) => {
        if (text(meta) === "stranger") throw new Error("never heard of you");
        return (1n << 62n) + BigInt(meta.length);
      });
      await service.registerEdgeOnline(({ edgeId, meta, address, network }) => {
        seen.push(`online ${edgeId} ${text(meta)} ${network} ${address}`);
        if (text(meta) === "banned") throw new Error("not today");
      });
      await service.registerEdgeOffline(({ edgeId, address }) => {
        seen.push(`offline ${edgeId} ${address}`);
        offline.resolve();
      });
      await assertRejects(
        () => startEdge(gateway, { line, meta: "stranger" }),
        GoError,
        "never heard of you",
      );
      await assertRejects(
        () => startEdge(gateway, { line, meta: "banned" }),
        GoError,
        "not today",
      );
      await using edge = await startEdge(gateway, { line, meta: "friend" });
      assertEquals(edge.clientId, (1n << 62n) + 6n);
      edge.kill();
      await offline.promise;
      assert(
        seen[0]?.startsWith(`online ${edge.clientId} banned tcp 127.0.0.1:`),
      );
      assertEquals(seen.slice(1), [
        `online ${edge.clientId} friend tcp 127.0.0.1:${edge.port}`,
        `offline ${edge.clientId} 127.0.0.1:${edge.port}`,
      ]);
    },
  );
}
