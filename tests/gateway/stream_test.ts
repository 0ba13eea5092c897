/** Streams between edges and services. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  SimGateway,
  type SimGatewayOptions,
  type SimPeer,
  type SimPeerOptions,
} from "./simulation.ts";
import { bytes, text } from "../support/test_peer.ts";

/** A stream from an edge to a service, open. */
interface Joined {
  gateway: SimGateway;
  service: SimPeer;
  edge: SimPeer;
  /** The edge's session. */
  up: bigint;
  /** The service's session. */
  down: bigint;
}

function join(
  options: SimGatewayOptions = {},
  edgeOptions: SimPeerOptions = {},
  serviceOptions: SimPeerOptions = {},
): Joined {
  const gateway = new SimGateway(options);
  const service = gateway.service("S", serviceOptions);
  const edge = gateway.edge({ flags: 0x38, ...edgeOptions });
  return { gateway, service, edge, ...openTo(gateway, edge, service) };
}

function openTo(gateway: SimGateway, edge: SimPeer, service: SimPeer) {
  const open = edge.open("S");
  gateway.run(30);
  return {
    up: edge.sessionAck(open)!.sessionId,
    down: service.last("session").negotiateId,
  };
}

const OURS = { ours: true };
/** Bytes that the gateway lets a peer with credit send before it grants more. */
const INITIAL_WINDOW = 16_384;

Deno.test("an edge's stream reaches the service of that name; both legs have ids of their own", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S");
  const edge = gateway.edge();
  const open = edge.open("S", 1_000n);
  gateway.run(30);
  const session = service.last("session");
  assertEquals(session.flags & 0x10, 0);
  assertEquals([session.body.peer, session.body.meta], ["", undefined]);
  const ack = edge.sessionAck(open)!;
  assertEquals(ack.negotiateId, 1_000n);
  assertEquals(ack.body.error, "");
  edge.stream(ack.sessionId, "hello");
  gateway.run();
  service.stream(session.negotiateId, "world");
  gateway.run();
  assertEquals(service.read(session.negotiateId), "hello");
  assertEquals(edge.read(ack.sessionId), "world");
  assertEquals(gateway.streams.count, 1);
});

Deno.test("a service's stream reaches the edge of that id", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S");
  const edge = gateway.edge();
  const open = service.open(edge.id.toString());
  gateway.run(30);
  const up = service.sessionAck(open)!.sessionId;
  const down = edge.last("session").negotiateId;
  service.stream(up, "to the edge");
  edge.stream(down, "to the service");
  gateway.run();
  assertEquals(edge.read(down), "to the edge");
  assertEquals(service.read(up), "to the service");
});

Deno.test("the opener is acked only after the target has accepted", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S");
  service.accepts = false;
  const edge = gateway.edge({ flags: 0x38 });
  const open = edge.open("S");
  gateway.run(1_000);
  assertEquals(edge.sessionAck(open), undefined);
  const session = service.last("session");
  service.send({
    type: "session-ack",
    packetId: session.packetId,
    flags: 0,
    negotiateId: session.negotiateId,
    sessionId: session.negotiateId,
    body: { error: "", peer: "" },
  });
  gateway.run();
  assertEquals(edge.sessionAck(open)!.body.error, "");
});

Deno.test("a target that never accepts ends the open after 30 s, and nothing else waits for it", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  service.accepts = false;
  service.onRequest = () => ({ value: bytes("v") });
  const edge = gateway.edge({ flags: 0x38 });
  const open = edge.open("S");
  gateway.run(5_000);
  const call = edge.call("m");
  gateway.run();
  assertEquals(edge.outcome(call), "ok: v");
  gateway.run(25_100);
  assertEquals(edge.sessionAck(open)!.body.error, "timeout");
  gateway.run(30);
  assertEquals(edge.all("dismiss").length, 1);
  gateway.run(100);
  assertEquals(gateway.streams.count, 0);
});

