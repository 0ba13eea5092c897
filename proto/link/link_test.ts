import { assert, assertEquals, assertFalse } from "@std/assert";
import * as wire from "../wire/constants.ts";
import { RawPeer } from "../testing/raw_peer.ts";
import { rawFrame } from "../testing/raw_frame.ts";
import {
  connectRecorders,
  RecordedPending,
  Recorder,
} from "../testing/recorder.ts";
import {
  ACK_FIXED,
  assertNothingLeft,
  connected,
  GO,
  GO_CONN,
  rawClient,
  rawServer,
} from "../testing/scenes.ts";
import { SimNetwork } from "../testing/sim_network.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const EMPTY = encoder.encode("{}");

function assertEnds(end: Recorder, reason: string): void {
  assertEquals(end.events.slice(-2), [
    `leaving: ${reason}`,
    `closed: ${reason}`,
  ]);
  assertEquals(end.link.state, "closed");
  assert(end.port.hungUp);
}

// Handshake

Deno.test("handshake negotiates what both sides can", () => {
  const { client, server } = connected(
    { sessionWindow: 1_000, connectionWindow: 5_000 },
    {
      sessionWindow: 2_000,
      connectionWindow: 7_000,
      features: ["credit", "x"],
    },
  );
  assertEquals(client.events, ["open"]);
  assertEquals(server.events, ["conn"]);
  for (const { link } of [client, server]) {
    assertEquals(link.state, "open");
    assert(link.usable && link.ours && link.credit);
    assertFalse(link.cancel || link.earlyData);
  }
  assertEquals(client.link.sendWindow, 7_000);
  assertEquals(client.link.peerSessionWindow, 2_000);
  assertEquals(server.link.sendWindow, 5_000);
  assertEquals(server.link.peerSessionWindow, 1_000);
});

Deno.test("client id above 2^53 arrives exactly", () => {
  const network = new SimNetwork();
  const { client, server } = connectRecorders(network);
  let wanted = 0n;
  server.admit = (link, request) => {
    wanted = (BigInt(request.wantedHi) << 32n) | BigInt(request.wantedLo);
    link.accept(0xffffffff, 0xfffffffd);
  };
  client.link.connect(encoder.encode("meta"), 0x8000_0000_0000_0001n);
  network.run();
  assertEquals(wanted, 0x8000_0000_0000_0001n);
  assertEquals(client.link.clientId, 0xffff_ffff_ffff_fffdn);
  assertEquals(server.link.clientId, 0xffff_ffff_ffff_fffdn);
});

Deno.test("Go client sees exactly what a Go server answers", () => {
  const { peer, server } = rawClient();
  const ack = peer.last(wire.TYPE_CONN_ACK);
  assertEquals(ack.id, 5n);
  assertEquals(
    [...ack.body],
    [0, 0, 0x20, 0, 0, 0, 0, 0, 1, 0x7b, 0x7d],
  );
  const { link } = server;
  assertFalse(link.ours || link.credit || link.cancel || link.earlyData);
});

Deno.test("without features the conn is what a Go client sends", () => {
  const { peer } = rawServer(GO);
  assertEquals([...peer.last(wire.TYPE_CONN).body], [...GO_CONN, 0x7b, 0x7d]);
});

Deno.test("credit without a window is not negotiated", () => {
  const { peer, server } = rawClient({}, '{"ext":["credit","cancel"]}');
  assertFalse(server.link.credit);
  assert(server.link.cancel);
  assertEquals(
    decoder.decode(peer.last(wire.TYPE_CONN_ACK).body.subarray(9)),
    '{"ext":["cancel"]}',
  );
});

Deno.test("server cannot switch on what the client did not offer", () => {
  const { client } = rawServer(
    { features: ["early-data"] },
    '{"ext":["cancel","credit","early-data"],"window":[1,2]}',
  );
  assertFalse(client.link.cancel || client.link.credit);
  assert(client.link.earlyData);
});

Deno.test("refused client hears why, and both sides end", () => {
  const network = new SimNetwork();
  const { client, server } = connectRecorders(network);
  server.admit = (link) => link.refuse("not <you>", 7, 8);
  client.link.connect(undefined);
  network.run(5_000);
  assertEquals(client.events, [
    "refused: not <you>",
    "leaving: refused: not <you>",
    "closed: refused: not <you>",
  ]);
  assertEnds(server, "refused: not <you>");
  assertNothingLeft(network, client, server);
});

