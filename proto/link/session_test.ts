import { assert, assertEquals, assertFalse } from "@std/assert";
import * as wire from "../wire/constants.ts";
import { obtainBuffer } from "../wire/buffer_pool.ts";
import { FrameReader } from "../wire/frame_reader.ts";
import type { LinkSettings } from "./link_settings.ts";
import type { LinkSession as Session } from "./link.ts";
import { STREAM_HEAD } from "./link_output.ts";
import type { RawPeer } from "../testing/raw_peer.ts";
import type { Recorder } from "../testing/recorder.ts";
import {
  assertNothingLeft,
  connected,
  GO,
  rawClient,
  rawServer,
} from "../testing/scenes.ts";
import type { SimNetwork } from "../testing/sim_network.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const EMPTY = encoder.encode("{}");
const HELLO = encoder.encode("hello");
const NO_FLAGS = new Uint8Array(2);
/** A session packet that asks the acceptor for the id. */
const ACQUIRE = new Uint8Array([0, 0x10]);
const NEGOTIATED = 0x66c4_b1a6_0a0b_0c0dn;

/** A session a raw client has opened at a server of ours. */
function rawOpen(
  settings: Partial<LinkSettings> = {},
  conn?: string,
): {
  network: SimNetwork;
  server: Recorder;
  peer: RawPeer;
  session: Session;
} {
  const ends = rawClient(settings, conn);
  ends.peer.send(wire.TYPE_SESSION, 20n, ACQUIRE, NEGOTIATED, '{"peer":"x"}');
  ends.network.run();
  return { ...ends, session: ends.server.offered[0]! };
}

function opened(): {
  network: SimNetwork;
  client: Recorder;
  server: Recorder;
  ours: Session;
  theirs: Session;
} {
  const ends = connected();
  const ours = ends.client.open("x", HELLO);
  ends.network.run();
  return { ...ends, ours, theirs: ends.server.offered[0]! };
}

function text(bytes: number[] | undefined): string {
  return decoder.decode(new Uint8Array(bytes ?? []));
}

// Opening

for (const opener of ["client", "server"] as const) {
  Deno.test(`session opened by the ${opener} is the same on both sides`, () => {
    const ends = connected();
    const acceptor = opener === "client" ? "server" : "client";
    const ours = ends[opener].open("who", HELLO);
    assertEquals(ours.state, "opening");
    assertEquals(ends[opener].link.sessionCount, 1);
    ends.network.run();
    const theirs = ends[acceptor].offered[0]!;
    assertEquals(ours.state, "open");
    assertEquals(ours.id, theirs.id);
    assert(ours.id > 2n ** 52n);
    assertEquals(theirs.peer, "who");
    assertEquals(theirs.meta, HELLO);
    assertEquals(ends[opener].events.at(-1), "session open");
    assertEquals(ends[opener].link.unansweredCount, 0);
  });
}

Deno.test("session with the acquire flag gets an id of the acceptor", () => {
  const { peer, session } = rawOpen();
  const ack = peer.last(wire.TYPE_SESSION_ACK);
  const view = new DataView(ack.body.buffer);
  assertEquals(ack.id, 20n);
  assertEquals(view.getUint16(0), 0);
  assertEquals(view.getBigUint64(2), NEGOTIATED);
  assertEquals(view.getBigUint64(10), session.id);
  assert(session.id !== NEGOTIATED);
  assertEquals(decoder.decode(ack.body.subarray(18)), "{}");
});

Deno.test("session without the flag keeps its negotiate id, exactly", () => {
  const { network, client, peer } = rawServer();
  const id = 0xffff_ffff_ffff_fffdn;
  peer.send(wire.TYPE_SESSION, 20n, NO_FLAGS, id, "{}");
  network.run();
  assertEquals(client.offered[0]!.id, id);
  const view = new DataView(peer.last(wire.TYPE_SESSION_ACK).body.buffer);
  assertEquals([view.getBigUint64(2), view.getBigUint64(10)], [id, id]);
  peer.send(wire.TYPE_STREAM, 1n, id, "hello");
  peer.send(wire.TYPE_STREAM, 1n, id - 1n, "wrong");
  network.run();
  assertEquals(text(client.bytes.get(client.offered[0]!)), "hello");
});

