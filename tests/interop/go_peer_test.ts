import { assertEquals, assertRejects } from "@std/assert";
import { GoError, GoPeer } from "./go_peer.ts";
import { interopTest } from "./interop_test_case.ts";
import { patternBytes, sha256 } from "./pattern.ts";

interopTest("the Go peers speak to each other without a gateway", async () => {
  for (const line of ["new", "old"] as const) {
    await using server = await GoPeer.start({ line, role: "server" });
    await using edge = await GoPeer.start({
      line,
      role: "edge",
      port: server.port,
      meta: "hello",
      wanted: 1n << 62n,
    });
    const accepted = await server.event("accepted");
    assertEquals(accepted.clientId, 1n << 62n);
    assertEquals(edge.clientId, 1n << 62n);
    assertEquals(new TextDecoder().decode(accepted.meta), "hello");

    await server.register("echo", { on: accepted.end });
    await edge.event("registered", (e) => e.method === "echo");
    const bytes = patternBytes({ size: 100_000, seed: 3 });
    const echoed = await edge.call("echo", {
      data: { size: 100_000, seed: 3 },
    });
    assertEquals([echoed.length, echoed.sha256], [
      bytes.length,
      await sha256(bytes),
    ]);
    await assertRejects(() => edge.call("nope"), GoError, "no such rpc: nope");
    await edge.register("fail", { mode: "fail", text: "no luck" });
    await assertRejects(
      () => server.call("fail", { on: accepted.end }),
      GoError,
      "no luck",
    );
    assertEquals(
      (await edge.callMany("echo", 200, { concurrency: 16, bytes: 50 })).good,
      200,
    );

    await server.consume({ on: accepted.end });
    await edge.publish("t1", { data: "one", custom: Uint8Array.of(1, 2) });
    const message = await server.event("message");
    assertEquals([message.topic, new TextDecoder().decode(message.data)], [
      "t1",
      "one",
    ]);
    assertEquals(message.custom, Uint8Array.of(1, 2));

    await server.acceptAll({ on: accepted.end, mode: "echo" });
    const stream = await edge.open("somebody");
    assertEquals((await server.event("stream")).peer, "somebody");
    const [sent, got] = await Promise.all([
      edge.write(stream.stream, { size: 300_000, seed: 9 }, { delayMs: 1 }),
      edge.read(stream.stream, { bytes: 300_000, timeoutMs: 5000 }),
    ]);
    assertEquals(got.sha256, sent.sha256);
    await edge.close(stream.stream);
    await edge.close();
    await server.event("offline");
  }
});

interopTest("a Go peer that nobody answers to reports why", async () => {
  await assertRejects(
    () => GoPeer.start({ role: "edge", port: 1 }),
    GoError,
    "connection refused",
  );
});
