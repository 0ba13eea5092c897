/** What is counted of every connection. */

import { assert, assertEquals } from "@std/assert";
import type { PeerCounters } from "../../server/directory/peer_counters.ts";
import type { Peer } from "../../server/directory/peer.ts";
import { SimGateway, type SimPeer } from "./simulation.ts";
import { tail } from "../support/test_peer.ts";

function edgeOf(gateway: SimGateway): Peer {
  return [...gateway.directory.edges()][0]!;
}

function serviceOf(gateway: SimGateway): Peer {
  return [...gateway.directory.services()][0]!;
}

function wallOf(gateway: SimGateway): number {
  return gateway.network.now + gateway.wallOffset;
}

/** What was counted, without bytes and times. */
function numbers(gateway: SimGateway, peer: Peer): Partial<PeerCounters> {
  const { callsIn, callsOut, messagesIn, messagesOut, streams } = peer.counters(
    wallOf(gateway),
  );
  return { callsIn, callsOut, messagesIn, messagesOut, streams };
}

const NOTHING = {
  callsIn: 0,
  callsOut: 0,
  messagesIn: 0,
  messagesOut: 0,
  streams: 0,
};

function setUp(): { gateway: SimGateway; service: SimPeer; edge: SimPeer } {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"], topics: ["t"] });
  const edge = gateway.edge();
  gateway.run(2_000);
  return { gateway, service, edge };
}

Deno.test("calls and messages are counted at both of their ends, in both directions", () => {
  const { gateway, service, edge } = setUp();
  assertEquals(numbers(gateway, edgeOf(gateway)), NOTHING);
  assertEquals(numbers(gateway, serviceOf(gateway)), NOTHING);
  for (let i = 0; i < 3; i++) edge.call("m");
  for (let i = 0; i < 5; i++) edge.publish("t");
  for (let i = 0; i < 7; i++) service.call("e", { custom: tail(edge.id) });
  for (let i = 0; i < 11; i++) service.publish("", { custom: tail(edge.id) });
  gateway.run(100);
  assertEquals(numbers(gateway, edgeOf(gateway)), {
    callsIn: 3,
    callsOut: 7,
    messagesIn: 5,
    messagesOut: 11,
    streams: 0,
  });
  assertEquals(numbers(gateway, serviceOf(gateway)), {
    callsIn: 7,
    callsOut: 3,
    messagesIn: 11,
    messagesOut: 5,
    streams: 0,
  });
});

Deno.test("what is refused was asked for, and reached nobody", () => {
  const { gateway, service, edge } = setUp();
  edge.call("unknown");
  edge.publish("unknown");
  service.call("e", { custom: tail(1n) });
  gateway.run(100);
  assertEquals(numbers(gateway, edgeOf(gateway)), {
    ...NOTHING,
    callsIn: 1,
    messagesIn: 1,
  });
  assertEquals(numbers(gateway, serviceOf(gateway)), {
    ...NOTHING,
    callsIn: 1,
  });
});

Deno.test("messages that waited in a queue are counted when they are sent", () => {
  const { gateway, service, edge } = setUp();
  edge.onMessage = () => undefined;
  for (let i = 0; i < 500; i++) service.publish("", { custom: tail(edge.id) });
  gateway.run(100);
  const { messagesOut } = numbers(gateway, edgeOf(gateway));
  assertEquals(messagesOut, edge.all("message").length);
  assert(messagesOut! < 500);
  assertEquals(numbers(gateway, serviceOf(gateway)).messagesIn, 500);
});

Deno.test("questions of the gateway are calls that a service was asked to answer", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["edge_online"] });
  service.onRequest = () => ({});
  gateway.edge();
  gateway.run(2_000);
  assertEquals(numbers(gateway, serviceOf(gateway)), {
    ...NOTHING,
    callsOut: 1,
  });
});

Deno.test("bytes are counted as they are on the wire", () => {
  const { gateway, service, edge } = setUp();
  service.onRequest = () => ({});
  const before = edgeOf(gateway).counters(wallOf(gateway));
  assert(before.bytesIn > 20 && before.bytesOut > 20, JSON.stringify(before));
  const value = "x".repeat(30_000);
  const call = edge.call("m", value);
  gateway.run(100);
  assertEquals(edge.outcome(call), "ok: ");
  const after = edgeOf(gateway).counters(wallOf(gateway));
  const sent = after.bytesIn - before.bytesIn;
  assert(sent > 40_000 && sent < 40_500, `${sent}`);
  assert(after.bytesOut > before.bytesOut);
  const { received } = gateway.tally.traffic[0];
  assertEquals(after.bytesIn, received);
});

Deno.test("it is known when a peer last did something, and when it was last heard", () => {
  const { gateway, edge } = setUp();
  const opened = edgeOf(gateway).counters(wallOf(gateway));
  edge.call("m");
  gateway.run(10);
  const active = edgeOf(gateway).counters(wallOf(gateway));
  assert(active.lastActivityMs > opened.lastActivityMs);
  assert(Math.abs(active.lastActivityMs - wallOf(gateway)) <= 20);
  for (let i = 0; i < 3; i++) {
    gateway.run(5_000);
    edge.heartbeat();
    gateway.run(10);
  }
  const idle = edgeOf(gateway).counters(wallOf(gateway));
  assertEquals(idle.lastActivityMs, active.lastActivityMs);
  assert(Math.abs(idle.lastHeardMs - wallOf(gateway)) <= 20);
});

Deno.test("open streams are listed from either end, with what passed and for how long", () => {
  const { gateway, service, edge } = setUp();
  assertEquals(gateway.streams.list(edgeOf(gateway)), []);
  const open = edge.open("S");
  gateway.run(30);
  const up = edge.sessionAck(open)!.sessionId;
  const down = service.last("session").negotiateId;
  edge.stream(up, "hello");
  service.stream(down, "world!");
  edge.call("m", {}, up);
  gateway.run(1_000);
  const [ofEdge, ofService] = [edgeOf(gateway), serviceOf(gateway)];
  const [mine, ...others] = gateway.streams.list(ofEdge);
  assertEquals(others, []);
  const { ageMs } = mine!;
  assert(ageMs >= 1_000 && ageMs <= 1_100, `${ageMs}`);
  assertEquals(mine, {
    id: up,
    kind: "service",
    peerId: ofService.id,
    peerName: "S",
    byPeer: true,
    bytesIn: 5,
    bytesOut: 6,
    ageMs,
  });
  assertEquals(gateway.streams.list(ofService), [{
    id: down,
    kind: "edge",
    peerId: edge.id,
    peerName: "",
    byPeer: false,
    bytesIn: 6,
    bytesOut: 5,
    ageMs,
  }]);
  assertEquals(numbers(gateway, ofEdge), {
    ...NOTHING,
    callsIn: 1,
    streams: 1,
  });
  assertEquals(numbers(gateway, ofService), {
    ...NOTHING,
    callsOut: 1,
    streams: 1,
  });
  edge.dismiss(up);
  gateway.run(2_000);
  assertEquals(gateway.streams.list(ofEdge), []);
  assertEquals(gateway.streams.list(ofService), []);
  assertEquals(ofEdge.counters(wallOf(gateway)).streams, 0);
});