Deno.test("open asks like a Go peer", () => {
  const { network, client, peer } = rawServer();
  client.open("echo-svc");
  network.run();
  const { body } = peer.last(wire.TYPE_SESSION);
  assertEquals([...body.subarray(0, 2)], [0, 0x10]);
  assertEquals(decoder.decode(body.subarray(10)), '{"peer":"echo-svc"}');
  const other = rawClient();
  other.server.open("");
  other.network.run();
  assertEquals([...other.peer.last(wire.TYPE_SESSION).body.subarray(0, 2)], [
    0,
    0,
  ]);
});

Deno.test("open without an ack fails after 30 s", () => {
  const { network, client } = rawServer();
  client.open("x");
  network.run(29_990);
  assertEquals(client.link.sessionCount, 1);
  network.run(30);
  assertEquals(client.events, ["open", "session closed: timeout"]);
  assertEquals(client.link.sessionCount, 0);
});

for (
  const [name, negotiate, id] of [
    ["reserved id", 0n, 1n],
    ["foreign negotiate id", 1n, 99n],
  ] as const
) {
  Deno.test(`session ack with a ${name} ends the connection`, () => {
    const { network, client, peer } = rawServer();
    const session = client.open("x");
    network.run();
    const open = peer.last(wire.TYPE_SESSION);
    peer.send(
      wire.TYPE_SESSION_ACK,
      open.id,
      NO_FLAGS,
      session.id + negotiate,
      id,
      "{}",
    );
    network.run();
    assert(client.events.at(-1)!.startsWith("closed: protocol error"));
    assertNothingLeft(network, client);
  });
}

Deno.test("stray session ack is ignored", () => {
  const { network, client, peer } = rawServer();
  peer.send(wire.TYPE_SESSION_ACK, 1n, NO_FLAGS, 1n, 2n, "{}");
  network.run();
  assertEquals(client.link.state, "open");
});

for (const id of [0n, 1n, 7n]) {
  Deno.test(`open with the reserved or used id ${id} ends the connection`, () => {
    const { network, server, peer } = rawClient();
    peer.send(wire.TYPE_SESSION, 20n, NO_FLAGS, 7n, "{}");
    peer.send(wire.TYPE_SESSION, 21n, NO_FLAGS, id, "{}");
    network.run();
    assert(server.events.at(-1)!.startsWith("closed: protocol error"));
    assertNothingLeft(network, server);
  });
}

Deno.test("sessions over the limit are refused, and a flood ends its sender", () => {
  const { network, server, peer } = rawClient({ maxSessions: 10 });
  for (let i = 0; i < 19; i++) {
    peer.send(
      wire.TYPE_SESSION,
      BigInt(20 + i),
      ACQUIRE,
      BigInt(100 + i),
      "{}",
    );
  }
  network.run(100);
  assertEquals(server.offered.length, 9);
  assertEquals(server.link.state, "open");
  const refused = peer.frames.filter((frame) =>
    frame.type === wire.TYPE_SESSION_ACK &&
    decoder.decode(frame.body).includes("too many sessions")
  );
  assertEquals(refused.length, 10);
  assertEquals(peer.types.filter((t) => t === wire.TYPE_DISMISS).length, 10);
  for (let i = 0; i < 5; i++) {
    peer.send(
      wire.TYPE_SESSION,
      BigInt(90 + i),
      ACQUIRE,
      BigInt(300 + i),
      "{}",
    );
  }
  network.run(100);
  assert(server.events.at(-1)!.startsWith("closed: protocol error"));
  assertNothingLeft(network, server);
});

// Refusal

Deno.test("refused session is closed at both ends, with the reason", () => {
  const ends = connected();
  const { network, client, server } = ends;
  server.onOffer = (session) => session.refuse("no such service");
  const session = client.open("x");
  network.run(50);
  assertEquals(client.events, ["open", "session closed: no such service"]);
  assertEquals(session.state, "closed");
  assertEquals(client.link.sessionCount, 0);
  assertEquals(server.link.sessionCount, 0);
});

