/** TypeScript edges with a Go service behind our gateway. */

import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { Edge, FrontierError } from "../../client/mod.ts";
import type { Frontier } from "../../server/mod.ts";
import { startGateway } from "../support/gateway.ts";
import { GoError, type GoPeer } from "./go_peer.ts";
import type { GoLine } from "./go_peer_types.ts";
import { LINES, startService, text } from "./go_pair.ts";
import { interopTest } from "./interop_test_case.ts";
import { patternBytes, sha256 } from "./pattern.ts";
import { readBytes, readToEnd } from "./sdk_stream.ts";

const CUSTOM = Uint8Array.of(7, 7);

interface Scene {
  gateway: Frontier;
  service: GoPeer;
  edge: Edge;
  line: GoLine;
}

/** Registers a test with a Go service `svc` taking the topics `t1` and `t2`, and a TypeScript edge, for each line. */
function forEachLine(name: string, fn: (scene: Scene) => Promise<void>): void {
  for (const line of LINES) {
    interopTest(`Go service, TypeScript edge: ${name} (${line})`, async () => {
      await using gateway = await startGateway();
      await using service = await startService(gateway, { line });
      await using edge = await Edge.connect({
        port: gateway.edgeAddr.port,
        meta: "edge-meta",
      });
      await fn({ gateway, service, edge, line });
    });
  }
}

async function codeOf(operation: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => operation, FrontierError)).code;
}

forEachLine("RPC in both directions", async ({ service, edge }) => {
  await service.register("echo");
  await service.register("fail", { mode: "fail", text: "not here" });
  assertEquals(
    (await edge.call("echo", "up", { custom: CUSTOM })).text(),
    "up",
  );
  const called = await service.event("called");
  assertEquals([called.clientId, called.custom.subarray(0, 2)], [
    edge.edgeId,
    CUSTOM,
  ]);
  const remote = await assertRejects(
    () => edge.call("fail"),
    FrontierError,
    "not here",
  );
  assertEquals(remote.code, "remote");
  assertEquals(await codeOf(edge.call("nope")), "rpc-not-online");

  await edge.register("echo", (request) => {
    assertEquals(request.custom, CUSTOM);
    return request.data;
  });
  await edge.register("fail", () => Promise.reject(new Error("no luck")));
  const target = { edge: edge.edgeId };
  assertEquals(
    text(
      (await service.call("echo", { ...target, data: "down", custom: CUSTOM }))
        .data,
    ),
    "down",
  );
  await assertRejects(() => service.call("fail", target), GoError, "no luck");
  await assertRejects(
    () => service.call("nope", target),
    GoError,
    "no such rpc: nope",
  );
});

forEachLine("time limits and cancels", async ({ service, edge, line }) => {
  await service.register("silent", { mode: "silent", quiet: true });
  assertEquals(
    await codeOf(edge.call("silent", "", { timeoutMs: 200 })),
    "timeout",
  );
  assertEquals(
    await codeOf(edge.call("silent", "", { signal: AbortSignal.timeout(100) })),
    "canceled",
  );
  const handled = Promise.withResolvers<string>();
  await edge.register("silent", async (_, { signal }) => {
    await new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve())
    );
    handled.resolve("aborted");
  });
  const call = service.call("silent", { edge: edge.edgeId, cancelMs: 100 });
  await assertRejects(() => call, GoError, "context canceled");
  // An old service keeps its cancel to itself.
  if (line === "new") assertEquals(await handled.promise, "aborted");
  await service.register("echo");
  assertEquals((await edge.call("echo", "still")).text(), "still");
  assertEquals(service.pending("offline"), 0);
});

forEachLine("messages in both directions", async ({ service, edge }) => {
  const taken = service.receive();
  await edge.publish("t1", "up", { custom: CUSTOM });
  const message = await taken;
  assertEquals([message.topic, text(message.data), message.clientId], [
    "t1",
    "up",
    edge.edgeId,
  ]);
  assertEquals(message.custom, CUSTOM);
  const refused = service.receive({ mode: "error", text: "not wanted" });
  await assertRejects(
    () => edge.publish("t2", "x"),
    FrontierError,
    "not wanted",
  );
  await refused;
  assertEquals(await codeOf(edge.publish("t3", "x")), "topic-not-online");

  const messages = edge.messages();
  for (const answer of ["", "nor here"]) {
    const sent = service.publish("any", {
      edge: edge.edgeId,
      data: "down",
      custom: CUSTOM,
    });
    const { value } = await messages.next();
    assertEquals([value?.topic, value?.text(), value?.custom], [
      "any",
      "down",
      CUSTOM,
    ]);
    if (answer === "") {
      value?.done();
      await sent;
    } else {
      const failing = assertRejects(() => sent, GoError, answer);
      value?.error(answer);
      await failing;
    }
  }
});