Deno.test("refusal is a conn ack with id, code and error, then a disconn", () => {
  const network = new SimNetwork();
  const [a, b] = network.pair();
  const server = new Recorder("server", b);
  const peer = new RawPeer(a);
  server.admit = (link) => link.refuse("", 0x80000000, 8);
  peer.send(wire.TYPE_CONN, 5n, GO_CONN, "{}");
  network.run();
  assertEquals(peer.types, [wire.TYPE_CONN_ACK, wire.TYPE_DISCONN]);
  const { body } = peer.frames[0]!;
  assertEquals([...body.subarray(0, 9)], [1, 0x80, 0, 0, 0, 0, 0, 0, 8]);
  assertEquals(decoder.decode(body.subarray(9)), '{"error":"refused"}');
});

Deno.test("return code alone refuses too", () => {
  const { client, network } = rawServer();
  assertEquals(client.link.state, "open");
  const [a, b] = network.pair();
  const other = new Recorder("client", a);
  const peer = new RawPeer(b);
  other.link.connect(undefined);
  network.run();
  const refused = ACK_FIXED.slice();
  refused[0] = 1;
  peer.send(wire.TYPE_CONN_ACK, peer.last(wire.TYPE_CONN).id, refused, "{}");
  network.run();
  assertEquals(other.events[0], "refused: refused");
  assertEnds(other, "refused: refused");
});

Deno.test("conn ack with a foreign packet id is not ours", () => {
  const network = new SimNetwork();
  const [a, b] = network.pair();
  const client = new Recorder("client", a);
  const peer = new RawPeer(b);
  client.link.connect(undefined);
  network.run();
  peer.send(wire.TYPE_CONN_ACK, 1n, ACK_FIXED, "{}");
  network.run();
  assertEquals(client.link.state, "handshake");
});

Deno.test("half-open handshakes end in time, on both sides", () => {
  const network = new SimNetwork();
  const [a, b] = network.pair();
  const [c, d] = network.pair();
  const [e, f] = network.pair();
  const silent = new Recorder("server", b);
  const unasked = new Recorder("server", d);
  const unanswered = new Recorder("client", e);
  unasked.admit = () => {};
  new RawPeer(a);
  new RawPeer(c).send(wire.TYPE_CONN, 5n, GO_CONN, "{}");
  new RawPeer(f);
  unanswered.link.connect(undefined);
  network.run(9_990);
  for (const end of [silent, unasked, unanswered]) {
    assert(end.link.state !== "closed");
  }
  network.run(30);
  for (const end of [silent, unasked, unanswered]) {
    assertEnds(end, "handshake timeout");
  }
  assertNothingLeft(network, silent, unasked, unanswered);
});

Deno.test("handshake that trickles ends in time", () => {
  const network = new SimNetwork();
  const [a, b] = network.pair();
  const server = new Recorder("server", b);
  const peer = new RawPeer(a);
  for (let i = 0; i < 10; i++) {
    peer.sendBytes(new Uint8Array([1]));
    network.run(1_100);
  }
  assertEnds(server, "handshake timeout");
});

for (
  const [name, type, body] of [
    ["request", wire.TYPE_REQUEST, "12345678{}"],
    ["heartbeat", wire.TYPE_HEARTBEAT, ""],
    ["disconn", wire.TYPE_DISCONN, ""],
    ["conn ack", wire.TYPE_CONN_ACK, "123456789{}"],
  ] as const
) {
  Deno.test(`${name} before the conn ends the connection`, () => {
    const network = new SimNetwork();
    const [a, b] = network.pair();
    const server = new Recorder("server", b);
    new RawPeer(a).send(type, 1n, body);
    network.run();
    assert(server.events.at(-1)!.startsWith("closed: protocol error: "));
    assertNothingLeft(network, server);
  });
}

Deno.test("what a hasty client sends before the ack is dropped", () => {
  const network = new SimNetwork();
  const [a, b] = network.pair();
  const server = new Recorder("server", b);
  server.admit = () => {};
  const peer = new RawPeer(a);
  peer.send(wire.TYPE_CONN, 5n, GO_CONN, "{}");
  peer.send(wire.TYPE_REQUEST, 6n, 1n, "{}");
  network.run();
  server.link.accept(0, 9);
  network.run();
  assertEquals(server.events, ["conn"]);
  assertEquals(peer.types, [wire.TYPE_CONN_ACK]);
});