Deno.test("refusal of a Go peer is dismissed after the hold only", () => {
  const { network, server, peer } = rawClient();
  server.onOffer = (session) => session.refuse("no");
  peer.send(wire.TYPE_SESSION, 20n, ACQUIRE, NEGOTIATED, "{}");
  network.run(15);
  assertEquals(peer.types, [wire.TYPE_CONN_ACK, wire.TYPE_SESSION_ACK]);
  network.run(20);
  assertEquals(peer.types, [
    wire.TYPE_CONN_ACK,
    wire.TYPE_SESSION_ACK,
    wire.TYPE_DISMISS,
  ]);
});

Deno.test("session may be accepted or refused later, once", () => {
  const { network, client, server } = connected();
  server.onOffer = () => {};
  const one = client.open("x");
  const two = client.open("y");
  network.run(1_000);
  server.offered[0]!.accept();
  server.offered[0]!.accept();
  server.offered[0]!.refuse("late");
  server.offered[1]!.refuse("no");
  network.run();
  assertEquals([one.state, two.state], ["open", "closed"]);
  assertEquals(server.link.sessionCount, 1);
});

Deno.test("accept after the connection ended does nothing", () => {
  const { network, client, server } = connected();
  server.onOffer = () => {};
  client.open("x");
  network.run();
  client.link.fail({ kind: "lost", text: "test" });
  network.run();
  server.offered[0]!.accept();
  server.offered[0]!.close();
  network.run();
  assertEquals(server.offered[0]!.state, "closed");
  assertNothingLeft(network, client, server);
});

// Hold

Deno.test("nothing is sent on a Go client's session for 20 ms", () => {
  const { network, server, peer, session } = rawOpen();
  assertEquals(session.state, "open");
  assertFalse(session.ready);
  const done: string[] = [];
  session.whenReady(() => done.push("ready"));
  server.onRoom = () => done.push("room");
  assertEquals(session.send(HELLO, 0, 5), 0);
  network.run(15);
  assertEquals(done, []);
  network.run(15);
  assertEquals(done, ["ready", "room"]);
  assert(session.ready);
  assertEquals(session.send(HELLO, 0, 5), 5);
  network.run();
  assertEquals(decoder.decode(peer.last(wire.TYPE_STREAM).body), "hello");
});

Deno.test("its first packet ends the hold", () => {
  const { network, peer, session } = rawOpen();
  const done: string[] = [];
  session.whenReady(() => done.push("ready"));
  peer.send(wire.TYPE_STREAM, 1n, session.id, "x");
  network.run();
  assertEquals(done, ["ready"]);
  assertFalse(session.held);
});

Deno.test("close during the hold waits for its end", () => {
  const { network, peer, session } = rawOpen();
  session.close();
  network.run(15);
  assertEquals(peer.types, [wire.TYPE_CONN_ACK, wire.TYPE_SESSION_ACK]);
  network.run(15);
  assertEquals(peer.types.at(-1), wire.TYPE_DISMISS);
});

Deno.test("early-data and sessions opened by the server need no hold", () => {
  const { session } = rawOpen({}, '{"ext":["early-data"]}');
  assert(session.ready);
  const { network, client, peer } = rawServer();
  peer.send(wire.TYPE_SESSION, 20n, NO_FLAGS, 9n, "{}");
  network.run();
  assert(client.offered[0]!.ready);
});

Deno.test("action of a session that ended is dropped", () => {
  const { network, server, peer, session } = rawOpen();
  const done: string[] = [];
  session.whenReady(() => done.push("held"));
  peer.send(wire.TYPE_DISMISS, 30n, session.id, "{}");
  network.run();
  session.whenReady(() => done.push("closing"));
  server.link.fail({ kind: "lost", text: "test" });
  session.whenReady(() => done.push("closed"));
  network.run(100);
  assertEquals(done, []);
  assertNothingLeft(network, server);
});

// Closing

Deno.test("close exchanges two dismisses and two acks", () => {
  for (const starter of ["client", "server"] as const) {
    const ends = opened();
    const { network, client, server, ours, theirs } = ends;
    (starter === "client" ? ours : theirs).close();
    network.run();
    assertEquals([ours.state, theirs.state], ["closed", "closed"]);
    const [first, second] = starter === "client"
      ? [client, server]
      : [server, client];
    assertEquals(first.events.slice(-2), [
      first === client ? "session open" : "session: x",
      "session closed: closed",
    ]);
    assertEquals(second.events.slice(-2), [
      "session end",
      "session closed: closed",
    ]);
    assertEquals(client.link.sessionCount + server.link.sessionCount, 0);
    assertEquals(network.wheel.size, 2);
  }
});

