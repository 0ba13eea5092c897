/** What a gateway counts of everything that passes. */

import { assert, assertEquals } from "@std/assert";
import {
  CLOSE_KINDS,
  HOOK_OUTCOMES,
  HOOKS,
  RESULT_CODES,
} from "../../server/tally/labels.ts";
import type { Tally } from "../../server/tally/tally.ts";
import { SimGateway } from "./simulation.ts";
import { bytes, tail } from "../support/test_peer.ts";

/** What is not zero, by its labels. */
function named(
  counts: Float64Array,
  first: readonly string[],
  second: readonly string[],
): Record<string, number> {
  const found: Record<string, number> = {};
  counts.forEach((count, i) => {
    const a = first[Math.floor(i / second.length)];
    if (count !== 0) found[`${a} ${second[i % second.length]}`] = count;
  });
  return found;
}

const KINDS = [
  "call up",
  "call down",
  "call in",
  "call broker",
  "message up",
  "message down",
  "message in",
  "message broker",
];
const SIDES = ["edge", "service"];
const results = (tally: Tally) => named(tally.results, KINDS, RESULT_CODES);
const opens = (tally: Tally) => named(tally.opens, SIDES, RESULT_CODES);
const handshakes = (tally: Tally) =>
  named(tally.handshakes, SIDES, RESULT_CODES);
const closes = (tally: Tally) => named(tally.closes, SIDES, CLOSE_KINDS);
const hooks = (tally: Tally) => named(tally.hooks, HOOKS, HOOK_OUTCOMES);
const spans = (tally: Tally) =>
  KINDS.map((_, way) => tally.latencies[way]!.count);

Deno.test("every request and message is counted once, by its way and how it ended", () => {
  const gateway = new SimGateway();
  const { tally } = gateway;
  const service = gateway.service("S", { methods: ["m"], topics: ["t"] });
  const edge = gateway.edge();
  service.onRequest = ({ body }) => ({ value: body.value });
  edge.onRequest = () => ({ error: "no such thing" });
  for (let i = 0; i < 7; i++) edge.call("m", "v");
  for (let i = 0; i < 5; i++) service.call("m", { custom: tail(edge.id) });
  for (let i = 0; i < 3; i++) edge.publish("t", "v");
  for (let i = 0; i < 2; i++) service.publish("t", { custom: tail(edge.id) });
  edge.call("unknown");
  edge.publish("unknown");
  service.call("m", { custom: tail(edge.id + 1n) });
  service.call("m", { custom: bytes("short") });
  gateway.run(5);
  assertEquals(results(tally), {
    "call up ok": 7,
    "call up rpc-not-online": 1,
    "call down remote": 5,
    "call down edge-not-online": 1,
    "call down refused": 1,
    "message up ok": 3,
    "message up topic-not-online": 1,
    "message down ok": 2,
  });
  // What was refused at once has reached nobody: it says nothing of how long things take.
  assertEquals(spans(tally), [7, 5, 0, 0, 3, 2, 0, 0]);
});

Deno.test("how long a call takes is counted in the bucket of its time, a timeout too", () => {
  const gateway = new SimGateway();
  const { tally } = gateway;
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  for (const after of [40, 700]) {
    edge.call("m");
    gateway.run(after);
    service.answer(service.last("request"));
    gateway.run();
  }
  edge.call("m", { timeoutNs: 3_000_000_000n });
  gateway.run(20_000);
  const { bounds, counts, sum } = tally.latencies[0]!;
  const seen = bounds.filter((_, i) => counts[i] === 1);
  assertEquals(seen, [50, 1_000, 5_000]);
  assert(sum >= 3_740 && sum < 3_760, String(sum));
  assertEquals(results(tally), { "call up ok": 2, "call up timeout": 1 });
  service.answer(service.last("request"));
  gateway.run();
  assertEquals(tally.lateAnswers, 0, "a call's place is given up with it");
});

Deno.test("what its asker no longer waits for is counted as unheard; a message that was sent goes on", () => {
  const gateway = new SimGateway();
  const { tally } = gateway;
  const service = gateway.service("S", { methods: ["m"], topics: ["t"] });
  service.onMessage = () => undefined;
  const edge = gateway.edge();
  edge.call("m");
  edge.publish("t");
  gateway.run();
  edge.cut();
  gateway.run();
  assertEquals(results(tally), { "call up unheard": 1 });
  service.answer(service.last("message"));
  gateway.run();
  assertEquals(results(tally), {
    "call up unheard": 1,
    "message up unheard": 1,
  });
  const other = gateway.edge();
  const id = other.call("m");
  gateway.run();
  other.cancel(id);
  gateway.run();
  assertEquals(results(tally)["call up canceled"], 1);
});

Deno.test("an answer to a message that has timed out is late", () => {
  const gateway = new SimGateway();
  const { tally } = gateway;
  const service = gateway.service("S", { topics: ["t"] });
  service.onMessage = () => undefined;
  const edge = gateway.edge();
  edge.publish("t");
  gateway.run(31_000);
  assertEquals(results(tally), { "message up timeout": 1 });
  service.answer(service.last("message"));
  gateway.run();
  assertEquals(tally.lateAnswers, 1);
});