for (
  const [name, send] of [
    ["second conn", (p: RawPeer) => p.send(wire.TYPE_CONN, 5n, GO_CONN, "{}")],
    ["unknown type", (p: RawPeer) => p.send(0x99, 5n, "")],
    [
      "long frame of unknown type",
      (p: RawPeer) => p.send(0x99, 5n, new Uint8Array(70_000)),
    ],
    [
      "credit that was not negotiated",
      (p: RawPeer) => p.send(wire.TYPE_CREDIT, 5n, 1n, "abcd"),
    ],
    ["bad JSON", (p: RawPeer) => p.send(wire.TYPE_DISMISS, 5n, 1n, "{]")],
    [
      "heartbeat with a payload",
      (p: RawPeer) => p.send(wire.TYPE_HEARTBEAT, 5n, "x"),
    ],
  ] as const
) {
  Deno.test(`${name} ends an open connection without a disconn`, () => {
    const { network, server, peer } = rawClient();
    send(peer);
    network.run();
    assert(server.events.at(-1)!.startsWith("closed: protocol error: "));
    assertEquals(peer.types, [wire.TYPE_CONN_ACK]);
    assert(server.port.hungUp);
    assertNothingLeft(network, server);
  });
}

Deno.test("connect on a link that is over does nothing", () => {
  const { network, client } = rawServer();
  client.link.fail({ kind: "lost", text: "test" });
  client.link.connect(undefined);
  network.run();
  assertEquals(client.link.state, "closed");
});

// Heartbeats

Deno.test("heartbeats keep a silent connection, with the packet id echoed", () => {
  const { network, client, server } = connected();
  const beats: number[] = [];
  client.port.tap = () => beats.push(network.now);
  network.run(200_000);
  assertEquals(client.link.state, "open");
  assertEquals(server.link.state, "open");
  assertEquals(beats.length, 10);
  for (const [i, at] of beats.entries()) {
    assert(at >= (i + 1) * 20_000 && at <= (i + 1) * 20_000 + 200);
  }
  const { network: other, peer } = rawClient();
  peer.send(wire.TYPE_HEARTBEAT, 0xfedc_ba98_7654_3210n);
  other.run();
  assertEquals(peer.last(wire.TYPE_HEARTBEAT_ACK).id, 0xfedc_ba98_7654_3210n);
});

for (const [code, seconds] of [5, 20, 80, 320].entries()) {
  Deno.test(`server gives a client up after twice ${seconds} s of silence`, () => {
    const network = new SimNetwork();
    const [a, b] = network.pair();
    const server = new Recorder("server", b);
    const peer = new RawPeer(a);
    const conn = GO_CONN.slice();
    conn[0] = 0x08 | (code << 4);
    peer.send(wire.TYPE_CONN, 5n, conn, "{}");
    network.run(seconds * 2_000 - 10);
    assertEquals(server.events, ["conn"]);
    network.run(30);
    assertEquals(server.events, ["conn", "leaving: no heartbeat"]);
    assertEquals(peer.types, [wire.TYPE_CONN_ACK, wire.TYPE_DISCONN]);
    network.run(2_020);
    assertEquals(server.events.at(-1), "closed: no heartbeat");
    assertNothingLeft(network, server);
  });
}

Deno.test("any packet counts as a sign of life", () => {
  const { network, server, peer } = rawClient();
  for (let i = 0; i < 5; i++) {
    network.run(39_000);
    peer.send(wire.TYPE_STREAM, 1n, 1n, "x");
  }
  network.run(39_000);
  assertEquals(server.link.state, "open");
  network.run(1_100);
  assertEquals(server.events, ["leaving: no heartbeat"]);
});

Deno.test("frame that trickles is no sign of life, one that flows is", () => {
  for (const [bytes, alive] of [[1, false], [5_000, true]] as const) {
    const { network, server, peer } = rawClient();
    const frame = rawFrame(wire.TYPE_REQUEST, 1n, 1n, new Uint8Array(90_000));
    for (let at = 0; at < 15; at++) {
      peer.sendBytes(frame.subarray(at * bytes, (at + 1) * bytes));
      network.run(4_000);
    }
    assertEquals(server.link.state === "open", alive);
  }
});