Deno.test("crossing closes end the session once", () => {
  const { network, client, server, ours, theirs } = opened();
  network.options.minDelayMs = network.options.maxDelayMs = 10;
  ours.close();
  theirs.close();
  ours.close();
  network.run(100);
  for (const end of [client, server]) {
    assertEquals(
      end.events.filter((e) => e.startsWith("session closed")),
      ["session closed: closed"],
    );
  }
});

Deno.test("either order of dismiss and its ack is fine", () => {
  for (const order of [[0, 1], [1, 0]]) {
    const { network, server, peer, session } = rawOpen();
    network.run(30);
    session.close();
    network.run();
    const { id } = peer.last(wire.TYPE_DISMISS);
    for (const step of order) {
      if (step === 0) peer.send(wire.TYPE_DISMISS_ACK, id, session.id, "{}");
      else peer.send(wire.TYPE_DISMISS, 77n, session.id, "{}");
      network.run();
    }
    assertEquals(session.state, "closed");
    assertEquals(peer.last(wire.TYPE_DISMISS_ACK).id, 77n);
    assertEquals(peer.types.filter((t) => t === wire.TYPE_DISMISS).length, 1);
    assertEquals(server.link.sessionCount, 0);
  }
});

Deno.test("dismiss is acked once, also when it is repeated", () => {
  const { network, peer, session } = rawOpen();
  for (let i = 0; i < 3; i++) {
    peer.send(wire.TYPE_DISMISS, 77n, session.id, "{}");
  }
  network.run();
  assertEquals(peer.types.slice(2), [wire.TYPE_DISMISS_ACK, wire.TYPE_DISMISS]);
});

Deno.test("stray dismiss ack does not end a session", () => {
  const { network, server, peer, session } = rawOpen();
  peer.send(wire.TYPE_DISMISS_ACK, 77n, session.id, "{}");
  peer.send(wire.TYPE_DISMISS_ACK, 78n, 1n, "{}");
  network.run();
  assertEquals(session.state, "open");
  assertEquals(server.link.defaultSession.state, "open");
  // Nor does it stand for the ack of a dismiss that follows.
  peer.send(wire.TYPE_DISMISS, 79n, session.id, "{}");
  network.run();
  assertEquals(session.state, "closing");
});

Deno.test("close without an answer ends after 30 s", () => {
  const { network, server, peer, session } = rawOpen();
  network.run(30);
  session.close();
  for (let i = 0; i < 3; i++) {
    network.run(9_995);
    peer.send(wire.TYPE_STREAM, 1n, 1n, "x");
  }
  assertEquals(session.state, "closing");
  network.run(30);
  assertEquals(server.events.at(-1), "session closed: timeout");
  assertEquals(server.link.sessionCount, 0);
});

Deno.test("data between the peer's dismiss and the end is delivered", () => {
  const { network, server, peer, session } = rawOpen();
  peer.send(wire.TYPE_DISMISS, 30n, session.id, "{}");
  peer.send(wire.TYPE_STREAM, 31n, session.id, "tail");
  network.run();
  peer.send(
    wire.TYPE_DISMISS_ACK,
    peer.last(wire.TYPE_DISMISS).id,
    session.id,
    "{}",
  );
  network.run();
  assertEquals(text(server.bytes.get(session)), "tail");
  assertEquals(server.events.slice(-2), [
    "session end",
    "session closed: closed",
  ]);
});

Deno.test("data the peer sends before it sees our dismiss is delivered", () => {
  const { network, server, peer, session } = rawOpen();
  network.run(30);
  session.close();
  peer.send(wire.TYPE_STREAM, 31n, session.id, "tail");
  network.run();
  assertEquals(text(server.bytes.get(session)), "tail");
});

Deno.test("requests and messages on a closing session are not handed on", () => {
  const { network, server, peer, session } = rawOpen();
  network.run(30);
  session.close();
  peer.send(wire.TYPE_REQUEST, 31n, session.id, "{}");
  peer.send(wire.TYPE_MESSAGE, 32n, session.id, "{}");
  network.run();
  assertEquals(server.frames, []);
});