Deno.test("an unknown service or edge ends the stream with an error for ours and a delayed dismiss for Go peers", () => {
  for (const ours of [true, false]) {
    const gateway = new SimGateway();
    const service = gateway.service("S", { ours });
    const edge = gateway.edge({ ours });
    const cases: [SimPeer, string, string][] = [
      [edge, "T", "service not online"],
      [edge, "s", "service not online"],
      [edge, "", "service not online"],
      [service, "12345", "edge not online"],
      [service, "not a number", "edge not online"],
      [service, "", "edge not online"],
      [service, "-1", "edge not online"],
      [service, "18446744073709551616", "edge not online"],
      [service, ` ${edge.id}`, "edge not online"],
    ];
    for (const [peer, name, reason] of cases) {
      const open = peer.open(name);
      const before = peer.all("dismiss").length;
      gateway.run(15);
      const ack = peer.sessionAck(open)!;
      assertEquals(ack.body.error, reason, `${name} (${ours})`);
      // A Go peer would drop what comes right after the ack.
      assertEquals(peer.all("dismiss").length - before, ours ? 1 : 0);
      gateway.run(30);
      assertEquals(peer.all("dismiss").length - before, 1);
      assertEquals(peer.last("dismiss").sessionId, ack.sessionId);
    }
    assertEquals([edge.closed, service.closed], [undefined, undefined]);
    assertEquals(gateway.streams.count, 0);
    assertEquals(edge.link.sessionCount + service.link.sessionCount, 0);
  }
});

Deno.test("an empty name finds a service that gave none", () => {
  const gateway = new SimGateway();
  const service = gateway.service("");
  const edge = gateway.edge();
  edge.open("");
  gateway.run(30);
  assertEquals(service.all("session").length, 1);
});

Deno.test("leading zeros of an edge id are read as decimal", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S");
  const edge = gateway.edge();
  service.open(`0${edge.id}`);
  gateway.run(30);
  assertEquals(edge.all("session").length, 1);
});

Deno.test("nothing is sent on a session of a Go peer for 20 ms after its ack, or until its first frame", () => {
  for (const first of [true, false]) {
    const gateway = new SimGateway();
    const service = gateway.service("S");
    service.onPacket = (packet) => {
      if (packet.type === "session") service.stream(packet.negotiateId, "hi");
    };
    const edge = gateway.edge();
    const open = edge.open("S");
    gateway.run(5);
    const up = edge.sessionAck(open)!.sessionId;
    assertEquals(edge.read(up), "");
    if (first) {
      edge.stream(up, "first");
      gateway.run(1);
      assertEquals(edge.read(up), "hi");
    } else {
      gateway.run(10);
      assertEquals(edge.read(up), "");
      gateway.run(15);
      assertEquals(edge.read(up), "hi");
    }
  }
});

Deno.test("a peer with early-data gets data at once after its ack", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S");
  service.onPacket = (packet) => {
    if (packet.type === "session") service.stream(packet.negotiateId, "hi");
  };
  const edge = gateway.edge(OURS);
  const open = edge.open("S");
  gateway.run(5);
  assertEquals(edge.read(edge.sessionAck(open)!.sessionId), "hi");
});

Deno.test("requests and messages wait for the end of the hold as well", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S");
  const ids: bigint[] = [];
  service.onPacket = (packet) => {
    if (packet.type !== "session") return;
    ids.push(service.call("m", "1", packet.negotiateId));
    ids.push(service.publish("t", "2", packet.negotiateId));
    ids.push(service.publish("t", "3", packet.negotiateId));
  };
  const edge = gateway.edge();
  edge.onRequest = () => ({ value: bytes("v") });
  edge.open("S");
  gateway.run(10);
  assertEquals(edge.all("request").length + edge.all("message").length, 0);
  gateway.run(20);
  assertEquals(ids.map((id) => service.outcome(id)), ["ok: v", "ok: ", "ok: "]);
  assertEquals(edge.all("message").map(({ body }) => text(body.value)), [
    "2",
    "3",
  ]);
});

Deno.test("bytes keep their order and are all there, whatever their pieces", () => {
  for (const ours of [true, false]) {
    const { gateway, service, edge, up, down } = join(
      { maxPiece: 1_000, maxDelayMs: 3 },
      { ours },
      { ours, window: [2_000_000, 16_000_000] },
    );
    const all = crypto.getRandomValues(new Uint8Array(60_000));
    for (let at = 0; at < all.length;) {
      const size = 1 + gateway.network.pick(5_000);
      edge.stream(up, all.subarray(at, at + size));
      at += size;
    }
    edge.stream(up, new Uint8Array(0));
    gateway.run(1_000);
    const got = new Uint8Array(service.count(down));
    let at = 0;
    for (const part of service.data.get(down)!) {
      got.set(part, at);
      at += part.length;
    }
    assertEquals(got, all);
    assert(service.data.get(down)!.every((part) => part.length > 0));
  }
});