Deno.test("client gives a dead server up", () => {
  const { network, client, server } = connected();
  network.run(30_000);
  server.port.silent = true;
  network.run(51_000);
  assertEnds(client, "no heartbeat ack");
});

Deno.test("own standstill is not taken for the peer's silence", () => {
  const { network, client, server } = connected();
  network.run(10_000);
  network.jump(500_000);
  network.run(100_000);
  assertEquals(client.link.state, "open");
  assertEquals(server.link.state, "open");
});

Deno.test("paused server does not miss heartbeats it does not read", () => {
  const { network, client, server } = connected();
  server.link.pause();
  client.link.pause();
  network.run(300_000);
  assertEquals(server.link.state, "open");
  assertEquals(client.link.state, "open");
  server.link.resume();
  client.link.resume();
  network.run(100_000);
  assertEquals(server.link.state, "open");
  assertEquals(client.link.state, "open");
});

Deno.test("heartbeat sent by a server ends the connection", () => {
  const { network, client, peer } = rawServer();
  peer.send(wire.TYPE_HEARTBEAT, 1n);
  network.run();
  assertEquals(client.link.state, "closed");
});

Deno.test("peer that earns acks and never reads is ended", () => {
  const { network, server, peer } = rawClient();
  network.options.capacity = 0;
  const one = new Uint8Array(14);
  one.set([1, wire.TYPE_HEARTBEAT]);
  const many = new Uint8Array(14 * 10_000);
  for (let i = 0; i < 10_000; i++) many.set(one, i * 14);
  for (let i = 0; i < 20; i++) {
    peer.sendBytes(many);
    network.run();
  }
  assert(server.events.at(-1)!.includes("the peer does not read"));
});

// Close

Deno.test("orderly close ends both sides in a moment", () => {
  for (const starter of ["client", "server"] as const) {
    const ends = connected();
    const { network, client, server } = ends;
    ends[starter].link.close({ kind: "closed", text: "done" });
    assertFalse(ends[starter].link.usable);
    network.run();
    assertEnds(ends[starter], "done");
    assertEnds(starter === "client" ? server : client, "closed by the peer");
    assertNothingLeft(network, client, server);
  }
});

Deno.test("crossing closes end both sides", () => {
  const { network, client, server } = connected();
  network.options.minDelayMs = network.options.maxDelayMs = 10;
  client.link.close({ kind: "closed", text: "one" });
  server.link.close({ kind: "closed", text: "two" });
  network.run(21);
  assertEnds(client, "one");
  assertEnds(server, "two");
  assertNothingLeft(network, client, server);
});

Deno.test("what was sent before the close arrives", () => {
  const { network, client, server } = connected();
  client.ask(wire.TYPE_MESSAGE, EMPTY);
  client.link.close({ kind: "closed", text: "done" });
  network.run();
  assertEquals(server.events, [
    "conn",
    "message",
    "leaving: closed by the peer",
    "closed: closed by the peer",
  ]);
});

Deno.test("close without an answer ends after the grace", () => {
  const { network, client, peer } = rawServer();
  const pending = client.ask(wire.TYPE_REQUEST, EMPTY);
  client.link.close({ kind: "closed", text: "done" });
  network.run(1_990);
  assertEquals(client.link.state, "closing");
  assertEquals(pending.outcomes, []);
  network.run(30);
  assertEnds(client, "done");
  assertEquals(pending.outcomes, ["force closed"]);
  assertEquals(peer.last(wire.TYPE_DISCONN).body.length, 0);
  assertNothingLeft(network, client);
});

Deno.test("either order of disconn and its ack is fine", () => {
  for (const order of [[0, 1], [1, 0]]) {
    const { network, client, peer } = rawServer();
    client.link.close({ kind: "closed", text: "done" });
    network.run();
    const { id } = peer.last(wire.TYPE_DISCONN);
    for (const step of order) {
      if (step === 0) peer.send(wire.TYPE_DISCONN_ACK, id, "\0{}");
      else peer.send(wire.TYPE_DISCONN, 77n);
      network.run();
    }
    assertEquals(client.link.state, "closed");
    assertEquals(peer.last(wire.TYPE_DISCONN_ACK).id, 77n);
    assertEquals(client.events.at(-1), "closed: done");
  }
});

