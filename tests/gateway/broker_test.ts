/** Messages of edges to brokers. */

import { assert, assertEquals } from "@std/assert";
import { openBrokers } from "../../server/mq/open_brokers.ts";
import type { BrokerConfig } from "../../server/config/mqm/common.ts";
import { kafka } from "../../server/config/mqm/kafka.ts";
import { type Outcome, STORED } from "../../server/mq/publication.ts";
import { FakeProducer } from "../../server/mq/testing/fake_producer.ts";
import { SimGateway, type SimGatewayOptions } from "./simulation.ts";
import { bytes, text } from "../support/test_peer.ts";

function scene(
  config: Partial<BrokerConfig> = {},
  options: SimGatewayOptions = {},
) {
  const gateway = new SimGateway(options);
  const producer = new FakeProducer();
  let ids = 0;
  const [broker] = openBrokers(
    [{ producer, config: { ...kafka.initial(), ...config } }],
    gateway.routing,
    {
      timers: gateway.network.wheel,
      wallClock: () => gateway.network.now + gateway.wallOffset,
      newId: () => `id${++ids}`,
      log: gateway.log,
    },
  );
  /** Says what became of everything that was handed over. */
  const settle = async (...outcomes: Outcome[]) => {
    producer.handed.at(-1)!.settle(outcomes);
    for (let i = 0; i < 5; i++) await Promise.resolve();
    gateway.run();
  };
  return { gateway, producer, broker: broker!, settle };
}

Deno.test("a message is acknowledged when the broker has it, with its data unchanged", async () => {
  const { gateway, producer, broker, settle } = scene();
  producer.turn({ kind: "up" });
  const edge = gateway.edge({ meta: bytes("m") });
  const id = edge.publish("t", { value: bytes("hi\0"), custom: bytes("c") });
  gateway.run();
  assertEquals(edge.outcome(id), "none");
  const [message] = producer.handed[0]!.messages;
  assertEquals(message, {
    topic: "t",
    data: bytes("hi\0"),
    edge: edge.id,
    meta: undefined,
    headers: kafka.initial().headers,
    id: "id1",
    at: message!.at,
  });
  assertEquals(broker.queued, 1);
  await settle(STORED);
  assertEquals(edge.outcome(id), "ok: ");
  assertEquals(broker.queued, 0);
  assertEquals(broker.queuedBytes, 0);
  assertEquals(broker.figures.published, 1);
  assertEquals(gateway.exchange.inflight, 0);
});

Deno.test("meta goes along only where it is allowed", () => {
  const headers = { ...kafka.initial().headers, meta: true };
  const { gateway, producer } = scene({ headers });
  producer.turn({ kind: "up" });
  const edge = gateway.edge({ meta: bytes("m") });
  edge.publish("t", "x");
  gateway.run();
  assertEquals(text(producer.handed[0]!.messages[0]!.meta!), "m");
});

Deno.test("a topic of its own kind carries what it wants instead", () => {
  const { headers } = kafka.initial();
  const own = { ...headers, meta: true, edgeId: true };
  const { gateway, producer } = scene({
    perTopic: [{ topic: "t", headers: own }, { topic: "other", headers }],
  });
  producer.turn({ kind: "up" });
  const edge = gateway.edge({ meta: bytes("m") });
  edge.publish("t", "x");
  gateway.run();
  const [message] = producer.handed[0]!.messages;
  assertEquals(message!.headers, own);
  assertEquals(text(message!.meta!), "m");
});

Deno.test("a broker that is away is waited for, for a while", async () => {
  const { gateway, producer, settle } = scene();
  const edge = gateway.edge();
  const id = edge.publish("t", "x");
  gateway.run(500);
  producer.turn({ kind: "up" });
  gateway.run();
  await settle(STORED);
  assertEquals(edge.outcome(id), "ok: ");
});

Deno.test("a broker that stays away refuses at once, and what waits at its deadline", () => {
  const { gateway, producer, broker } = scene();
  const edge = gateway.edge();
  producer.turn({ kind: "down", problem: "connection refused" });
  const early = edge.publish("t", "x");
  gateway.run(3_000);
  const late = edge.publish("t", "x");
  gateway.run();
  assertEquals(edge.outcome(late), "broker unavailable");
  assertEquals(edge.outcome(early), "none");
  gateway.run(15_000);
  assertEquals(edge.outcome(early), "broker unavailable");
  assertEquals(broker.figures.unavailable, 2);
  assertEquals(broker.queued, 0);
  assert(gateway.log.has("connection refused", "warn"));
});

