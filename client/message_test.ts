import { assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError, Service } from "./mod.ts";
import {
  type Arrival,
  ScriptedGateway,
  until,
} from "./testing/scripted_gateway.ts";

const tail = [0x66, 0xc4, 0xb1, 0xa6, 0, 0, 0, 1];

Deno.test("publish() sends topic, data and custom, and waits for the ack", async () => {
  const held: Arrival[] = [];
  using gateway = new ScriptedGateway({
    onMessage: (message) => held.push(message),
  });
  await using edge = await Edge.connect({ dial: gateway.dial });
  let done = false;
  const publish = edge.publish('a "topic"', "data", { custom: "c" })
    .then(() => done = true);
  await until(() => held.length === 1);
  assertEquals(held[0]!.name, 'a "topic"');
  assertEquals(held[0]!.text, "data");
  assertEquals(held[0]!.fields.custom, new TextEncoder().encode("c"));
  assertEquals(done, false);
  held[0]!.done();
  await publish;
});

Deno.test("publish() rejects with the reason of the ack", async () => {
  using gateway = new ScriptedGateway({
    onMessage: (message) => message.error("topic not online", "not-run"),
  });
  await using edge = await Edge.connect({ dial: gateway.dial });
  const error = await assertRejects(() => edge.publish("t", ""), FrontierError);
  assertEquals(error.code, "topic-not-online");
});

Deno.test("Service.publish() goes to one edge, with a topic when given", async () => {
  const seen: Arrival[] = [];
  using gateway = new ScriptedGateway({
    onMessage: (message) => {
      seen.push(message);
      message.done();
    },
  });
  await using service = await Service.connect({ dial: gateway.dial });
  await service.publish(0x66c4b1a600000001n, "one");
  await service.publish(0x66c4b1a600000001n, "two", { topic: "t" });
  assertEquals(seen.map(({ name, text }) => [name, text]), [
    ["", "one"],
    ["t", "two"],
  ]);
  assertEquals([...seen[1]!.fields.custom!], tail);
});

Deno.test("receive() gives the message, done() and error() answer it once", async () => {
  using gateway = new ScriptedGateway();
  await using service = await Service.connect({
    dial: gateway.dial,
    topics: ["t"],
  });
  const custom = new Uint8Array([7, ...tail]);
  const first = gateway.side.publish("t", '{"a":1}', { custom });
  const message = await service.receive();
  assertEquals(message.topic, "t");
  assertEquals(message.json(), { a: 1 });
  assertEquals(message.edgeId, 0x66c4b1a600000001n);
  assertEquals([...message.custom], [7]);
  assertEquals(message.answerable, true);
  message.done();
  assertEquals(message.answerable, false);
  message.error("too late");
  assertEquals((await first).error, "");
  const second = gateway.side.publish("t", "x", { custom });
  (await service.receive()).error(new Error("Cannot store it"));
  assertEquals((await second).error, "Cannot store it");
});

Deno.test("messages() gives one message after the other until the endpoint is closed", async () => {
  using gateway = new ScriptedGateway();
  const edge = await Edge.connect({ dial: gateway.dial });
  const seen: string[] = [];
  const reading = (async () => {
    for await (const message of edge.messages()) {
      seen.push(message.text());
      message.done();
    }
  })();
  for (const text of ["a", "b", "c"]) await gateway.side.publish("", text);
  await edge.close();
  await reading;
  assertEquals(seen, ["a", "b", "c"]);
  const error = await assertRejects(() => edge.receive(), FrontierError);
  assertEquals(error.code, "eof");
});

Deno.test("receive() can be given up without losing a message", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  const abort = new AbortController();
  const receive = edge.receive({ signal: abort.signal });
  abort.abort();
  const error = await assertRejects(() => receive, FrontierError);
  assertEquals(error.code, "canceled");
  void gateway.side.publish("", "kept");
  assertEquals((await edge.receive()).text(), "kept");
});

Deno.test("a full receive queue answers short buffer and delays nothing else", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    limits: { messages: 3 },
    methods: { m: () => "alive" },
  });
  const { side } = gateway;
  const acks = Array.from({ length: 5 }, (_, i) => side.publish("", `${i}`));
  assertEquals((await acks[3]!).error, "short buffer");
  assertEquals((await acks[4]!).error, "short buffer");
  assertEquals((await edge.call("echo", "x")).text(), "x");
  assertEquals((await side.request("m")).error, "");
  for (let i = 0; i < 3; i++) {
    const message = await edge.receive();
    assertEquals(message.text(), `${i}`);
    message.done();
    assertEquals((await acks[i]!).error, "");
  }
});

Deno.test("the receive queue is bounded in bytes, too", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    limits: { messageBytes: 1_000 },
  });
  const { side } = gateway;
  const first = side.publish("", "x".repeat(2_000));
  const second = await side.publish("", "y");
  assertEquals(second.error, "short buffer");
  (await edge.receive()).done();
  assertEquals((await first).error, "");
});

Deno.test("a message of a lost connection is not received, nor answered later", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({
    dial: gateway.dial,
    reconnect: { minDelayMs: 10, firstDelayMs: 10 },
  });
  void gateway.side.publish("", "taken");
  const taken = await edge.receive();
  void gateway.side.publish("", "unread");
  await new Promise((resolve) => setTimeout(resolve, 10));
  const next = gateway.next();
  gateway.side.cut();
  await next;
  await until(() => edge.state === "connected");
  assertEquals(taken.answerable, false);
  taken.done();
  void gateway.side.publish("", "fresh");
  assertEquals((await edge.receive()).text(), "fresh");
});