Deno.test("disconn stands for the last dismiss ack", () => {
  const { network, server, peer, session } = rawOpen();
  network.run(30);
  session.close();
  network.run();
  peer.send(wire.TYPE_DISMISS, 77n, session.id, "{}");
  peer.send(wire.TYPE_DISCONN, 78n);
  network.run();
  assertEquals(server.link.state, "closing");
  network.run(2_100);
  assertEquals(session.state, "closed");
  assertNothingLeft(network, server);
});

Deno.test("packets that wait on a session fail when it ends", () => {
  const { network, client, ours, theirs } = opened();
  const lost = client.ask(wire.TYPE_REQUEST, EMPTY, ours);
  const kept = client.ask(wire.TYPE_REQUEST, EMPTY);
  network.run();
  theirs.close();
  network.run();
  assertEquals(lost.outcomes, ["force closed"]);
  assertEquals(kept.outcomes, []);
});

Deno.test("answer that follows the dismiss still counts", () => {
  const { network, server, peer, session } = rawOpen();
  network.run(30);
  const pending = server.ask(wire.TYPE_REQUEST, EMPTY, session);
  network.run();
  peer.send(wire.TYPE_DISMISS, 77n, session.id, "{}");
  peer.send(
    wire.TYPE_RESPONSE,
    peer.last(wire.TYPE_REQUEST).id,
    session.id,
    "{}",
  );
  network.run();
  assertEquals(pending.outcomes, ["answer"]);
});

Deno.test("close while opening dismisses as soon as the ack is in", () => {
  const { network, client, server } = connected();
  const session = client.open("x");
  session.close();
  network.run();
  assertEquals(session.state, "closed");
  assertEquals(server.offered[0]!.state, "closed");
  assertFalse(client.events.includes("session open"));
  assertEquals(client.events.at(-1), "session closed: closed");
});

Deno.test("opener that gives up before the answer ends the session", () => {
  const { network, client, peer } = rawServer();
  client.onOffer = () => {};
  peer.send(wire.TYPE_SESSION, 20n, NO_FLAGS, 9n, "{}");
  peer.send(wire.TYPE_DISMISS, 21n, 9n, "{}");
  network.run();
  assertEquals(client.events.at(-1), "session closed: closed by the peer");
  client.offered[0]!.accept();
  network.run();
  assertEquals(client.link.sessionCount, 0);
  assertEquals(peer.types.at(-1), wire.TYPE_DISMISS_ACK);
});

// The default session

Deno.test("dismissed default session takes the peer out of routing at once", () => {
  const { network, server, peer } = rawClient();
  const pending = server.ask(wire.TYPE_REQUEST, EMPTY);
  network.run();
  const asked = peer.last(wire.TYPE_REQUEST).id;
  peer.send(wire.TYPE_DISMISS, 30n, 1n, "{}");
  peer.send(wire.TYPE_RESPONSE, asked, 1n, "{}");
  network.run();
  assertEquals(server.events, ["leaving: closed by the peer"]);
  assertFalse(server.link.usable);
  assertEquals(pending.outcomes, ["answer"]);
  assertEquals(peer.types.slice(-2), [
    wire.TYPE_DISMISS_ACK,
    wire.TYPE_DISMISS,
  ]);
  peer.send(wire.TYPE_DISMISS_ACK, peer.last(wire.TYPE_DISMISS).id, 1n, "{}");
  peer.send(wire.TYPE_REQUEST, 31n, 1n, "{}");
  peer.send(wire.TYPE_DISCONN, 32n);
  network.run(2_100);
  assertEquals(server.frames, []);
  assertEquals(server.events.at(-1), "closed: closed by the peer");
  assertNothingLeft(network, server);
});

Deno.test("peer that dismissed the default session and stays is disconnected", () => {
  const { network, server, peer } = rawClient();
  peer.send(wire.TYPE_DISMISS, 30n, 1n, "{}");
  network.run();
  peer.send(wire.TYPE_DISMISS_ACK, peer.last(wire.TYPE_DISMISS).id, 1n, "{}");
  network.run(29_900);
  assertEquals(server.link.state, "open");
  network.run(200);
  assertEquals(peer.types.at(-1), wire.TYPE_DISCONN);
  network.run(2_100);
  assertNothingLeft(network, server);
});

