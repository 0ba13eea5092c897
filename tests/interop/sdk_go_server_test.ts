/** Our SDK against a plain server of the Go library: the wire it was made for, without our gateway or its extensions. */

import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { Edge, FrontierError, Service } from "../../client/mod.ts";
import { GoError, GoPeer } from "./go_peer.ts";
import type { GoLine } from "./go_peer_types.ts";
import { LINES, tail, text } from "./go_pair.ts";
import { interopTest } from "./interop_test_case.ts";
import { patternBytes, sha256 } from "./pattern.ts";
import { readBytes, readToEnd } from "./sdk_stream.ts";

const CUSTOM = Uint8Array.of(4, 5, 6);

/** Registers a test with a TypeScript edge that is connected to a Go server; `end` is the server's end for it. */
function forEachLine(
  name: string,
  fn: (
    scene: { server: GoPeer; end: string; edge: Edge; line: GoLine },
  ) => Promise<void>,
): void {
  for (const line of LINES) {
    interopTest(`TypeScript edge, Go server: ${name} (${line})`, async () => {
      await using server = await GoPeer.start({ line, role: "server" });
      await using edge = await Edge.connect({
        port: server.port,
        meta: "hello",
        wantedId: (1n << 60n) + 9n,
      });
      const { end, clientId, meta } = await server.event("accepted");
      assertEquals([clientId, edge.edgeId], [
        (1n << 60n) + 9n,
        (1n << 60n) + 9n,
      ]);
      assertEquals(text(meta), "hello");
      await fn({ server, end, edge, line });
    });
  }
}

forEachLine("RPC", async ({ server, end, edge }) => {
  await server.register("echo", { on: end });
  await server.register("fail", { on: end, mode: "fail", text: "no luck" });
  assertEquals(
    (await edge.call("echo", "up", { custom: CUSTOM })).text(),
    "up",
  );
  assertEquals((await server.event("called")).custom, CUSTOM);
  // A Go server answers each heartbeat under its id.
  assertLess(await edge.rtt(), 60_000);
  await assertRejects(() => edge.call("fail"), FrontierError, "no luck");
  const missing = await assertRejects(() => edge.call("nope"), FrontierError);
  assertEquals(missing.code, "no-such-rpc");

  await edge.register("echo", (request) => request.data);
  await server.event("registered", (e) => e.method === "echo");
  await edge.register("fail", () => Promise.reject(new Error("nor here")));
  assertEquals(
    text((await server.call("echo", { on: end, data: "down" })).data),
    "down",
  );
  await assertRejects(
    () => server.call("fail", { on: end }),
    GoError,
    "nor here",
  );
  await assertRejects(
    () => server.call("nope", { on: end }),
    GoError,
    "no such rpc: nope",
  );
  assertEquals(
    (await server.callMany("echo", 500, {
      on: end,
      concurrency: 32,
      bytes: 100,
    })).good,
    500,
  );
  const calls = Array.from(
    { length: 500 },
    (_, i) => edge.call("echo", `${i}`),
  );
  assertEquals(
    (await Promise.all(calls)).map((reply) => Number(reply.text())),
    calls.map((_, i) => i),
  );
});

forEachLine("time limits and cancels", async ({ server, end, edge, line }) => {
  await server.register("silent", { on: end, mode: "silent" });
  const timeout = await assertRejects(
    () => edge.call("silent", "", { timeoutMs: 200 }),
    FrontierError,
  );
  const signal = AbortSignal.timeout(100);
  const canceled = await assertRejects(
    () => edge.call("silent", "", { signal }),
    FrontierError,
  );
  assertEquals([timeout.code, canceled.code], ["timeout", "canceled"]);
  const aborted = Promise.withResolvers<void>();
  await edge.register("silent", async (_, context) => {
    await new Promise<void>((resolve) =>
      context.signal.addEventListener("abort", () => resolve())
    );
    aborted.resolve();
  });
  await assertRejects(
    () => server.call("silent", { on: end, cancelMs: 100 }),
    GoError,
    "context canceled",
  );
  if (line === "new") await aborted.promise;
  // Neither side has cut the other: an old server does on a cancel packet.
  await server.register("echo", { on: end });
  assertEquals((await edge.call("echo", "still")).text(), "still");
});

forEachLine("messages", async ({ server, end, edge }) => {
  const taken = server.receive({ on: end });
  await edge.publish("t1", "up", { custom: CUSTOM });
  const message = await taken;
  assertEquals([message.topic, text(message.data), message.custom], [
    "t1",
    "up",
    CUSTOM,
  ]);
  const refused = server.receive({
    on: end,
    mode: "error",
    text: "not wanted",
  });
  await assertRejects(
    () => edge.publish("t1", "x"),
    FrontierError,
    "not wanted",
  );
  await refused;

  const sent = server.publish("t2", { on: end, data: "down", custom: CUSTOM });
  const received = await edge.receive();
  assertEquals([received.topic, received.text(), received.custom], [
    "t2",
    "down",
    CUSTOM,
  ]);
  received.done();
  await sent;
});