Deno.test("requests inside a stream go across unchanged, without a tail", () => {
  const { gateway, service, edge, up, down } = join();
  service.onRequest = ({ body }) => ({ value: body.value });
  edge.onRequest = () => ({ error: "no such rpc: x" });
  const a = edge.call("m", { value: bytes("v"), custom: bytes("c") }, up);
  const b = service.call("x", {}, down);
  gateway.run();
  assertEquals(edge.outcome(a), "ok: v");
  assertEquals(edge.answers(a)[0]!.sessionId, up);
  const request = service.last("request");
  assertEquals([text(request.body.key), request.sessionId], ["m", down]);
  assertEquals(request.body.custom, bytes("c"));
  assertEquals(service.outcome(b), "no such rpc: x");
  assertEquals(service.answers(b)[0]!.sessionId, down);
});

Deno.test("messages inside a stream go across unchanged; a failure ends nothing", () => {
  const { gateway, service, edge, up, down } = join();
  service.onMessage = ({ body }) =>
    text(body.value) === "bad" ? { error: "bad one" } : {};
  const ids = ["a", "bad", "c"].map((value) =>
    edge.publish("topic", { value: bytes(value), custom: bytes("c") }, up)
  );
  gateway.run();
  assertEquals(ids.map((id) => edge.outcome(id)), ["ok: ", "bad one", "ok: "]);
  const { body, sessionId } = service.last("message");
  assertEquals([body.topic, sessionId], ["topic", down]);
  assertEquals(body.custom, bytes("c"));
  const back = service.publish("", {}, down);
  gateway.run();
  assertEquals(service.outcome(back), "ok: ");
  assertEquals(edge.last("message").sessionId, up);
});

Deno.test("messages inside a stream keep their order, in either direction", () => {
  const { gateway, service, edge, up, down } = join();
  const names = Array.from({ length: 300 }, (_, i) => `${i}`);
  for (const name of names) {
    edge.publish(name, { value: bytes(name) }, up);
    service.publish(name, { value: bytes(name) }, down);
  }
  gateway.run(1_000);
  for (const peer of [service, edge]) {
    assertEquals(peer.all("message").map(({ body }) => body.topic), names);
  }
});

Deno.test("a method registered on a stream is acked and not routed to", () => {
  const { gateway, service, edge, up, down } = join();
  const ids = [service.register("m", down), edge.register("e", up)];
  gateway.run();
  assertEquals(service.last("register-ack").packetId, ids[0]);
  assertEquals(service.last("register-ack").sessionId, down);
  assertEquals(edge.last("register-ack").packetId, ids[1]);
  assertEquals(edge.all("register").length, 0);
  const call = edge.call("m");
  gateway.run();
  assertEquals(edge.outcome(call), "record not found");
});

Deno.test("calls and messages inside a stream end with force closed when it ends", () => {
  const { gateway, service, edge, up, down } = join();
  service.onMessage = () => undefined;
  const ids = [edge.call("m", {}, up), edge.publish("t", {}, up)];
  gateway.run();
  service.dismiss(down);
  gateway.run(1_100);
  // The session is over, so the edge cannot be answered on it any more; nothing is left.
  assertEquals(gateway.exchange.inflight, 0);
  assertEquals(gateway.streams.count, 0);
  for (const id of ids) assert(edge.answers(id).length <= 1);
});

Deno.test("the end of either side ends both, after everything that was sent", () => {
  for (const starter of ["edge", "service"] as const) {
    for (const ours of [true, false]) {
      const { gateway, service, edge, up, down } = join({}, { ours }, { ours });
      const [from, to, mine, theirs] = starter === "edge"
        ? [edge, service, up, down]
        : [service, edge, down, up];
      from.stream(mine, "last words");
      from.dismiss(mine);
      gateway.run(20);
      assertEquals(to.read(theirs), "last words");
      const dismiss = to.all("dismiss");
      assertEquals(dismiss.map(({ sessionId }) => sessionId), [theirs]);
      assertEquals(from.all("dismiss-ack").length, 1);
      gateway.run(20);
      assertEquals(gateway.streams.count, 0);
      assertEquals(edge.link.sessionCount + service.link.sessionCount, 0);
    }
  }
});

Deno.test("there is no half close: what the other side still sends is lost, and harmless", () => {
  const { gateway, service, edge, up, down } = join();
  edge.dismiss(up);
  gateway.run(20);
  service.stream(down, "too late");
  gateway.run(50);
  assertEquals(edge.read(up), "");
  assertEquals([edge.closed, service.closed], [undefined, undefined]);
});

Deno.test("an old Go peer's data after its dismiss still arrives", () => {
  const { gateway, service, edge, up, down } = join();
  edge.polite = false;
  edge.dismiss(up);
  gateway.run(5);
  edge.stream(up, "tail");
  gateway.run(5);
  assertEquals(service.read(down), "tail");
  assertEquals(service.all("dismiss").length, 0);
  edge.send({
    type: "dismiss-ack",
    packetId: edge.last("dismiss").packetId,
    sessionId: up,
    body: { error: "", peer: "" },
  });
  gateway.run(5);
  assertEquals(service.all("dismiss").length, 1);
});