Deno.test("connection that ends while its default session closes leaves no timer", () => {
  const { network, server, peer } = rawClient();
  peer.send(wire.TYPE_DISMISS, 30n, 1n, "{}");
  network.run();
  server.link.fail({ kind: "lost", text: "test" });
  assertEquals(network.wheel.size, 0);
  assertNothingLeft(network, server);
});

Deno.test("raw bytes of the default session are thrown away", () => {
  const { network, server, peer } = rawClient();
  peer.send(wire.TYPE_STREAM, 30n, 1n, "junk");
  network.run();
  assertEquals(server.bytes.size, 0);
  assertEquals(server.link.state, "open");
});

// Raw bytes

Deno.test("send cuts large writes at the largest payload", () => {
  const { network, client, peer } = rawServer({ ...GO, maxPayload: 100 });
  const session = client.open("x");
  network.run();
  peer.send(
    wire.TYPE_SESSION_ACK,
    peer.last(wire.TYPE_SESSION).id,
    NO_FLAGS,
    session.id,
    9n,
    "{}",
  );
  network.run();
  const bytes = new Uint8Array(1_000).map((_, i) => i);
  assertEquals(session.send(bytes, 0, 1_000), 1_000);
  network.run();
  const parts = peer.frames.filter((frame) => frame.type === wire.TYPE_STREAM);
  assert(parts.every((part) => part.body.length <= 92));
  assertEquals(parts.flatMap((part) => [...part.body]), [...bytes]);
});

Deno.test("send stops at the mark of the outbox and goes on when it drains", () => {
  const { network, client, server } = connected(
    { ...GO, streamMark: 1_000 },
  );
  network.options.capacity = 500;
  const session = client.open("x");
  network.run(30);
  const bytes = new Uint8Array(5_000).map((_, i) => i * 7);
  let at = 0;
  client.onRoom = () => at += session.send(bytes, at, bytes.length);
  at += session.send(bytes, 0, bytes.length);
  server.link.pause();
  network.run(10);
  assertEquals(at, 1_000);
  assertEquals(session.writable(), 0);
  server.link.resume();
  network.run(10);
  assertEquals(at, 5_000);
  assertEquals(server.bytes.get(server.offered[0]!), [...bytes]);
});

// Packets of raw bytes

/** Lengths of the raw packets that a client writes to a peer. */
function packets(
  features: Partial<LinkSettings>,
  write: (session: Session) => void,
): number[] {
  const { network, client, server } = connected(
    { ...features, streamMark: 10_000_000, initialWindow: 10_000_000 },
    { initialWindow: 10_000_000, sessionWindow: 10_000_000 },
  );
  const session = client.open("x");
  network.run(30);
  const lengths: number[] = [];
  const reader = new FrameReader();
  client.port.tap = (bytes) => {
    for (let at = 0; at < bytes.length;) {
      const room = reader.reserve();
      const part = bytes.subarray(at, at + room.length);
      room.set(part);
      at += part.length;
      reader.commit(part.length);
      while (reader.next()) {
        // Parts of one packet follow each other under one id.
        if (reader.type !== wire.TYPE_STREAM) continue;
        const { bodyStart, bodyEnd, idLo } = reader;
        if (last === idLo) lengths.push(lengths.pop()! + bodyEnd - bodyStart);
        else lengths.push(bodyEnd - bodyStart);
        last = idLo;
      }
    }
  };
  let last = -1;
  write(session);
  network.run(1_000);
  assertEquals(
    server.bytes.get(server.offered[0]!)?.length,
    lengths.reduce((sum, one) => sum + one, 0),
  );
  return lengths;
}

const MUCH = new Uint8Array(300_000);

Deno.test("packets to a peer without credit do not grow beyond 64 KiB", () => {
  const lengths = packets(GO, (session) => session.send(MUCH, 0, 300_000));
  assertEquals(lengths, [65_536, 65_536, 65_536, 65_536, 37_856]);
});