Deno.test("what the broker does not confirm in time is of unknown outcome, never a success", async () => {
  const { gateway, producer, broker, settle } = scene();
  producer.turn({ kind: "up" });
  const edge = gateway.edge();
  const id = edge.publish("t", "x");
  gateway.run(16_000);
  assertEquals(edge.outcome(id), "outcome unknown");
  assertEquals(broker.queued, 1, "the producer still has it");
  await settle(STORED);
  assertEquals(broker.queued, 0);
  assertEquals(edge.answers(id).length, 1);
});

Deno.test("a message that the broker never takes is refused with its rule, before it is sent", () => {
  const { gateway, producer, broker } = scene();
  producer.turn({ kind: "up" });
  const edge = gateway.edge();
  const id = edge.publish("t", { value: new Uint8Array(5_001) });
  gateway.run();
  assertEquals(
    edge.outcome(id),
    "message refused: t takes at most 5000 bytes",
  );
  assertEquals(producer.handed.length, 0);
  assertEquals(broker.figures.refused, 1);
});

Deno.test("a message of an edge that has gone is still stored", async () => {
  const { gateway, producer, broker, settle } = scene();
  const edge = gateway.edge();
  edge.publish("t", "x");
  gateway.run();
  edge.tear();
  gateway.run(100);
  producer.turn({ kind: "up" });
  await settle(STORED);
  assertEquals(broker.figures.published, 1);
  assertEquals(broker.queued, 0);
  assertEquals(gateway.exchange.inflight, 0);
});

Deno.test("no edge fills the queue for the others", async () => {
  const { gateway, producer, broker } = scene({
    queue: { maxMessages: 100, maxBytes: 200_000 },
  });
  const greedy = gateway.edge();
  const ids = Array.from({ length: 300 }, () => greedy.publish("t", "x"));
  gateway.run();
  const refused = ids.filter((id) => greedy.outcome(id) === "short buffer");
  assert(refused.length >= 200, `${refused.length} refused`);
  assert(broker.queued <= 90, `${broker.queued} queued`);
  const other = gateway.edge();
  const id = other.publish("t", "x");
  gateway.run();
  assertEquals(other.outcome(id), "none", "it waits");
  producer.turn({ kind: "up" });
  // Its turn comes soon, not behind everything of the other.
  for (let i = 0; i < 5 && other.outcome(id) === "none"; i++) {
    producer.handed.at(-1)!.settle(new Array(4).fill(STORED));
    for (let j = 0; j < 5; j++) await Promise.resolve();
    gateway.run();
  }
  assertEquals(other.outcome(id), "ok: ");
  await broker.close(0);
});

Deno.test("brokers and services are one list of candidates, brokers first", () => {
  const { gateway, producer } = scene();
  producer.turn({ kind: "up" });
  const service = gateway.service("S", { topics: ["t"] });
  const even = gateway.edge({ wantedId: 2n });
  const odd = gateway.edge({ wantedId: 3n });
  even.publish("t", "even");
  odd.publish("t", "odd");
  gateway.run();
  const handed = producer.handed.flatMap(({ messages }) =>
    messages.map(({ data }) => text(data))
  );
  const served = service.all("message").map(({ body }) => text(body.value));
  assertEquals(handed.length + served.length, 2);
  const toBroker = (id: bigint) => id % 2n === 0n;
  assertEquals(
    handed,
    [[even, "even"] as const, [odd, "odd"] as const].filter(([edge]) =>
      toBroker(edge.id)
    ).map(([, data]) => data),
  );
});

Deno.test("a broker that was closed takes nothing more and answers what is left", async () => {
  const { gateway, producer, broker } = scene();
  const edge = gateway.edge();
  const before = edge.publish("t", "x");
  gateway.run();
  await broker.close(0);
  const after = edge.publish("t", "x");
  gateway.run();
  assertEquals(edge.outcome(before), "broker unavailable");
  assertEquals(edge.outcome(after), "force closed");
  assert(producer.closed);
  assertEquals(gateway.exchange.inflight, 0);
});