Deno.test("a Go peer that dismisses and then says nothing ends the other side within seconds", () => {
  const { gateway, service, edge, up } = join();
  edge.polite = false;
  edge.dismiss(up);
  gateway.run(1_200);
  assertEquals(service.all("dismiss").length, 1);
  gateway.run(31_000);
  assertEquals(gateway.streams.count, 0);
});

Deno.test("data held for a slow receiver arrives before the close", () => {
  const { gateway, service, edge, up, down } = join({ capacity: 50_000 });
  service.paused = true;
  const total = 1_500_000;
  for (let i = 0; i < 15; i++) edge.stream(up, new Uint8Array(100_000));
  edge.dismiss(up);
  gateway.run(100);
  assert(service.count(down) < total);
  service.paused = false;
  gateway.run(100);
  assertEquals(service.count(down), total);
  assertEquals(service.all("dismiss").length, 1);
  gateway.run(100);
  assertEquals(gateway.streams.count, 0);
});

Deno.test("a cut connection ends the streams of its peer at once", () => {
  for (const who of ["edge", "service"] as const) {
    const { gateway, service, edge } = join();
    const [dead, alive] = who === "edge" ? [edge, service] : [service, edge];
    dead.cut();
    gateway.run(10);
    assertEquals(alive.all("dismiss").length, 1);
    gateway.run(10);
    assertEquals(gateway.streams.count, 0);
    assertEquals(alive.closed, undefined);
  }
});

Deno.test("an opener that leaves before the target accepts leaves no stream behind", () => {
  for (const how of ["cut", "dismiss"] as const) {
    const gateway = new SimGateway();
    const service = gateway.service("S");
    service.accepts = false;
    const edge = gateway.edge();
    edge.open("S");
    gateway.run();
    if (how === "cut") edge.cut();
    else edge.disconn();
    gateway.run();
    const session = service.last("session");
    service.send({
      type: "session-ack",
      packetId: session.packetId,
      flags: 0,
      negotiateId: session.negotiateId,
      sessionId: session.negotiateId,
      body: { error: "", peer: "" },
    });
    gateway.run(100);
    assertEquals(service.all("dismiss").length, 1);
    assertEquals(gateway.streams.count, 0);
    assertEquals(service.link.sessionCount, 0);
  }
});

Deno.test("credit goes end to end: a sender gets no more than a window beyond its reader", () => {
  const window = 100_000;
  const { gateway, service, edge, up, down } = join(
    { limits: { sessionWindowBytes: window } },
    OURS,
    { ours: true, window: [window, 16_000_000] },
  );
  service.countOnly = true;
  // The sender keeps to its credit: the window and what it was granted since.
  let sent = 0;
  const push = () => {
    const room = INITIAL_WINDOW + (edge.credit.get(up) ?? 0) - sent;
    if (room > 0) edge.stream(up, new Uint8Array(room));
    sent += Math.max(0, room);
    gateway.run(5);
  };
  for (let i = 0; i < 20; i++) push();
  assertEquals(service.count(down), window, "the reader's window is full");
  assert(sent <= 2 * window, `${sent} bytes were let in`);
  const stopped = sent;
  for (let i = 0; i < 10; i++) push();
  assertEquals(sent, stopped);
  assertEquals(edge.closed, undefined);
  // Reading lets as much more through.
  service.grant(down, 60_000);
  gateway.run(5);
  for (let i = 0; i < 10; i++) push();
  assertEquals(service.count(down), window + 60_000);
  assert(sent <= 2 * window + 60_000);
});

Deno.test("who sends beyond its credit ends its own connection", () => {
  const { gateway, service, edge, up } = join({}, OURS, OURS);
  // The reader's window, the gateway's, and more.
  for (let i = 0; i < 3; i++) edge.stream(up, new Uint8Array(262_144));
  gateway.run(5);
  assert(edge.closed !== undefined);
  assertEquals(service.closed, undefined);
  assert(gateway.log.has("credit", "warn"));
});

Deno.test("a reader that stops, with credit, holds up nobody else on the same connections", () => {
  const { gateway, service, edge, up, down } = join({}, OURS, OURS);
  const other = openTo(gateway, edge, service);
  edge.stream(up, new Uint8Array(262_144));
  gateway.run(5);
  assertEquals(service.count(down), 262_144);
  edge.stream(other.up, "still here");
  const call = edge.call("nope");
  gateway.run(5);
  assertEquals(service.read(other.down), "still here");
  assertEquals(edge.outcome(call), "record not found");
});

