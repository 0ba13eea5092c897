/** Messages between edges and services. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { EdgePeer } from "../../server/directory/peer.ts";
import type { DataPacket } from "@frontier/proto";
import { SimGateway, type SimPeer } from "./simulation.ts";
import { bytes, tail, text } from "../support/test_peer.ts";
import { rawFrame } from "../../proto/testing/raw_frame.ts";

function values(peer: SimPeer): string[] {
  return peer.all("message").map(({ body }) => text(body.value));
}

Deno.test("an edge's message reaches the taker of its topic with the id as tail, and its ack comes back", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { topics: ["t"] });
  const edge = gateway.edge();
  service.onMessage = () => undefined;
  const id = edge.publish("t", { value: bytes("hi"), custom: bytes("c") });
  gateway.run();
  const message = service.last("message");
  assertEquals(message.body.topic, "t");
  assertEquals(message.body.value, bytes("hi"));
  assertEquals(message.body.custom, tail(edge.id, bytes("c")));
  assertEquals(edge.outcome(id), "none", "the ack is end to end");
  service.answer(message);
  gateway.run();
  assertEquals(edge.outcome(id), "ok: ");
});

Deno.test("a service's message reaches the edge without the tail, and its ack comes back", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S");
  const edge = gateway.edge();
  const id = service.publish("topic", {
    value: bytes("hi"),
    custom: tail(edge.id, bytes("abcd")),
  });
  gateway.run();
  const { body } = edge.last("message");
  assertEquals([body.topic, text(body.value)], ["topic", "hi"]);
  assertEquals(body.custom, bytes("abcd"));
  assertEquals(service.outcome(id), "ok: ");
});

Deno.test("a topic nobody takes is topic not online, in exact case", () => {
  const gateway = new SimGateway();
  gateway.service("S", { topics: ["t"] });
  const edge = gateway.edge();
  const ids = ["", "T", "t ", "u"].map((topic) => edge.publish(topic));
  gateway.run();
  for (const id of ids) assertEquals(edge.outcome(id), "topic not online");
});

Deno.test("topics of every spelling find their taker", () => {
  const gateway = new SimGateway();
  const topics = [
    "",
    "a<b>&c",
    'quo"te',
    "back\\slash",
    "ünï",
    "\u2028",
    "a\u0000b",
    "a\tb",
    "\u007f",
  ];
  const service = gateway.service("S", { topics });
  const edge = gateway.edge();
  for (const topic of topics) {
    const id = edge.publish(topic);
    gateway.run();
    assertEquals(edge.outcome(id), "ok: ", JSON.stringify(topic));
    assertEquals(service.last("message").body.topic, topic);
  }
  const spellings = [
    '{"topic":"a<b>&c"}',
    '{"topic":"\\u0061\\u003cb\\u003E&c"}',
    '{"topic":"ünï"}',
    '{"TOPIC":"\\u00fcn\\u00ef"}',
    '{"topic":"quo\\u0022te"}',
    '{"topic":"x","topic":"a\\tb"}',
    '{"topic":"a\\u0009b"}',
  ];
  spellings.forEach((body, i) =>
    edge.write(rawFrame(0x51, 500n + BigInt(i), 1n, body))
  );
  gateway.run();
  spellings.forEach((body, i) =>
    assertEquals(edge.outcome(500n + BigInt(i)), "ok: ", body)
  );
});

Deno.test("a taker of * is the fallback, and only that", () => {
  const gateway = new SimGateway();
  const any = gateway.service("any", { topics: ["*"] });
  const exact = gateway.service("exact", { topics: ["t"] });
  const edge = gateway.edge();
  const ids = ["t", "u", "*", ""].map((topic) => edge.publish(topic, topic));
  gateway.run();
  for (const id of ids) assertEquals(edge.outcome(id), "ok: ");
  assertEquals(values(exact), ["t"]);
  assertEquals(values(any), ["u", "*", ""]);
  any.cut();
  gateway.run();
  const late = edge.publish("u");
  gateway.run();
  assertEquals(edge.outcome(late), "topic not online");
});

Deno.test("a service's message without a whole edge id gets an error", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S");
  const edge = gateway.edge();
  for (let length = 0; length < 8; length++) {
    const id = service.publish("t", { custom: new Uint8Array(length) });
    gateway.run();
    assertStringIncludes(service.outcome(id), "illegal custom");
  }
  const good = service.publish("t", { custom: tail(edge.id) });
  gateway.run();
  assertEquals(service.outcome(good), "ok: ");
});

Deno.test("a failed message does not end a service's loop", () => {
  const gateway = new SimGateway({ limits: { forwardTimeoutMs: 200 } });
  const service = gateway.service("S");
  const edge = gateway.edge();
  edge.onMessage = ({ body }) =>
    text(body.value) === "bad"
      ? { error: "refused by the edge" }
      : text(body.value) === "mute"
      ? undefined
      : {};
  const custom = tail(edge.id);
  const ids = [
    service.publish("t", { custom: tail(1n) }),
    service.publish("t", { custom, value: bytes("bad") }),
    service.publish("t", { custom, value: bytes("mute") }),
    service.publish("t", { custom, value: bytes("good") }),
  ];
  gateway.run(250);
  assertEquals(ids.map((id) => service.outcome(id)), [
    "edge not online",
    "refused by the edge",
    "timeout",
    "ok: ",
  ]);
});

Deno.test("an edge's messages are pipelined, in order, and an error does not stop them", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { topics: ["t"] });
  const edge = gateway.edge();
  service.onMessage = () => undefined;
  const ids = Array.from({ length: 25 }, (_, i) => edge.publish("t", `${i}`));
  gateway.run();
  assertEquals(values(service), ids.map((_, i) => `${i}`));
  // Acks in any order reach the right message.
  for (const message of service.all("message").reverse()) {
    const value = text(message.body.value);
    service.answer(message, value === "7" ? { error: "seven" } : {});
  }
  gateway.run();
  ids.forEach((id, i) =>
    assertEquals(edge.outcome(id), i === 7 ? "seven" : "ok: ")
  );
});

Deno.test("a Go edge has at most 32 messages unacknowledged, the rest follow in order", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S");
  const edge = gateway.edge();
  edge.onMessage = () => undefined;
  const custom = tail(edge.id);
  const ids = Array.from(
    { length: 100 },
    (_, i) => service.publish("t", { custom, value: bytes(`${i}`) }),
  );
  gateway.run();
  assertEquals(edge.all("message").length, 32);
  for (let i = 0; i < 100; i++) {
    edge.answer(edge.all("message")[i]!);
    gateway.run();
    assertEquals(edge.all("message").length, Math.min(100, 33 + i));
  }
  assertEquals(values(edge), ids.map((_, i) => `${i}`));
  for (const id of ids) assertEquals(service.outcome(id), "ok: ");
});

Deno.test("a service has 1 024 messages unacknowledged and few more, of one edge alone at most 128; before its first acks 256 and 32", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { topics: ["t"] });
  const edges = Array.from({ length: 60 }, () => gateway.edge());
  service.onMessage = () => undefined;
  for (let i = 0; i < 500; i++) edges[0]!.publish("t", `${i}`);
  gateway.run(5);
  assertEquals(service.all("message").length, 32);
  // Acks that come at once open the window.
  service.onMessage = () => ({});
  for (const message of service.all("message")) service.answer(message);
  for (let i = 0; i < 1_000; i++) edges[0]!.publish("t", `${i}`);
  gateway.run(50);
  assertEquals(service.all("message").length, 1_500);
  service.onMessage = () => undefined;
  for (let i = 0; i < 200; i++) edges[0]!.publish("t", `${i}`);
  gateway.run(5);
  assertEquals(service.all("message").length, 1_500 + 128);
  for (const edge of edges) {
    for (let i = 0; i < 200; i++) edge.publish("t", `${i}`);
  }
  gateway.run(5);
  const sent = service.all("message").length - 1_500;
  assert(sent > 1_000 && sent < 1_100, `${sent}`);
  service.onMessage = () => ({});
  for (const message of service.all("message")) service.answer(message);
  gateway.run(50);
  assertEquals(service.all("message").length, 1_700 + 60 * 200);
});

Deno.test("a full queue answers short buffer at once, and goes on when it has room", () => {
  const gateway = new SimGateway({
    limits: { messageWindowEdge: 2, messageQueueBytes: 1_000 },
  });
  const service = gateway.service("S");
  const edge = gateway.edge();
  edge.onMessage = () => undefined;
  const custom = tail(edge.id);
  const ids = Array.from(
    { length: 20 },
    () => service.publish("t", { custom }),
  );
  gateway.run();
  const full = ids.filter((id) => service.outcome(id) === "short buffer");
  assert(full.length > 5 && full.length < 18, `${full.length}`);
  edge.onMessage = () => ({});
  for (const message of edge.all("message")) edge.answer(message);
  gateway.run();
  for (const id of ids) assert(service.outcome(id) !== "none");
  const more = service.publish("t", { custom });
  gateway.run();
  assertEquals(service.outcome(more), "ok: ");
});

Deno.test("messages expire in the window and in the queue", () => {
  const gateway = new SimGateway({
    limits: { messageWindowEdge: 2, forwardTimeoutMs: 300 },
  });
  const service = gateway.service("S");
  const edge = gateway.edge();
  edge.onMessage = () => undefined;
  const custom = tail(edge.id);
  const ids = Array.from({ length: 4 }, () => service.publish("t", { custom }));
  gateway.run(290);
  assertEquals(ids.map((id) => service.outcome(id)), [
    "none",
    "none",
    "none",
    "none",
  ]);
  gateway.run(30);
  for (const id of ids) assertEquals(service.outcome(id), "timeout");
  assertEquals(edge.all("message").length, 2, "expired ones are not delivered");
  assertEquals(gateway.exchange.inflight, 0);
  // What has expired still fills the peer's queue; its ack shows that it got past.
  const late = [service.publish("t", { custom })];
  late.push(service.publish("t", { custom }));
  gateway.run(10);
  assertEquals(edge.all("message").length, 3, "one goes as a probe");
  edge.answer(edge.all("message")[1]!);
  gateway.run();
  assertEquals(edge.all("message").length, 4);
  for (const packet of edge.all("message").slice(2)) edge.answer(packet);
  gateway.run();
  for (const id of late) assertEquals(service.outcome(id), "ok: ");
});

Deno.test("while nothing is acknowledged, one message in 30 s goes out as a probe, and its ack frees the lane", () => {
  const gateway = new SimGateway({ limits: { messageWindowEdge: 4 } });
  const service = gateway.service("S", { ours: true });
  const edge = gateway.edge({ flags: 0x38 });
  edge.onMessage = () => undefined;
  const custom = tail(edge.id);
  const publish = () => service.publish("t", { custom });
  const { memory } = gateway.ledger;
  for (let i = 0; i < 10; i++) publish();
  gateway.run(30_100);
  assertEquals(edge.all("message").length, 4);
  const probes = [publish(), publish()];
  gateway.run(100);
  assertEquals(edge.all("message").length, 5);
  gateway.run(29_000);
  assertEquals(edge.all("message").length, 5, "nothing while it is unanswered");
  gateway.run(2_000);
  assertEquals(probes.map((id) => service.outcome(id)), ["timeout", "timeout"]);
  // The one before has failed: its place is the next one's.
  for (let round = 0; round < 5; round++) {
    publish();
    const last = publish();
    gateway.run(30_200);
    assertEquals(edge.all("message").length, 6 + round);
    assertEquals(service.outcome(last), "timeout");
  }
  const freed = Array.from({ length: 5 }, publish);
  gateway.run(100);
  edge.onMessage = () => ({});
  edge.answer(edge.last("message"));
  gateway.run(100);
  for (const id of freed) assertEquals(service.outcome(id), "ok: ");
  assertEquals(gateway.ledger.memory, memory);
});

Deno.test("a sender whose messages are never acknowledged keeps nobody else's out", () => {
  const gateway = new SimGateway({ limits: { messageWindowService: 64 } });
  const service = gateway.service("S", { topics: ["bad", "good"] });
  service.onMessage = ({ body }) => body.topic === "bad" ? undefined : {};
  const bad = Array.from({ length: 8 }, () => gateway.edge({ flags: 0x38 }));
  const good = gateway.edge({ flags: 0x38 });
  for (let round = 0; round < 4; round++) {
    for (const edge of bad) for (let i = 0; i < 99; i++) edge.publish("bad");
    gateway.run(20);
    const ids = Array.from({ length: 20 }, () => good.publish("good"));
    gateway.run(20);
    for (const id of ids) assertEquals(good.outcome(id), "ok: ");
    gateway.run(31_000);
  }
});

Deno.test("senders to one slow receiver take turns", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { topics: ["t"] });
  const waiting: DataPacket[] = [];
  service.onMessage = (packet) => {
    waiting.push(packet);
    return undefined;
  };
  const flood = gateway.edge({ flags: 0x38 });
  const other = gateway.edge({ flags: 0x38 });
  const ack = (count: number, ms: number) => {
    for (let i = 0; i < count && waiting.length > 0; i++) {
      service.answer(waiting.shift()!);
      gateway.run(ms);
    }
  };
  for (let i = 0; i < 3_000; i++) flood.publish("t", "x".repeat(500));
  gateway.run(10);
  assertEquals(waiting.length, 32);
  // Ten milliseconds each: that is more than half a second.
  ack(300, 10);
  assert(waiting.length < 80, `${waiting.length} on their way`);
  const id = other.publish("t", "mine");
  const before = gateway.network.now;
  while (other.outcome(id) === "none") ack(1, 10);
  const waited = gateway.network.now - before;
  assert(waited < 2_000, `waited ${waited} ms`);
  assertEquals(other.outcome(id), "ok: ");
});

Deno.test("however many fill the queue of a service, whoever has nothing in it gets in", () => {
  const limits = { messageQueueBytes: 20_000, messageWindowService: 4 };
  const gateway = new SimGateway({ limits });
  const service = gateway.service("S", { topics: ["t"] });
  service.onMessage = () => undefined;
  const flood = Array.from({ length: 30 }, () => gateway.edge());
  const ids = flood.map((edge) =>
    Array.from({ length: 100 }, () => edge.publish("t", "x".repeat(200)))
  );
  gateway.run(5);
  for (let i = 0; i < 20; i++) {
    const edge = gateway.edge();
    const id = edge.publish("t", "y".repeat(200));
    gateway.run(1);
    assertEquals(edge.outcome(id), "none", "it waits, and is not refused");
  }
  const { kinds } = gateway.ledger.snapshot();
  assert(kinds["queued bytes"]! <= 80_000);
  // Everybody else has an answer, or waits.
  const outcomes = new Set(
    flood.flatMap((edge, i) => ids[i]!.map((id) => edge.outcome(id))),
  );
  assertEquals([...outcomes].sort(), ["none", "short buffer"]);
  service.onMessage = () => ({});
  for (const message of service.all("message")) service.answer(message);
  gateway.run(200);
  assertEquals(gateway.exchange.inflight, 0);
});

Deno.test("sixty senders of messages that are never done with, one after the other, leave a place for a newcomer", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { topics: ["bad", "good"] });
  service.onMessage = ({ body }) => body.topic === "good" ? {} : undefined;
  for (let i = 0; i < 60; i++) {
    const edge = gateway.edge();
    for (let j = 0; j < 500; j++) edge.publish("bad", "x");
    gateway.run(1);
  }
  // A full window of 256, and one for each who came later.
  const before = service.all("message").length;
  assert(before >= 256 && before < 320, `${before} were sent`);
  const edge = gateway.edge();
  for (let i = 0; i < 50; i++) {
    const id = edge.publish("good", "y");
    gateway.run(1);
    assertEquals(edge.outcome(id), "ok: ");
  }
});

Deno.test("whoever leaves what is never done with behind, again and again, keeps no other topic out", () => {
  const gateway = new SimGateway();
  const bad = ["bad", "worse", "worst"];
  const service = gateway.service("S", { topics: [...bad, "good"] });
  service.onMessage = ({ body }) => body.topic === "good" ? {} : undefined;
  for (let i = 0; i < 600; i++) {
    const edge = gateway.edge();
    for (let j = 0; j < 3; j++) edge.publish(bad[i % 3]!, "x");
    gateway.run(1);
    edge.cut();
  }
  gateway.run(10);
  const before = service.all("message").length;
  assert(before >= 256 && before <= 320, `${before} were sent`);
  const edge = gateway.edge();
  // What waits of one topic lets nothing of another wait, of the same edge neither.
  edge.publish("bad", "x");
  for (let i = 0; i < 5; i++) {
    const ids = Array.from({ length: 50 }, () => edge.publish("good", "y"));
    gateway.run(20);
    for (const id of ids) assertEquals(edge.outcome(id), "ok: ");
  }
});

Deno.test("a full queue makes room for another topic", () => {
  const gateway = new SimGateway({ limits: { messageQueueBytes: 20_000 } });
  const service = gateway.service("S", { topics: ["bad", "good"] });
  service.onMessage = ({ body }) => body.topic === "good" ? {} : undefined;
  for (let i = 0; i < 60; i++) {
    const edge = gateway.edge();
    for (let j = 0; j < 60; j++) edge.publish("bad", "x");
    gateway.run(1);
    edge.cut();
  }
  const edge = gateway.edge();
  const ids = Array.from({ length: 10 }, () => edge.publish("good", "y"));
  gateway.run(20);
  for (const id of ids) assertEquals(edge.outcome(id), "ok: ");
});

Deno.test("messages outlive their sender, and hold nothing of it", () => {
  const gateway = new SimGateway({ limits: { messageWindowService: 2 } });
  const service = gateway.service("S", { topics: ["t"] });
  service.onMessage = () => undefined;
  const edges = Array.from({ length: 5 }, () => gateway.edge());
  const { memory, accounts } = gateway.ledger;
  for (const edge of edges) edge.publish("t", "x".repeat(1_000));
  gateway.run();
  const held = () => gateway.ledger.snapshot().kinds;
  assertEquals(held()["published messages"], 3);
  assert(held()["queued bytes"]! > 2_000);
  for (const edge of edges) edge.cut();
  gateway.run();
  assertEquals(gateway.exchange.inflight, 5);
  assertEquals(held()["published messages"], 3);
  const holders = edges.map(({ link }) => (link.user as EdgePeer).holder);
  assert(holders.every(({ peer }) => peer === undefined));
  service.onMessage = () => ({});
  for (const message of service.all("message")) service.answer(message);
  gateway.run();
  assertEquals(service.all("message").length, 5);
  assertEquals(gateway.exchange.inflight, 0);
  assertEquals([gateway.ledger.memory, gateway.ledger.accounts], [
    memory,
    accounts,
  ]);
});

Deno.test("a service that does not take its messages still gets calls and answers", () => {
  const gateway = new SimGateway({ limits: { messageWindowService: 40 } });
  const service = gateway.service("S", { topics: ["t"], methods: ["m"] });
  const other = gateway.service("T", { topics: ["u"] });
  const edge = gateway.edge();
  service.onMessage = () => undefined;
  service.onRequest = () => ({ value: bytes("up") });
  edge.onRequest = () => ({ value: bytes("down") });
  for (let i = 0; i < 50; i++) edge.publish("t");
  const up = edge.call("m");
  const down = service.call("x", { custom: tail(edge.id) });
  const elsewhere = edge.publish("u");
  gateway.run();
  assertEquals(service.all("message").length, 5);
  assertEquals(edge.outcome(up), "ok: up");
  assertEquals(service.outcome(down), "ok: down");
  assertEquals(edge.outcome(elsewhere), "ok: ");
  assertEquals(other.all("message").length, 1);
});

Deno.test("one slow edge does not hold up the other edges of its service", () => {
  const gateway = new SimGateway({ limits: { messageWindowEdge: 1 } });
  const service = gateway.service("S");
  const slow = gateway.edge();
  const quick = gateway.edge();
  slow.onMessage = () => undefined;
  for (let i = 0; i < 10; i++) service.publish("t", { custom: tail(slow.id) });
  const ids = Array.from(
    { length: 10 },
    () => service.publish("t", { custom: tail(quick.id) }),
  );
  gateway.run();
  for (const id of ids) assertEquals(service.outcome(id), "ok: ");
});

Deno.test("a target that goes away fails the messages sent and waiting with force closed", () => {
  const gateway = new SimGateway({ limits: { messageWindowEdge: 2 } });
  const service = gateway.service("S");
  const edge = gateway.edge();
  edge.onMessage = () => undefined;
  const custom = tail(edge.id);
  const ids = Array.from({ length: 5 }, () => service.publish("t", { custom }));
  gateway.run();
  edge.cut();
  gateway.run();
  for (const id of ids) assertEquals(service.outcome(id), "force closed");
  assertEquals(gateway.exchange.inflight, 0);
  const after = service.publish("t", { custom });
  gateway.run();
  assertEquals(service.outcome(after), "edge not online");
});

Deno.test("a service that leaves in an orderly way is out of routing with its ack", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { topics: ["t"], methods: ["m"] });
  const edge = gateway.edge();
  service.onMessage = () => undefined;
  const waiting = edge.publish("t");
  gateway.run();
  service.dismiss(1n);
  gateway.run();
  assertEquals(service.all("dismiss-ack").length, 1);
  assertEquals(edge.outcome(waiting), "force closed");
  const message = edge.publish("t");
  const call = edge.call("m");
  gateway.run();
  assertEquals(edge.outcome(message), "topic not online");
  assertEquals(edge.outcome(call), "record not found");
});

Deno.test("a second ack and a response to a message change nothing", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { topics: ["t"] });
  const edge = gateway.edge();
  service.onMessage = () => undefined;
  const id = edge.publish("t");
  gateway.run();
  const message = service.last("message");
  service.answer(message);
  service.answer(message, { error: "again" });
  gateway.run();
  assertEquals(edge.outcome(id), "ok: ");
  assertEquals(service.closed, undefined);
});

Deno.test("messages go on while an earlier one is refused for its size", () => {
  const gateway = new SimGateway({
    limits: { maxFrameBytes: 2_048, messageWindowService: 1 },
  });
  const service = gateway.service("S", { topics: ["t"] });
  const edge = gateway.edge();
  const value = "A".repeat(2_000);
  service.onMessage = () => undefined;
  edge.publish("t", "first");
  // Once with the window open and once through the queue.
  edge.write(rawFrame(0x51, 70n, 1n, `{"value":"${value}","topic":"t"}`));
  const next = edge.publish("t", "next");
  gateway.run();
  assertEquals(edge.outcome(70n), "packet payload too large");
  service.onMessage = () => ({});
  service.answer(service.last("message"));
  gateway.run();
  assertEquals(edge.outcome(next), "ok: ");
  edge.write(rawFrame(0x51, 71n, 1n, `{"value":"${value}","topic":"t"}`));
  gateway.run();
  assertEquals(edge.outcome(71n), "packet payload too large");
});
