import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError, Service } from "./mod.ts";
import { ScriptedGateway, until } from "./testing/scripted_gateway.ts";

const SOON = { minDelayMs: 10, firstDelayMs: 20, maxDelayMs: 40 };

Deno.test("stats() counts calls, messages and bytes, both ways", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    methods: { m: () => "x".repeat(10_000) },
  });
  const before = edge.stats();
  assertEquals(before.callsIn + before.callsOut + before.messagesIn, 0);
  assert(before.bytesIn > 0 && before.bytesOut > 0);
  const data = "y".repeat(20_000);
  await Promise.all([edge.call("echo", data), edge.call("echo", data)]);
  await edge.publish("t", data);
  await gateway.side.request("m");
  const published = gateway.side.publish("t", "z");
  (await edge.receive()).done();
  await published;
  const after = edge.stats();
  assertEquals(
    [after.callsOut, after.callsIn, after.messagesOut, after.messagesIn],
    [2, 1, 1, 1],
  );
  assert(after.bytesOut - before.bytesOut > 70_000, `${after.bytesOut}`);
  assert(after.bytesIn - before.bytesIn > 40_000, `${after.bytesIn}`);
  assertEquals([after.underWay, after.waiting, after.reconnects], [0, 0, 0]);
});

Deno.test("stats() tells what is under way, waits, and runs", async () => {
  const hold = Promise.withResolvers<void>();
  using gateway = new ScriptedGateway({ onRequest: () => {} });
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: SOON,
    methods: { hold: () => hold.promise },
  });
  const lost = assertRejects(() => edge.call("mute"), FrontierError);
  const response = gateway.side.request("hold");
  await until(() => edge.stats().handlers.running === 1);
  assertEquals(edge.stats().underWay, 1);
  gateway.down();
  await lost;
  await response;
  const waits = edge.call("echo");
  assertEquals(edge.stats().waiting, 1);
  hold.resolve();
  gateway.script = {};
  gateway.up();
  await waits;
  const { waiting, underWay, reconnects, handlers } = edge.stats();
  assertEquals([waiting, underWay, reconnects, handlers.running], [0, 0, 1, 0]);
});

Deno.test("calls and messages inside a stream are counted, and listStreams() lists what is open", async () => {
  using gateway = new ScriptedGateway();
  await using service = await Service.connect({ dial: gateway.dial });
  const stream = await service.openStream(1n);
  await stream.call("echo", "x");
  await stream.publish("x");
  gateway.side.link.openSession("", undefined);
  const other = await service.acceptStream();
  assertEquals(service.listStreams(), [stream, other]);
  const { callsOut, messagesOut, streams } = service.stats();
  assertEquals([callsOut, messagesOut, streams], [1, 1, 2]);
  await stream.close();
  assertEquals(service.listStreams(), [other]);
  gateway.side.cut();
  await assertRejects(() => other.closed);
  assertEquals(service.listStreams(), []);
});

Deno.test("a stream that nobody has accepted is not listed", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  gateway.side.link.openSession("", undefined);
  await edge.call("echo");
  assertEquals(edge.listStreams(), []);
});

Deno.test("rtt() measures the way to the gateway and back", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  const times = await Promise.all([edge.rtt(), edge.rtt(), edge.rtt()]);
  for (const ms of times) assert(ms >= 0 && ms < 10_000, `${ms}`);
  assertEquals(edge.stats().underWay, 0);
});

Deno.test("rtt() fails without a connection, with its loss, its time and its signal", async () => {
  using gateway = new ScriptedGateway();
  const edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: { minDelayMs: 60_000, firstDelayMs: 60_000 },
  });
  const code = async (options?: { timeoutMs?: number; signal?: AbortSignal }) =>
    (await assertRejects(() => edge.rtt(options), FrontierError)).code;
  const { signal } = new AbortController();
  assertEquals(await code({ signal: AbortSignal.abort() }), "canceled");
  gateway.side.link.pause();
  assertEquals(await code({ timeoutMs: 30 }), "timeout");
  const lost = code({ signal });
  gateway.down();
  assertEquals(await lost, "force-closed");
  await until(() => edge.state === "disconnected");
  assertEquals(await code(), "not-connected");
  assertEquals([edge.localAddr, edge.remoteAddr], [undefined, undefined]);
  await edge.close();
});

Deno.test("the addresses of both sides are told while there is a connection", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  assertEquals(edge.remoteAddr?.network, "memory");
  assertEquals(edge.localAddr?.network, "memory");
});