Deno.test("a Go sender is not read while its share of the memory is used up, and goes on after progress", () => {
  const limits = { streamBufferBytes: 200_000 };
  const { gateway, service, edge, up, down } = join({
    limits,
    maxMemory: 1_300_000,
    capacity: 50_000,
  });
  const other = gateway.edge({ flags: 0x38 });
  service.paused = true;
  for (let i = 0; i < 40; i++) edge.stream(up, new Uint8Array(50_000));
  gateway.run(200);
  assert(edge.link.paused);
  assert(edge.unsent > 500_000, `${edge.unsent} bytes were not taken`);
  // Only this sender waits.
  const call = other.call("nope");
  gateway.run();
  assertEquals(other.outcome(call), "record not found");
  service.paused = false;
  gateway.run(200);
  assertEquals(service.count(down), 2_000_000);
  assert(!edge.link.paused);
});

Deno.test("a stalled stream is dismissed after 10 s, that stream alone, and reading goes on", () => {
  const limits = { streamBufferBytes: 200_000 };
  const { gateway, service, edge, up } = join({
    limits,
    maxMemory: 1_300_000,
    capacity: 50_000,
  });
  const quick = gateway.service("Q");
  const open = edge.open("Q");
  gateway.run(30);
  const second = edge.sessionAck(open)!.sessionId;
  service.paused = true;
  for (let i = 0; i < 20; i++) edge.stream(up, new Uint8Array(50_000));
  edge.stream(second, "behind the flood");
  gateway.run(9_900);
  assertEquals(quick.read(quick.last("session").negotiateId), "");
  gateway.run(600);
  assertEquals(
    quick.read(quick.last("session").negotiateId),
    "behind the flood",
  );
  assertEquals(edge.all("dismiss").map((one) => one.sessionId), [up]);
  assert(gateway.log.has("Stream dismissed", "warn"));
  assertEquals(edge.closed, undefined);
  assertEquals(service.closed, undefined);
});

Deno.test("three stalled streams of many: each costs the sender at most its stall, the others go on", () => {
  const limits = { streamBufferBytes: 100_000, streamStallMs: 1_000 };
  const gateway = new SimGateway({
    limits,
    maxMemory: 600_000,
    capacity: 20_000,
    link: { streamMark: 50_000 },
  });
  const edge = gateway.edge({ flags: 0x38 });
  const services = Array.from(
    { length: 8 },
    (_, i) => gateway.service(`S${i}`),
  );
  const ups = services.map((_, i) => {
    const open = edge.open(`S${i}`);
    gateway.run(30);
    return edge.sessionAck(open)!.sessionId;
  });
  for (const i of [1, 3, 5]) services[i]!.paused = true;
  for (let round = 0; round < 10; round++) {
    for (const up of ups) edge.stream(up, new Uint8Array(30_000));
  }
  gateway.run(4_000);
  services.forEach((service, i) => {
    const down = service.last("session").negotiateId;
    if ([1, 3, 5].includes(i)) assert(service.count(down) < 300_000);
    else assertEquals(service.count(down), 300_000, `service ${i}`);
  });
  assertEquals(edge.all("dismiss").length, 3);
  assertEquals(edge.closed, undefined);
});

Deno.test("a slow but living receiver is not dismissed", () => {
  const limits = { streamBufferBytes: 100_000, streamStallMs: 1_000 };
  const { gateway, service, edge, up, down } = join({
    limits,
    capacity: 10_000,
    link: { streamMark: 20_000 },
  });
  service.paused = true;
  for (let i = 0; i < 10; i++) edge.stream(up, new Uint8Array(50_000));
  for (let i = 0; i < 40; i++) {
    gateway.run(500);
    service.paused = false;
    gateway.run(1);
    service.paused = true;
  }
  assertEquals(edge.all("dismiss").length, 0);
  service.paused = false;
  gateway.run(100);
  assertEquals(service.count(down), 500_000);
});

Deno.test("raw bytes on the default session are thrown away, and cost no credit for ever", () => {
  for (const ours of [true, false]) {
    const gateway = new SimGateway({
      limits: { connectionWindowBytes: 100_000 },
    });
    const edge = gateway.edge({ ours });
    for (let i = 0; i < 20; i++) {
      edge.stream(1n, new Uint8Array(20_000));
      gateway.run(5);
    }
    assertEquals(edge.closed, undefined);
  }
});