Deno.test("disconn of a peer is acked once, and repeating it gains no time", () => {
  const { network, server, peer } = rawClient();
  for (let i = 0; i < 30; i++) {
    peer.send(wire.TYPE_DISCONN, 70n + BigInt(i));
    network.run(100);
  }
  assertEquals(server.link.state, "closed");
  assertEquals(peer.types, [
    wire.TYPE_CONN_ACK,
    wire.TYPE_DISCONN_ACK,
    wire.TYPE_DISCONN,
  ]);
});

Deno.test("stray disconn ack is ignored", () => {
  const { network, server, peer } = rawClient();
  peer.send(wire.TYPE_DISCONN_ACK, 1n, "\0{}");
  network.run();
  assertEquals(server.link.state, "open");
});

Deno.test("late answers are passed on while the connection closes", () => {
  const { network, client, peer } = rawServer();
  const pending = client.ask(wire.TYPE_REQUEST, EMPTY);
  client.link.close({ kind: "closed", text: "done" });
  network.run();
  peer.send(wire.TYPE_RESPONSE, peer.last(wire.TYPE_REQUEST).id, 1n, "{}");
  network.run();
  assertEquals(pending.outcomes, ["answer"]);
});

Deno.test("cut ends sessions and pending packets on both sides", () => {
  const { network, client, server } = connected();
  const pending = client.ask(wire.TYPE_REQUEST, EMPTY);
  client.open("x");
  network.run();
  server.open("y");
  client.port.cut();
  network.run(5);
  assertEquals(pending.outcomes, ["force closed"]);
  for (const end of [client, server]) {
    assertEquals(end.events.at(-1), "closed: connection reset");
    assertEquals(
      end.events.filter((e) => e.startsWith("session closed")).length,
      end === client ? 1 : 2,
    );
  }
  assertNothingLeft(network, client, server);
});

Deno.test("what is asked of a closed link fails soon", () => {
  const { network, client } = connected();
  client.link.fail({ kind: "lost", text: "test" });
  const pending = client.ask(wire.TYPE_REQUEST, EMPTY);
  const session = client.open("x");
  assertEquals(pending.outcomes, []);
  network.run(20);
  assertEquals(pending.outcomes, ["force closed"]);
  assertEquals(session.state, "closed");
  assertEquals(client.events.at(-1), "session closed: force closed");
  assertEquals(client.link.outbox.unwritten, 0);
  assertNothingLeft(network, client);
});

Deno.test("what is sent after the end does not spoil what is drained", () => {
  const { network, client, server } = connected();
  client.ask(wire.TYPE_MESSAGE, EMPTY);
  client.link.fail({ kind: "lost", text: "test" }, true);
  client.ask(wire.TYPE_MESSAGE, EMPTY);
  network.run();
  assertEquals(server.events.filter((e) => e === "message").length, 1);
});

Deno.test("handler that fails the link while it leaves does not confuse it", () => {
  const { network, client, server } = connected();
  server.onLeaving = (link) => link.fail({ kind: "lost", text: "again" });
  client.link.close({ kind: "closed", text: "done" });
  network.run(3_000);
  assertEquals(server.link.state, "closed");
  assertEquals(server.events.filter((e) => e.startsWith("closed")).length, 1);
  assertNothingLeft(network, client, server);
});

// Answers

Deno.test("answers reach what waits for them, exactly once", () => {
  const { network, client, peer } = rawServer();
  const first = client.ask(wire.TYPE_REQUEST, EMPTY);
  const second = client.ask(wire.TYPE_MESSAGE, EMPTY);
  network.run();
  const request = peer.last(wire.TYPE_REQUEST).id;
  const message = peer.last(wire.TYPE_MESSAGE).id;
  assert(request > 2n ** 52n && message > 2n ** 52n && request !== message);
  peer.send(wire.TYPE_MESSAGE_ACK, message, 1n, '{"error":"no"}');
  peer.send(wire.TYPE_MESSAGE_ACK, message, 1n, "{}");
  peer.send(wire.TYPE_RESPONSE, request, 1n, "{}");
  peer.send(wire.TYPE_RESPONSE, request, 1n, "{}");
  peer.send(wire.TYPE_RESPONSE, request + 1n, 1n, "{}");
  peer.send(wire.TYPE_RESPONSE, 0n, 1n, "{}");
  network.run(31_000);
  assertEquals(first.outcomes, ["answer"]);
  assertEquals(second.outcomes, ["answer"]);
  assertEquals(decoder.decode(second.answer!.body), '{"error":"no"}');
  assertEquals(client.link.state, "open");
});