forEachLine(
  "streams in both directions",
  async ({ server, end, edge, line }) => {
    await server.acceptAll({ on: end, text: "welcome" });
    const opened = await edge.openStream("name");
    const accepted = await server.event("stream");
    assertEquals(accepted.peer, "name");
    assertEquals(text(await readBytes(opened, 7)), "welcome");

    const [{ stream: handle, peer }, stream] = await Promise.all([
      server.open("from the server", { on: end, text: "meta" }),
      edge.acceptStream(),
    ]);
    assertEquals([peer, stream.peer, text(stream.meta)], [
      "from the server",
      "from the server",
      "meta",
    ]);
    for (
      const [ours, theirs] of [[opened, accepted.stream], [
        stream,
        handle,
      ]] as const
    ) {
      const size = line === "old" ? 300_000 : 3_000_000;
      const bytes = patternBytes({ size, seed: 2 });
      const [got] = await Promise.all([
        server.read(theirs, { bytes: size, timeoutMs: 5000 }),
        writePaced(
          ours.write.bind(ours),
          bytes,
          line === "old" ? 16_384 : 262_144,
        ),
      ]);
      assertEquals(got.sha256, await sha256(bytes));
      const put = await server.write(theirs, { size: 2_000_000, seed: 3 });
      assertEquals(await sha256(await readBytes(ours, 2_000_000)), put.sha256);

      await ours.register("echo", (request) => request.data);
      assertEquals(
        text((await server.call("echo", { on: theirs, data: "in" })).data),
        "in",
      );
      await server.register("echo", { on: theirs });
      assertEquals((await ours.call("echo", "out")).text(), "out");
      const taken = server.receive({ on: theirs });
      await ours.publish("m", { topic: "t" });
      assertEquals(text((await taken).data), "m");
    }
    await server.write(handle, "last words");
    await server.close(handle);
    assertEquals(text(await readToEnd(stream)), "last words");
    await opened.write("ours");
    const rest = server.read(accepted.stream, { timeoutMs: 3000 });
    await opened.close();
    assertEquals(text((await rest).data), "ours");
  },
);

/** An old peer drops what comes faster than it reads. */
async function writePaced(
  write: (data: Uint8Array) => Promise<void>,
  bytes: Uint8Array,
  chunk: number,
): Promise<void> {
  for (let at = 0; at < bytes.length; at += chunk) {
    await write(bytes.subarray(at, at + chunk));
    if (chunk < 20_000) await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

forEachLine("large payloads", async ({ server, end, edge }) => {
  await server.register("echo", { on: end, quiet: true });
  await edge.register("echo", (request) => request.data);
  for (const size of [65_536, 7_000_000]) {
    const bytes = patternBytes({ size, seed: size });
    const hash = await sha256(bytes);
    assertEquals(await sha256((await edge.call("echo", bytes)).data), hash);
    assertEquals(
      (await server.call("echo", { on: end, data: { size, seed: size } }))
        .sha256,
      hash,
    );
  }
});

forEachLine(
  "closing is prompt, whoever begins",
  async ({ server, end, edge }) => {
    await Promise.all([edge.openStream("a"), server.accept(end)]);
    await Promise.all([server.open("b", { on: end }), edge.acceptStream()]);
    const began = performance.now();
    await edge.close();
    assertLess(performance.now() - began, 2500);
    await server.event("offline");
    await using other = await Edge.connect({
      port: server.port,
      reconnect: false,
    });
    const accepted = await server.event("accepted");
    await Promise.all([other.openStream("a"), server.accept(accepted.end)]);
    assertLess(await server.close(accepted.end), 3000);
    await server.event("offline");
  },
);

for (const line of LINES) {
  interopTest(
    `a TypeScript service announces itself and its edges' ids as Go does (${line})`,
    async () => {
      await using server = await GoPeer.start({ line, role: "server" });
      await using service = await Service.connect({
        port: server.port,
        name: "svc",
        topics: ["a", "b"],
      });
      const { end, meta } = await server.event("accepted");
      assertEquals(text(meta), '{"service":"svc","topics":["a","b"]}');
      await server.register("echo", { on: end });
      await service.call((1n << 63n) + 3n, "echo", "x", { custom: CUSTOM });
      assertEquals(
        (await server.event("called")).custom,
        Uint8Array.of(...CUSTOM, ...tail((1n << 63n) + 3n)),
      );
      const taken = server.receive({ on: end });
      await service.publish(77n, "m", { topic: "t" });
      const message = await taken;
      assertEquals([message.topic, message.custom], ["t", tail(77n)]);
      const [, accepted] = await Promise.all([
        service.openStream((1n << 63n) + 3n),
        server.accept(end),
      ]);
      assertEquals(accepted.peer, String((1n << 63n) + 3n));
      await service.registerEdgeOnline(() => {});
      await server.event("registered", (e) => e.method === "edge_online");

      await using nameless = await Service.connect({ port: server.port });
      assertEquals(
        text((await server.event("accepted")).meta),
        '{"service":"","topics":null}',
      );
      assertEquals(nameless.state, "connected");
    },
  );

  interopTest(
    `a TypeScript edge comes back to a Go server with its methods (${line})`,
    async () => {
      await using stack = new AsyncDisposableStack();
      const first = stack.use(await GoPeer.start({ line, role: "server" }));
      const edge = stack.use(await Edge.connect({ port: first.port }));
      await edge.register("echo", (request) => request.data);
      await first.event("registered");
      first.kill();
      const second = stack.use(await startAt(line, first.port));
      const { end } = await second.event("accepted", () => true, 10_000);
      await second.event("registered", (e) => e.method === "echo");
      assertEquals(
        text((await second.call("echo", { on: end, data: "again" })).data),
        "again",
      );
    },
  );
}

/** Starts a server on a port whose last user may not be quite gone. */
async function startAt(line: GoLine, port: number): Promise<GoPeer> {
  for (let attempt = 0;; attempt++) {
    try {
      return await GoPeer.start({ line, role: "server", port });
    } catch (error) {
      if (!(error instanceof GoError) || attempt > 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