Deno.test("data, requests and messages on an unknown session are ignored", () => {
  const gateway = new SimGateway();
  const edge = gateway.edge();
  edge.stream(77n, "x");
  const ids = [edge.call("m", {}, 77n), edge.publish("t", {}, 77n)];
  edge.register("m", 77n);
  edge.dismiss(77n);
  gateway.run(100);
  assertEquals(edge.all("dismiss-ack").length, 0);
  for (const id of ids) assertEquals(edge.outcome(id), "none");
  assertEquals(edge.closed, undefined);
});

Deno.test("a stray dismiss ack ends no session", () => {
  const { gateway, service, edge, up, down } = join();
  edge.send({
    type: "dismiss-ack",
    packetId: 5n,
    sessionId: up,
    body: { error: "", peer: "" },
  });
  edge.send({
    type: "dismiss-ack",
    packetId: 5n,
    sessionId: 1n,
    body: { error: "", peer: "" },
  });
  gateway.run();
  edge.stream(up, "alive");
  gateway.run();
  assertEquals(service.read(down), "alive");
});

Deno.test("a target that refuses our open is the opener's answer", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", OURS);
  service.accepts = false;
  const edge = gateway.edge(OURS);
  const open = edge.open("S");
  gateway.run();
  const session = service.last("session");
  service.send({
    type: "session-ack",
    packetId: session.packetId,
    flags: 0,
    negotiateId: session.negotiateId,
    sessionId: session.negotiateId,
    body: { error: "too busy", peer: "" },
  });
  service.dismiss(session.negotiateId);
  gateway.run(30);
  assertStringIncludes(edge.sessionAck(open)!.body.error, "too busy");
  assertEquals(gateway.streams.count, 0);
});

Deno.test("a target that goes away before it accepts is force closed to the opener, whatever ended it", () => {
  for (const how of ["cut", "disconn", "garbage"] as const) {
    const gateway = new SimGateway();
    const service = gateway.service("S", OURS);
    service.accepts = false;
    const edge = gateway.edge(OURS);
    const open = edge.open("S");
    gateway.run();
    if (how === "cut") service.cut();
    else if (how === "disconn") service.disconn();
    else service.write(new Uint8Array(14));
    gateway.run(100);
    assertEquals(edge.sessionAck(open)!.body.error, "force closed");
    assertEquals(edge.all("dismiss").length, 1);
    assertEquals(gateway.streams.count, 0);
  }
});

Deno.test("too many sessions of one opener are refused, and shut nobody else out", () => {
  const gateway = new SimGateway({ limits: { maxSessionsPerConnection: 5 } });
  const service = gateway.service("S");
  const edge = gateway.edge();
  const opens = Array.from({ length: 6 }, () => edge.open("S"));
  gateway.run(30);
  const errors = opens.map((open) => edge.sessionAck(open)!.body.error);
  assertEquals(errors.filter((error) => error === "").length, 4);
  assertStringIncludes(errors.at(-1)!, "too many sessions");
  const other = gateway.edge();
  const fair = other.open("S");
  // What is opened towards a peer takes nothing from what it may open itself.
  const own = service.open(`${edge.id}`);
  gateway.run(30);
  assertEquals(other.sessionAck(fair)!.body.error, "");
  assertEquals(service.sessionAck(own)!.body.error, "");
  assertEquals([edge.closed, other.closed, service.closed], [
    undefined,
    undefined,
    undefined,
  ]);
  edge.dismiss(edge.sessionAck(opens[0]!)!.sessionId);
  gateway.run(30);
  const again = edge.open("S");
  gateway.run(30);
  assertEquals(edge.sessionAck(again)!.body.error, "");
});

Deno.test("the sessions towards one target are bounded; of what is left nobody has more than a ninth, and everybody one", () => {
  const gateway = new SimGateway({ limits: { maxSessionsPerConnection: 9 } });
  const service = gateway.service("S");
  const opened = (edge: SimPeer, count: number) => {
    const opens = Array.from({ length: count }, () => edge.open("S"));
    gateway.run(30);
    return opens.map((open) => edge.sessionAck(open)!.body.error);
  };
  const greedy = gateway.edge({ flags: 0x38 });
  const fine = (errors: string[]) =>
    errors.filter((text) => text === "").length;
  // 144 in all; a connection opens at most 8 beside its first.
  assertEquals(fine(opened(greedy, 8)), 8);
  const all = Array.from({ length: 25 }, () => {
    return opened(gateway.edge({ flags: 0x38 }), 8);
  });
  assert(all.every((errors) => fine(errors) > 0), "everybody has one");
  const refused = all.flat().filter((error) => error !== "");
  assertStringIncludes(refused[0]!, "too many sessions");
  assert(service.link.sessionCount <= 144);
});

