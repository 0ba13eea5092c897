import { assert, assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError } from "./mod.ts";
import { ScriptedGateway, until } from "./testing/scripted_gateway.ts";

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

Deno.test("drain() gives up when its time is over, and lets others work meanwhile", async () => {
  using gateway = new ScriptedGateway({ onRequest: () => {} });
  const edge = await Edge.connect({ dial: gateway.dial });
  const call = assertRejects(() => edge.call("never"), FrontierError);
  let turns = 0;
  const timer = setInterval(() => turns++, 5);
  await edge.drain({ timeoutMs: 50 });
  clearInterval(timer);
  assertEquals((await call).code, "force-closed");
  assertEquals(edge.state, "closed");
  assert(turns > 2, `${turns}`);
});
