import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, type EdgeOptions, FrontierError } from "./mod.ts";
import { ScriptedGateway, until } from "./testing/scripted_gateway.ts";

async function connect(
  gateway: ScriptedGateway,
  options: EdgeOptions = {},
): Promise<Edge> {
  return await Edge.connect({
    dial: gateway.dial,
    reconnect: false,
    ...options,
  });
}

Deno.test("closed tells of a close by the application", async () => {
  using gateway = new ScriptedGateway();
  const edge = await connect(gateway);
  const { closed } = edge;
  let over = false;
  void closed.then(() => over = true);
  await edge.call("echo");
  assertEquals(over, false);
  await edge.close();
  assertEquals((await closed).kind, "closed");
  assertEquals((await edge.closed).kind, "closed");
});

Deno.test("closed tells of the signal that has ended the endpoint", async () => {
  using gateway = new ScriptedGateway();
  const abort = new AbortController();
  const edge = await connect(gateway, { signal: abort.signal });
  abort.abort();
  assertEquals(await edge.closed, {
    kind: "closed",
    text: "its signal was aborted",
  });
});

Deno.test("closed tells why the last connection was lost", async () => {
  using gateway = new ScriptedGateway();
  const cut = await connect(gateway);
  gateway.side.cut();
  assertEquals((await cut.closed).kind, "lost");

  const ended = await connect(gateway);
  gateway.side.link.close({ kind: "closed", text: "closed" });
  assertEquals((await ended.closed).kind, "peer-closed");

  for (const farewell of ["replaced", "going-away", "reconnect"] as const) {
    const edge = await connect(gateway);
    gateway.side.link.sendFarewell(farewell);
    gateway.side.link.close({ kind: "closed", text: "closed" });
    assertEquals((await edge.closed).kind, farewell);
  }
});

Deno.test("closed tells of a gateway that refuses who comes back", async () => {
  using gateway = new ScriptedGateway();
  const edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: { minDelayMs: 10, firstDelayMs: 20 },
  });
  gateway.script = { onConn: (link) => link.refuse("not you") };
  gateway.side.cut();
  // It goes on trying: that is no end.
  await until(() => gateway.dials >= 3);
  let over = false;
  void edge.closed.then(() => over = true);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals(over, false);
  await edge.close();
  assertEquals((await edge.closed).kind, "closed");
});

Deno.test("close() resolves soon, whatever the gateway does", async () => {
  using gateway = new ScriptedGateway({
    onRequest: () => {},
    settings: { closeGraceMs: 60_000 },
  });
  const edge = await Edge.connect({ dial: gateway.dial });
  const call = edge.call("m");
  await until(() => gateway.log.includes("request m"));
  // It reads nothing any more: no answer to the disconn.
  gateway.side.link.pause();
  const begin = performance.now();
  const closing = edge.close();
  const error = await assertRejects(() => call, FrontierError);
  assertEquals(error.code, "force-closed");
  await closing;
  await edge.close();
  assert(performance.now() - begin < 15_000);
  assertEquals(edge.state, "closed");
  gateway.side.link.resume();
});

Deno.test("close() while disconnected ends what waits", async () => {
  using gateway = new ScriptedGateway();
  const edge = await Edge.connect({ dial: gateway.dial });
  gateway.down();
  await until(() => edge.state !== "connected");
  const call = edge.call("m");
  const stream = edge.openStream("s");
  await Promise.all([
    assertRejects(() => call, FrontierError, "closed"),
    assertRejects(() => stream, FrontierError, "closed"),
    edge.close(),
  ]);
  assertEquals(edge.state, "closed");
});

Deno.test("the signal closes the endpoint; while it connects, connect rejects", async () => {
  using gateway = new ScriptedGateway();
  const abort = new AbortController();
  const edge = await Edge.connect({
    dial: gateway.dial,
    signal: abort.signal,
  });
  const closed = edge.receive();
  abort.abort();
  const error = await assertRejects(() => closed, FrontierError);
  assertEquals(error.code, "eof");
  assertEquals(edge.state, "closed");

  gateway.script = { onConn: () => {} };
  const second = new AbortController();
  const connecting = Edge.connect({
    dial: gateway.dial,
    signal: second.signal,
  });
  await until(() => gateway.connections.length === 2);
  second.abort();
  const canceled = await assertRejects(() => connecting, FrontierError);
  assertEquals(canceled.code, "canceled");
  const third = await assertRejects(
    () => Edge.connect({ dial: gateway.dial, signal: second.signal }),
    FrontierError,
  );
  assertEquals(third.code, "canceled");
  assertEquals(gateway.dials, 2);
});