/** Accepts a session that the gateway has asked for. */
function accept(
  peer: SimPeer,
  session: ReturnType<SimPeer["last"]> & { type: "session" },
): void {
  peer.send({
    type: "session-ack",
    packetId: session.packetId,
    flags: 0,
    negotiateId: session.negotiateId,
    sessionId: session.negotiateId,
    body: { error: "", peer: "" },
  });
}

Deno.test("a target is asked for some streams at a time, openers take turns, and what is given up before its turn is not asked for", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S");
  service.accepts = false;
  const greedy = gateway.edge({ flags: 0x38 });
  const other = gateway.edge({ flags: 0x38 });
  const asked = () => service.all("session").length;
  const opens = Array.from({ length: 1_000 }, () => greedy.open("S", 0n));
  gateway.run(5);
  assertEquals(asked(), 128);
  const open = other.open("S");
  gateway.run(5);
  // Of the greedy one no more was read than may wait, of its other streams.
  assertEquals(gateway.streams.count, 128 + 256 + 1);
  const [first, second] = service.all("session");
  accept(service, first!);
  accept(service, second!);
  gateway.run(5);
  assertEquals(asked(), 130);
  for (const session of service.all("session").slice(2)) {
    accept(service, session);
  }
  gateway.run(30);
  assertEquals(other.sessionAck(open)!.body.error, "");
  greedy.cut();
  gateway.run(30);
  const before = asked();
  gateway.run(100);
  assertEquals(asked(), before);
  assertEquals(opens.length, 1_000);
  service.cut();
  gateway.run(1_000);
  assertEquals(gateway.streams.count, 0);
});

Deno.test("an opener of very many streams is read more slowly, and at once again when their turns come", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S");
  service.accepts = false;
  const greedy = gateway.edge({ flags: 0x38 });
  const opens = Array.from({ length: 1_000 }, () => greedy.open("S", 0n));
  const call = greedy.call("nothing");
  gateway.run(5);
  assertEquals(gateway.streams.count, 128 + 256);
  gateway.run(500);
  assertEquals(gateway.streams.count, 128 + 512);
  // A service that never answers costs other operations of its openers a moment.
  gateway.run(1_500);
  assertEquals(gateway.streams.count, 1_000);
  assertEquals(greedy.outcome(call), "record not found");
  let accepted = 0;
  for (let i = 0; i < 100; i++) {
    const asked = service.all("session");
    for (; accepted < asked.length; accepted++) {
      accept(service, asked[accepted]!);
    }
    gateway.run(1);
  }
  for (const open of opens) {
    assertEquals(greedy.sessionAck(open)?.body.error, "");
  }
});

Deno.test("an edge whose streams are refused again and again is read more slowly", () => {
  const gateway = new SimGateway();
  gateway.service("S", { methods: ["m"] });
  const edge = gateway.edge({ flags: 0x38 });
  const opens = Array.from({ length: 1_000 }, () => edge.open("nobody", 0n));
  const acks = () => opens.filter((open) => edge.sessionAck(open)).length;
  gateway.run(5);
  assertEquals(acks(), 256);
  gateway.run(1_000);
  assertEquals(acks(), 1_000);
});

Deno.test("a service whose streams nobody answers, or that are refused, is read as before: others wait for it", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S", { methods: ["m"] });
  service.onRequest = () => ({ value: bytes("here") });
  const mute = gateway.edge({ flags: 0x38 });
  mute.accepts = false;
  const caller = gateway.edge();
  for (let i = 0; i < 1_000; i++) {
    service.open(i % 2 === 0 ? `${mute.id}` : "4711", 0n);
  }
  const call = caller.call("m");
  gateway.run(20);
  assertEquals(caller.outcome(call), "ok: here");
});

Deno.test("streams whose turn does not come are given up", () => {
  const gateway = new SimGateway();
  const service = gateway.service("S");
  service.accepts = false;
  const edge = gateway.edge({ flags: 0x38 });
  const opens = Array.from({ length: 500 }, () => edge.open("S", 0n));
  gateway.run(61_000);
  for (const open of opens) {
    assertEquals(edge.sessionAck(open)?.body.error, "timeout");
  }
  assertEquals(gateway.streams.count, 0);
  gateway.run(1_000);
  assertEquals(gateway.ledger.snapshot().kinds.sessions, 0);
});