Deno.test("a packet that came larger stays as it came, and grows no more", () => {
  const lengths = packets(GO, (session) => {
    session.send(MUCH, 0, 200_000, 200_000);
    session.send(MUCH, 0, 100_000, 70_000);
    session.send(MUCH, 0, 3_000, 3_000);
  });
  assertEquals(lengths, [200_000, 70_000, 30_000, 3_000]);
});

Deno.test("packets to a peer with credit may be larger", () => {
  const lengths = packets({}, (session) => session.send(MUCH, 0, 300_000));
  assertEquals(lengths, [262_144, 37_856]);
});

Deno.test("a buffer is given away for one packet that may be sent, and large enough", () => {
  for (const credit of [true, false]) {
    packets(credit ? {} : GO, (session) => {
      for (const size of [1, 4_095, 4_096, 65_536, 65_537, 262_144]) {
        const buffer = obtainBuffer(STREAM_HEAD + size);
        const end = STREAM_HEAD + size;
        const given = session.adopt(buffer, STREAM_HEAD, end);
        assertEquals(given, size >= 4_096 && (credit || size <= 65_536));
        if (!given) session.send(buffer, STREAM_HEAD, end);
      }
    });
  }
});

// What an opener says

Deno.test("a session that says more than is kept is refused, and leaves nothing", () => {
  const meta = (bytes: number) => "A".repeat(Math.ceil(bytes / 3) * 4);
  const cases: [string, boolean][] = [
    [`{"meta":"${meta(65_535)}","peer":"x"}`, true],
    [`{"meta":"${meta(65_538)}"}`, false],
    [`{"peer":"${"x".repeat(65_536)}"}`, true],
    [`{"peer":"${"x".repeat(65_537)}"}`, false],
    [`{"meta":"${meta(60_000)}","peer":"${"x".repeat(6_000)}"}`, false],
    [`{"meta":"${meta(3_000_000)}","peer":"x"}`, false],
    // Not even read.
    [`{"peer":"${"x".repeat(900_000)}`, false],
  ];
  for (const [body, fits] of cases) {
    const { network, server, peer } = rawClient({}, '{"ext":["early-data"]}');
    peer.send(wire.TYPE_SESSION, 20n, NO_FLAGS, 9n, body);
    network.run();
    assertEquals(server.offered.length, fits ? 1 : 0);
    const ack = peer.last(wire.TYPE_SESSION_ACK);
    const said = decoder.decode(ack.body.subarray(18));
    assertEquals(said, fits ? "{}" : '{"error":"session meta too large"}');
    if (fits) continue;
    const [session] = [...server.link.sessions()];
    assertEquals([session!.peer, session!.meta], ["", undefined]);
    peer.send(wire.TYPE_DISMISS_ACK, peer.last(wire.TYPE_DISMISS).id, 9n, "{}");
    peer.send(wire.TYPE_DISMISS, 30n, 9n, "{}");
    network.run();
    assertEquals([server.link.state, server.link.sessionCount], ["open", 0]);
  }
});

Deno.test("the bound of what is kept is a setting", () => {
  const { network, server, peer } = rawClient({ maxSessionMeta: 3 });
  peer.send(wire.TYPE_SESSION, 20n, NO_FLAGS, 9n, '{"peer":"abc"}');
  peer.send(wire.TYPE_SESSION, 21n, NO_FLAGS, 10n, '{"peer":"abcd"}');
  network.run();
  assertEquals(server.offered.map((one) => one.peer), ["abc"]);
});

Deno.test("a refused session keeps neither name nor meta", () => {
  const ends = connected();
  ends.server.onOffer = (session) => session.refuse("no");
  ends.client.open("who", HELLO);
  ends.network.run();
  const [theirs] = ends.server.offered;
  assertEquals([theirs!.peer, theirs!.meta], ["", undefined]);
});

Deno.test("a long reason is kept and passed on in part", () => {
  const { network, client, server } = connected();
  server.onOffer = (session) => session.refuse("x".repeat(200_000));
  const refused = client.open("x");
  network.run();
  assertEquals(refused.refusal, "x".repeat(1_024));
  server.onOffer = (session) => session.accept();
  const cut = client.open("x");
  network.run();
  server.offered[1]!.close("y".repeat(200_000));
  network.run();
  assertEquals(cut.endReason, "y".repeat(1_024));
});
