import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError, type Status } from "./mod.ts";
import { ScriptedGateway, until } from "./testing/scripted_gateway.ts";

Deno.test("status() tells of every change, from the present one to closed", async () => {
  using gateway = new ScriptedGateway();
  const edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: { minDelayMs: 10, firstDelayMs: 10 },
  });
  const seen: Status[] = [];
  const watching = (async () => {
    for await (const status of edge.status()) seen.push(status);
  })();
  const next = gateway.next();
  gateway.side.cut();
  await next;
  await until(() => edge.state === "connected");
  await edge.close();
  await watching;
  assertEquals(seen.map(({ state }) => state), [
    "connected",
    "disconnected",
    "connecting",
    "connected",
    "closed",
  ]);
  const [first, lost, , second, closed] = seen;
  assert(first?.state === "connected" && first.reconnects === 0);
  assert(second?.state === "connected" && second.reconnects === 1);
  assert(second.id === edge.edgeId && second.id !== first.id);
  assert(lost?.state === "disconnected" && lost.retryInMs >= 10);
  assertEquals(lost.reason.code, "force-closed");
  assert(closed?.state === "closed");
  assertEquals(closed.reason.code, "eof");
});

Deno.test("connected() waits for the connection, or says that there will be none", async () => {
  using gateway = new ScriptedGateway();
  const edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: { minDelayMs: 10, firstDelayMs: 10 },
  });
  assertEquals(await edge.connected(), true);
  gateway.down();
  await until(() => edge.state !== "connected");
  const waiting = edge.connected();
  gateway.up();
  assertEquals(await waiting, true);
  await edge.close();
  assertEquals(await edge.connected(), false);
});

Deno.test("a listener that does not read costs no more than a bounded backlog", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: { minDelayMs: 10, firstDelayMs: 10, maxDelayMs: 10 },
  });
  const lazy = edge.status();
  gateway.down();
  await until(() => gateway.dials > 45);
  await edge.close();
  let count = 0;
  for await (const _ of lazy) count++;
  assert(count <= 65, `${count} changes kept`);
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
  assert(performance.now() - begin < 3_000);
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

Deno.test("the signal closes the end; while it connects, connect rejects", async () => {
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

Deno.test("drain() lets handlers and calls finish", async () => {
  using gateway = new ScriptedGateway();
  const finish: (() => void)[] = [];
  const edge = await Edge.connect({
    dial: gateway.dial,
    methods: {
      slow: () => new Promise((resolve) => finish.push(() => resolve("done"))),
    },
  });
  const response = gateway.side.request("slow");
  await until(() => finish.length === 1);
  gateway.script = {
    onRequest: (request) => setTimeout(() => request.done("late"), 30),
  };
  const call = edge.call("m");
  const draining = edge.drain();
  setTimeout(() => finish[0]!(), 20);
  assertEquals((await call).text(), "late");
  assertEquals((await response).value, new TextEncoder().encode("done"));
  await draining;
  assertEquals(edge.state, "closed");
});

Deno.test("an iterator of the status that is left ends its pending reads", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  const left = edge.status();
  await left.next();
  const pending = left.next();
  await left.return();
  assertEquals(await pending, { value: undefined, done: true });
  const abort = new AbortController();
  const { signal } = abort;
  const aborted = edge.status({ signal });
  await aborted.next();
  const second = aborted.next();
  abort.abort();
  assertEquals(await second, { value: undefined, done: true });
  gateway.down();
  await until(() => edge.state !== "connected");
  assertEquals(
    await edge.connected({ signal: AbortSignal.timeout(20) }),
    false,
  );
});

Deno.test("drain() waits for the messages being worked on, in streams too", async () => {
  using gateway = new ScriptedGateway();
  const edge = await Edge.connect({ dial: gateway.dial });
  const { side } = gateway;
  const session = side.link.openSession("")!;
  const stream = await edge.acceptStream();
  const acks = [
    side.publish("t", "work"),
    side.publish("", "in a stream", {}, session),
    side.publish("t", "unread"),
  ];
  const outside = await edge.receive();
  const inside = await stream.receive();
  let drained = false;
  const draining = edge.drain({ timeoutMs: 30_000 }).then(() => drained = true);
  for (const message of [outside, inside]) {
    await new Promise((resolve) => setTimeout(resolve, 40));
    assertEquals([drained, message.answerable], [false, true]);
    message.done();
  }
  // What nobody has received keeps nobody waiting.
  await draining;
  const answers = await Promise.all(acks);
  assertEquals(answers.map(({ error }) => error), ["", "", "force closed"]);
});

Deno.test("drain() waits for the handler that asks for it", async () => {
  using gateway = new ScriptedGateway();
  let draining: Promise<void> | undefined;
  const edge: Edge = await Edge.connect({
    dial: gateway.dial,
    methods: {
      stop: async () => {
        draining = edge.drain();
        await new Promise((resolve) => setTimeout(resolve, 50));
        return "stopped";
      },
    },
  });
  const { value } = await gateway.side.request("stop");
  assertEquals(new TextDecoder().decode(value), "stopped");
  await draining;
  assertEquals(edge.state, "closed");
});

Deno.test("drain() does not wait for messages of a connection that is gone", async () => {
  using gateway = new ScriptedGateway();
  const edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: { minDelayMs: 10, firstDelayMs: 10 },
  });
  void gateway.side.publish("t", "work");
  const message = await edge.receive();
  gateway.side.cut();
  await until(() => gateway.accepted === 2);
  await edge.connected();
  assertEquals(message.answerable, false);
  const begin = performance.now();
  await edge.drain({ timeoutMs: 30_000 });
  assert(performance.now() - begin < 10_000);
});

Deno.test("drain() does not wait for handlers whose caller's time is over", async () => {
  using gateway = new ScriptedGateway();
  const edge = await Edge.connect({
    dial: gateway.dial,
    methods: { stuck: () => new Promise(() => {}) },
  });
  void gateway.side.request("stuck", "", { timeoutNs: 40_000_000n });
  await until(() => gateway.log.length > 0);
  await edge.call("echo");
  const begin = performance.now();
  await edge.drain({ timeoutMs: 30_000 });
  assert(performance.now() - begin < 10_000);
});