Deno.test("sessions that are opened and given up at once count until the target has let go of them", () => {
  const gateway = new SimGateway({ limits: { maxSessionsPerConnection: 9 } });
  const service = gateway.service("S");
  service.onPacket = () => {};
  const greedy = gateway.edge({ flags: 0x38 });
  const other = gateway.edge({ flags: 0x38 });
  for (let i = 0; i < 300; i++) {
    const open = greedy.open("S", BigInt(10_000 + i));
    gateway.run(1);
    const ack = greedy.sessionAck(open);
    greedy.dismiss(ack?.sessionId ?? BigInt(10_000 + i));
  }
  gateway.run(30);
  assertEquals(greedy.closed, undefined);
  const open = other.open("S");
  gateway.run(30);
  assertEquals(other.sessionAck(open)!.body.error, "");
  greedy.cut();
  other.cut();
  service.cut();
  gateway.run(100);
  assertEquals(gateway.ledger.snapshot().kinds["sessions"], 0);
});

Deno.test("a Go sender to a reader with credit that reads nothing is held up for 10 s, then only the stream ends", () => {
  const limits = { streamBufferBytes: 100_000 };
  const { gateway, service, edge, up, down } = join(
    { limits, maxMemory: 600_000 },
    {},
    {
      ours: true,
      window: [50_000, 16_000_000],
    },
  );
  for (let i = 0; i < 10; i++) edge.stream(up, new Uint8Array(50_000));
  gateway.run(20);
  assertEquals(service.count(down), 50_000, "its window and no more");
  assert(edge.link.paused);
  gateway.run(10_500);
  assert(!edge.link.paused);
  assertEquals(edge.all("dismiss").length, 1);
  assertEquals([edge.closed, service.closed], [undefined, undefined]);
});

Deno.test("a sender with credit to a Go reader that reads nothing stops by itself; its connection goes on", () => {
  const { gateway, service, edge, up } = join({ capacity: 50_000 }, OURS);
  service.paused = true;
  let sent = 0;
  for (let i = 0; i < 60; i++) {
    const room = INITIAL_WINDOW + (edge.credit.get(up) ?? 0) - sent;
    if (room > 0) edge.stream(up, new Uint8Array(room));
    sent += Math.max(0, room);
    gateway.run(5);
  }
  // The outbox's mark, and a window: it grew fourfold while all was taken.
  assert(sent < 50_000 + 524_288 + 4 * 262_144, `${sent} bytes were let in`);
  assert(!edge.link.paused);
  const call = edge.call("nope");
  gateway.run(20_000);
  assertEquals(edge.outcome(call), "record not found");
  assertEquals(edge.all("dismiss").length, 0, "slow is no fault here");
  service.countOnly = true;
  service.paused = false;
  gateway.run(100);
  assertEquals([...service.counted.values()], [sent]);
});

Deno.test("the window of a connection bounds all its streams together", () => {
  const { gateway, service, edge } = join(
    {},
    { ours: true },
    { ours: true, window: [262_144, 300_000] },
  );
  service.countOnly = true;
  for (let i = 0; i < 3; i++) {
    const more = openTo(gateway, edge, service);
    edge.stream(more.up, new Uint8Array(200_000));
  }
  gateway.run(20);
  const total = [...service.counted.values()].reduce(
    (sum, one) => sum + one,
    0,
  );
  assertEquals(total, 300_000);
  service.grant(0n, 300_000);
  gateway.run(20);
  const now = [...service.counted.values()].reduce((sum, one) => sum + one, 0);
  assertEquals(now, 600_000);
});

Deno.test("a stream that did not end completely says so to those who know reasons", () => {
  for (const ours of [true, false]) {
    const ended = (act: (joined: Joined) => void): string => {
      const all = join({}, { ours }, { ours: true });
      act(all);
      all.gateway.run(50);
      const [dismiss] = all.edge.all("dismiss");
      return dismiss!.body.error;
    };
    assertEquals(ended(({ service, down }) => service.dismiss(down)), "");
    const cut = ended(({ service }) => service.cut());
    const told = ended(({ service, down }) => {
      service.send({
        type: "dismiss",
        packetId: 9_999n,
        sessionId: down,
        body: { meta: undefined, peer: "", error: "reader gave up" },
      });
    });
    if (ours) {
      assert(cut !== "");
      assertEquals(told, "reader gave up");
    } else assertEquals([cut, told], ["", ""]);
  }
});

Deno.test("a stalled stream ends with a reason on both sides", () => {
  const limits = { streamBufferBytes: 100_000 };
  const maxMemory = 600_000;
  const { gateway, service, edge, up } = join(
    { limits, maxMemory },
    { ext: ["reason"] },
    { ours: true, window: [50_000, 16_000_000] },
  );
  for (let i = 0; i < 10; i++) edge.stream(up, new Uint8Array(50_000));
  gateway.run(10_600);
  for (const peer of [edge, service]) {
    assertStringIncludes(peer.all("dismiss")[0]!.body.error, "stalled");
  }
});