Deno.test("no answer is a timeout, and a late one is ignored", () => {
  const { network, client, peer } = rawServer();
  const pending = client.ask(wire.TYPE_REQUEST, EMPTY, undefined, 1_000);
  const other = client.ask(wire.TYPE_REQUEST, EMPTY, undefined, 500);
  network.run(490);
  assertEquals(other.outcomes, []);
  network.run(30);
  assertEquals(other.outcomes, ["timeout"]);
  network.run(500);
  assertEquals(pending.outcomes, ["timeout"]);
  peer.send(wire.TYPE_RESPONSE, peer.last(wire.TYPE_REQUEST).id, 1n, "{}");
  network.run();
  assertEquals(pending.outcomes, ["timeout"]);
  assertEquals(client.link.unansweredCount, 0);
});

Deno.test("abandoned packet hears nothing", () => {
  const { network, client, peer } = rawServer();
  const pending = client.ask(wire.TYPE_REQUEST, EMPTY);
  client.link.abandon(pending);
  network.run();
  peer.send(wire.TYPE_RESPONSE, peer.last(wire.TYPE_REQUEST).id, 1n, "{}");
  network.run(40_000);
  assertEquals(pending.outcomes, []);
});

Deno.test("answer of another kind or session is not an answer", () => {
  const { network, client, peer } = rawServer();
  const session = client.open("x");
  const request = client.ask(wire.TYPE_REQUEST, EMPTY);
  network.run();
  const open = peer.last(wire.TYPE_SESSION);
  const asked = peer.last(wire.TYPE_REQUEST).id;
  peer.send(wire.TYPE_RESPONSE, open.id, 1n, "{}");
  peer.send(wire.TYPE_MESSAGE_ACK, open.id, 1n, "{}");
  peer.send(wire.TYPE_REGISTER_ACK, open.id, 1n, "{}");
  peer.send(wire.TYPE_SESSION_ACK, asked, new Uint8Array(2), 1n, 2n, "{}");
  network.run();
  assertEquals(session.state, "opening");
  assertEquals(request.outcomes, []);
  const negotiated = new DataView(open.body.buffer).getBigUint64(2);
  peer.send(
    wire.TYPE_SESSION_ACK,
    open.id,
    new Uint8Array(2),
    negotiated,
    9n,
    "{}",
  );
  peer.send(wire.TYPE_RESPONSE, asked, 9n, "{}");
  network.run();
  assertEquals(session.id, 9n);
  assertEquals(request.outcomes, []);
  peer.send(wire.TYPE_RESPONSE, asked, 1n, "{}");
  network.run();
  assertEquals(request.outcomes, ["answer"]);
});

Deno.test("unknown session is answered with silence", () => {
  const { network, server, peer } = rawClient();
  for (
    const type of [
      wire.TYPE_REQUEST,
      wire.TYPE_MESSAGE,
      wire.TYPE_RESPONSE,
      wire.TYPE_MESSAGE_ACK,
      wire.TYPE_REGISTER,
      wire.TYPE_REGISTER_ACK,
      wire.TYPE_DISMISS,
      wire.TYPE_DISMISS_ACK,
      wire.TYPE_STREAM,
      wire.TYPE_REQUEST_CANCEL,
    ]
  ) peer.send(type, 3n, 0x1234_5678_9abc_def0n, "{}");
  network.run();
  assertEquals(server.link.state, "open");
  assertEquals(server.events, []);
  assertEquals(peer.types, [wire.TYPE_CONN_ACK]);
});

Deno.test("register is acked with its own packet id", () => {
  const { network, server, peer } = rawClient();
  server.onFrame = (session, frame) =>
    server.link.ackRegister(session, frame.idHi, frame.idLo);
  peer.send(wire.TYPE_REGISTER, 2n ** 63n + 1n, 1n, "echo");
  network.run();
  assertEquals(server.events, ["register"]);
  assertEquals(decoder.decode(server.frames[0]!.body), "echo");
  const ack = peer.last(wire.TYPE_REGISTER_ACK);
  assertEquals(ack.id, 2n ** 63n + 1n);
  assertEquals(decoder.decode(ack.body), "{}");
});