forEachLine("streams opened by the edge", async ({ service, edge, line }) => {
  await service.acceptAll({ text: "welcome", mode: "echo" });
  for (let i = 0; i < 10; i++) {
    await using stream = await edge.openStream("svc");
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
  assertEquals(await codeOf(edge.openStream("nobody")), "service-not-online");
});

forEachLine("streams opened by the service", async ({ service, edge }) => {
  const [{ stream: handle }, stream] = await Promise.all([
    service.open(edge.edgeId),
    edge.acceptStream(),
  ]);
  // Written at once: a Go opener would miss it, did the gateway not wait.
  await stream.write("welcome");
  assertEquals(
    text((await service.read(handle, { bytes: 7, timeoutMs: 3000 })).data),
    "welcome",
  );
  await stream.register("echo", (request) => request.data);
  assertEquals(
    text((await service.call("echo", { on: handle, data: "in" })).data),
    "in",
  );
  await service.register("echo", { on: handle });
  assertEquals((await stream.call("echo", "out")).text(), "out");
  const published = service.publish("t", { on: handle, data: "m" });
  (await stream.receive()).done();
  await published;
  const sent = await service.write(handle, { size: 2_000_000, seed: 5 });
  assertEquals(await sha256(await readBytes(stream, 2_000_000)), sent.sha256);
  await service.write(handle, "last words");
  await service.close(handle);
  assertEquals(text(await readToEnd(stream)), "last words");
});

forEachLine("large payloads", async ({ service, edge }) => {
  await service.register("echo", { quiet: true });
  await service.consume();
  await edge.register("echo", (request) => request.data);
  for (const size of [65_536, 7_000_000]) {
    const bytes = patternBytes({ size, seed: size });
    const hash = await sha256(bytes);
    assertEquals(await sha256((await edge.call("echo", bytes)).data), hash);
    assertEquals(
      (await service.call("echo", {
        edge: edge.edgeId,
        data: { size, seed: size },
      })).sha256,
      hash,
    );
    await edge.publish("t1", bytes);
    assertEquals((await service.event("message")).sha256, hash);
  }
  assertEquals(
    await codeOf(edge.publish("t1", new Uint8Array(8_000_000))),
    "payload-too-large",
  );
});

forEachLine("closing is prompt on both sides", async ({ service, edge }) => {
  for (let i = 0; i < 3; i++) {
    await Promise.all([edge.openStream("svc"), service.accept()]);
    await Promise.all([service.open(edge.edgeId), edge.acceptStream()]);
  }
  const began = performance.now();
  await edge.close();
  assertLess(performance.now() - began, 2500);
  assertLess(await service.close(), 3000);
});

for (const line of LINES) {
  interopTest(
    `the hooks of a Go service decide on TypeScript edges (${line})`,
    async () => {
      await using gateway = await startGateway({
        edgebound: { allocateEdgeIds: false },
      });
      await using service = await startService(gateway, { line });
      const connect = () =>
        Edge.connect({
          port: gateway.edgeAddr.port,
          meta: "ts",
          reconnect: false,
        });
      await assertRejects(connect, FrontierError, "service not online");
      await service.hook("get_edge_id", {
        mode: "refuse",
        text: "never heard of you",
      });
      const refused = await assertRejects(
        connect,
        FrontierError,
        "never heard of you",
      );
      assertEquals(refused.code, "refused");
      await service.hook("get_edge_id", { edge: (1n << 63n) + 1n });
      await service.hook("edge_online");
      await service.hook("edge_offline");
      {
        await using edge = await connect();
        assertEquals(edge.edgeId, (1n << 63n) + 1n);
      }
      const seen: string[] = [];
      while (seen.length < 4) seen.push((await service.event("hook")).method);
      assertEquals(seen, [
        "get_edge_id",
        "get_edge_id",
        "edge_online",
        "edge_offline",
      ]);
    },
  );
}