Deno.test("streams are counted by who opens them, with their bytes and their time", () => {
  const gateway = new SimGateway();
  const { tally } = gateway;
  const service = gateway.service("S");
  const edge = gateway.edge();
  const open = edge.open("S");
  gateway.run(30);
  const { sessionId } = edge.sessionAck(open)!;
  service.open(edge.id.toString());
  edge.open("nobody");
  service.open("17");
  gateway.run(30);
  edge.stream(sessionId, new Uint8Array(1_000));
  service.stream(service.last("session").negotiateId, new Uint8Array(300));
  edge.call("x", "y", sessionId);
  edge.publish("x", "y", sessionId);
  gateway.run(5_000);
  assertEquals(opens(tally), {
    "edge ok": 1,
    "edge service-not-online": 1,
    "service ok": 1,
    "service edge-not-online": 1,
  });
  assertEquals([...tally.streamBytes], [1_000, 300, 0]);
  assertEquals(tally.openLatencies.map((spans) => spans.count), [1, 1]);
  assertEquals(results(tally), { "message in ok": 1 });
  edge.dismiss(sessionId);
  gateway.run(2_000);
  assertEquals(results(tally), {
    "message in ok": 1,
    "call in unheard": 1,
  });
  assertEquals(gateway.streams.count, 1);
  assertEquals(tally.lifetimes.map((spans) => spans.count), [1, 0]);
  const { counts, bounds } = tally.lifetimes[0]!;
  assertEquals(counts[bounds.indexOf(10_000)], 1);
});

Deno.test("a stream whose opener goes before it is open is unheard, and has no time", () => {
  const gateway = new SimGateway();
  const { tally } = gateway;
  const service = gateway.service("S");
  service.accepts = false;
  const edge = gateway.edge();
  edge.open("S");
  gateway.run(50);
  edge.cut();
  gateway.run(60_000);
  assertEquals(gateway.streams.count, 0);
  assertEquals(opens(tally), { "edge unheard": 1 });
  assertEquals(tally.lifetimes.map((spans) => spans.count), [0, 0]);
});

Deno.test("bytes of a stream that nobody took are counted as dropped", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { ours: true });
  const edge = gateway.edge({ ours: true });
  const open = edge.open("S");
  gateway.run(30);
  const { sessionId } = edge.sessionAck(open)!;
  edge.stream(sessionId, new Uint8Array(16_384));
  gateway.run();
  service.cut();
  gateway.run();
  const [sent, , dropped] = gateway.tally.streamBytes;
  assertEquals(sent, 16_384);
  assertEquals(
    dropped,
    16_384 - service.count(service.last("session").negotiateId),
  );
});

Deno.test("handshakes and ends of connections are counted by side and reason", () => {
  const gateway = new SimGateway({ allocateEdgeIds: false });
  const { tally } = gateway;
  const refused = gateway.dial("edge");
  refused.conn();
  const silent = gateway.dial("edge");
  const bad = gateway.dial("service", { meta: bytes("no JSON") });
  bad.conn();
  const broken = gateway.dial("service");
  broken.write(new Uint8Array(14).fill(0xff));
  gateway.run(11_000);
  assert(silent.closed !== undefined);
  const service = gateway.service("S");
  gateway.run();
  service.write(new Uint8Array(14).fill(0xff));
  gateway.run();
  const other = gateway.service("S");
  other.disconn();
  gateway.run(3_000);
  const third = gateway.service("S");
  third.cut();
  gateway.run(3_000);
  assertEquals(handshakes(tally), {
    "edge service-not-online": 1,
    "edge timeout": 1,
    "service refused": 1,
    "service protocol": 1,
    "service ok": 3,
  });
  assertEquals(closes(tally), {
    "service peer-closed": 1,
    "service lost": 1,
    "service protocol": 1,
  });
});

Deno.test("questions to services are counted by what they came to, admissions by their time", () => {
  const gateway = new SimGateway();
  const { tally } = gateway;
  const service = gateway.service("S", {
    methods: ["get_edge_id", "edge_online", "edge_offline"],
  });
  gateway.run(300);
  let id = 1;
  service.onRequest = ({ body }) => {
    const asked = new TextDecoder().decode(body.key);
    if (asked === "get_edge_id") {
      return { value: tail(BigInt(id++)) };
    }
    return asked === "edge_online" && id > 3 ? { error: "full" } : {};
  };
  const edges = [1, 2, 3].map(() => gateway.edge());
  gateway.run(50);
  edges[0]!.disconn();
  gateway.run(3_000);
  assertEquals(hooks(tally), {
    "get_edge_id answer": 3,
    "edge_online answer": 2,
    "edge_online refusal": 1,
    "edge_offline answer": 1,
  });
  assertEquals(handshakes(tally)["edge ok"], 2);
  assertEquals(handshakes(tally)["edge refused"], 1);
  assertEquals(tally.admissions.count, 3);
  assertEquals(tally.hookLatencies.map((spans) => spans.count), [3, 3, 1]);
});

Deno.test("all bytes of all connections are counted, by side", () => {
  const gateway = new SimGateway();
  const { tally } = gateway;
  const service = gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge();
  service.onRequest = ({ body }) => ({ value: body.value });
  for (let i = 0; i < 20; i++) edge.call("m", "x".repeat(i * 500));
  gateway.run(10);
  const [edges, services] = tally.traffic;
  assertEquals([edges.sent, services.sent], [
    edge.link.outbox.written,
    service.link.outbox.written,
  ]);
  assert(edges.received > 100_000);
  assert(services.sent > 100_000);
  assertEquals([edges.dropped, services.dropped], [0, 0]);
});

Deno.test("bytes that waited for a peer that was cut are counted as dropped", () => {
  const gateway = new SimGateway();
  const { tally } = gateway;
  const service = gateway.service("S");
  const edge = gateway.edge();
  gateway.run();
  edge.paused = true;
  for (let i = 0; i < 64; i++) {
    service.call("m", {
      value: new Uint8Array(30_000),
      custom: tail(edge.id),
    });
    gateway.run(2);
  }
  const { unwritten } = edge.link.outbox;
  assert(unwritten > 100_000, String(unwritten));
  edge.tear();
  gateway.run(100);
  assertEquals(tally.traffic[0].dropped, unwritten);
});