Deno.test("cancel is sent only where it was negotiated", () => {
  const ours = connected();
  ours.client.link.sendCancel(ours.client.ask(wire.TYPE_REQUEST, EMPTY));
  ours.network.run();
  assertEquals(ours.server.events, ["conn", "request", "cancel"]);
  assertEquals(ours.server.frames[0]!.id, ours.server.frames[1]!.id);
  assertEquals([...ours.server.frames[1]!.body], [0, 1]);

  const go = rawServer();
  go.client.link.sendCancel(go.client.ask(wire.TYPE_REQUEST, EMPTY));
  go.network.run();
  assertEquals(go.peer.types, [wire.TYPE_CONN, wire.TYPE_REQUEST]);
});

Deno.test("a request whose time is over can still be canceled", () => {
  const { network, client, server } = connected();
  const pending = client.ask(wire.TYPE_REQUEST, EMPTY, undefined, 100);
  pending.onFail = () => client.link.sendCancel(pending);
  network.run(200);
  assertEquals(server.events, ["conn", "request", "cancel"]);
  assertEquals(server.frames[0]!.id, server.frames[1]!.id);
});

Deno.test("no cancel is sent on a session that is over", () => {
  const { network, client, server } = connected();
  const session = client.open("x");
  network.run();
  const pending = client.ask(wire.TYPE_REQUEST, EMPTY, session);
  pending.onFail = () => client.link.sendCancel(pending);
  session.close();
  network.run();
  assertEquals(session.state, "closed");
  assert(!server.events.includes("cancel"));
});

Deno.test("what finds no packet id free is told so, and nothing is sent", () => {
  const { network, client, peer } = rawServer();
  const { link } = client;
  const now = link.timers.now();
  let waiting = 0;
  while (link.expect(new RecordedPending(), link.defaultSession, now + 9_000)) {
    waiting++;
  }
  assertEquals(waiting, 2 ** 20 - 1);
  assertEquals(link.openSession("x"), undefined);
  assertEquals(link.sessionCount, 0);
  network.run(10_000);
  assertEquals(peer.types, [wire.TYPE_CONN]);
  assertEquals(link.unansweredCount, 0);
  assert(link.openSession("x") !== undefined);
});

Deno.test("cancel from a Go peer is understood", () => {
  const { network, server, peer } = rawClient();
  peer.send(wire.TYPE_REQUEST_CANCEL, 3n, 1n, "\0\x01");
  network.run();
  assertEquals(server.events, ["cancel"]);
});

// Pause

Deno.test("paused link takes nothing, and loses nothing", () => {
  const { network, server, peer } = rawClient();
  server.link.pause();
  server.link.pause();
  for (let i = 0; i < 5; i++) peer.send(wire.TYPE_REQUEST, 3n, 1n, "{}");
  network.run(10);
  assertEquals(server.events, []);
  server.link.resume();
  network.run(10);
  assertEquals(server.events, []);
  server.link.resume();
  network.run(10);
  assertEquals(server.events.length, 5);
});

Deno.test("pause inside a handler takes effect at once", () => {
  const { network, server, peer } = rawClient();
  server.onFrame = () => server.link.pause();
  const one = new Uint8Array(0);
  for (let i = 0; i < 5; i++) peer.send(wire.TYPE_REQUEST, 3n, 1n, one, "{}");
  for (let i = 1; i <= 5; i++) {
    network.run(1);
    assertEquals(server.events.length, i);
    server.link.resume();
  }
});

Deno.test("resume without pause does no harm", () => {
  const { network, server, peer } = rawClient();
  server.link.resume();
  peer.send(wire.TYPE_REQUEST, 3n, 1n, "{}");
  network.run();
  server.link.pause();
  peer.send(wire.TYPE_REQUEST, 3n, 1n, "{}");
  network.run();
  assertEquals(server.events.length, 1);
  server.link.resume();
  network.run();
  assertEquals(server.events.length, 2);
});

Deno.test("a handler that ends a link that is ending ends it once", () => {
  for (const how of ["fail", "close"] as const) {
    const { server } = rawClient();
    server.onLeaving = (link, reason) => {
      server.events.push(`leaving: ${reason.text}`);
      link[how]({ kind: "lost", text: "in the handler" });
    };
    server.link.fail({ kind: "lost", text: "first" });
    assertEquals(
      server.events.filter((event) => /closed|leaving/.test(event)),
      ["leaving: first", "closed: first"],
    );
  }
});
