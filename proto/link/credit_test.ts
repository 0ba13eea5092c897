import { assert, assertEquals, assertFalse } from "@std/assert";
import { TYPE_CREDIT, TYPE_SESSION, TYPE_STREAM } from "../wire/constants.ts";
import type { LinkSettings } from "./link_settings.ts";
import type { LinkSession as Session } from "./link.ts";
import type { RawPeer } from "../testing/raw_peer.ts";
import { rawFrame } from "../testing/raw_frame.ts";
import type { Recorder, SeenFrame } from "../testing/recorder.ts";
import { assertNothingLeft, connected, rawClient } from "../testing/scenes.ts";
import type { SimNetwork } from "../testing/sim_network.ts";

const ACQUIRE = new Uint8Array([0, 0x10]);

/** Settings in which a session has its whole window from the start. */
function whole(
  sessionWindow: number,
  connectionWindow = 16_777_216,
): Partial<LinkSettings> {
  return { initialWindow: sessionWindow, sessionWindow, connectionWindow };
}

/** A raw client with credit, and two sessions it has opened. */
function rawSessions(
  settings: Partial<LinkSettings>,
  window: [number, number] = [1_000, 10_000],
): {
  network: SimNetwork;
  server: Recorder;
  peer: RawPeer;
  one: Session;
  two: Session;
} {
  const ends = rawClient(
    settings,
    JSON.stringify({ ext: ["credit", "early-data"], window }),
  );
  ends.peer.send(TYPE_SESSION, 20n, ACQUIRE, 100n, "{}");
  ends.peer.send(TYPE_SESSION, 21n, ACQUIRE, 101n, "{}");
  ends.network.run();
  const [one, two] = ends.server.offered;
  return { ...ends, one: one!, two: two! };
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function grants(peer: RawPeer): { session: bigint; bytes: number }[] {
  return peer.frames.filter((frame) => frame.type === TYPE_CREDIT)
    .map(({ session, body }: SeenFrame) => ({
      session,
      bytes: new DataView(body.buffer).getUint32(0),
    }));
}

function granted(peer: RawPeer, session: bigint): number {
  return grants(peer).filter((grant) => grant.session === session)
    .reduce((sum, grant) => sum + grant.bytes, 0);
}

Deno.test("sender stops at the session's window and goes on with credit", () => {
  const { network, server, peer, one, two } = rawSessions({});
  const woken: Session[] = [];
  server.onRoom = (session) => woken.push(session);
  const bytes = new Uint8Array(3_000);
  assertEquals(one.send(bytes, 0, 3_000), 1_000);
  assertEquals(one.writable(), 0);
  assertEquals(two.writable(), 1_000);
  network.run();
  assertEquals(woken, []);
  peer.send(TYPE_CREDIT, 1n, one.id, u32(300));
  network.run();
  assertEquals(woken, [one]);
  assertEquals(one.writable(), 300);
});

Deno.test("sender stops at the connection's window, whatever the session", () => {
  const { network, server, peer, one, two } = rawSessions({}, [1_000, 1_500]);
  const woken: Session[] = [];
  server.onRoom = (session) => woken.push(session);
  const bytes = new Uint8Array(3_000);
  assertEquals(one.send(bytes, 0, 3_000), 1_000);
  assertEquals(two.send(bytes, 0, 3_000), 500);
  assertEquals(two.writable(), 0);
  assertEquals(one.writable(), 0);
  network.run();
  assertEquals(woken, []);
  peer.send(TYPE_CREDIT, 1n, 0n, u32(200));
  network.run();
  // Session one lacks credit of its own: it is not disturbed.
  assertEquals(woken, [two]);
  assertEquals(two.writable(), 200);
  assertEquals(server.link.sendWindow, 200);
});

Deno.test("writes of others do not wake a session without credit", () => {
  const { network, server, one, two } = rawSessions({}, [100, 1_000_000]);
  one.send(new Uint8Array(200), 0, 200);
  assertEquals(one.writable(), 0);
  let woken = 0;
  server.onRoom = () => woken++;
  two.send(new Uint8Array(50), 0, 50);
  network.run(10);
  assertEquals(woken, 0);
});

Deno.test("sessions that wait for the connection's window take turns", () => {
  const { network, server, peer, one, two } = rawSessions({}, [10_000, 100]);
  const bytes = new Uint8Array(10_000);
  const woken: string[] = [];
  one.send(bytes, 0, 100);
  one.writable();
  two.writable();
  server.onRoom = (session) => {
    woken.push(session === one ? "one" : "two");
    session.send(bytes, 0, 10_000);
    session.writable();
  };
  for (let i = 0; i < 4; i++) {
    peer.send(TYPE_CREDIT, 1n, 0n, u32(100));
    network.run();
  }
  assertEquals(woken, ["one", "two", "one", "two"]);
});

Deno.test("every byte consumed is granted again, to the session and the connection", () => {
  const { network, peer, server, one } = rawSessions(whole(400, 10_000));
  for (let i = 0; i < 50; i++) {
    peer.send(TYPE_STREAM, 1n, one.id, new Uint8Array(99));
    network.run();
    assertEquals(server.link.state, "open");
    assert(one.receiveWindow > 0 && one.receiveWindow <= 1_600);
  }
  // The window has grown by three times its size. What was not granted yet is
  // below a quarter of it.
  const lacks = 50 * 99 + 1_200 - granted(peer, one.id);
  assert(lacks >= 0 && lacks < 400);
  assertEquals(one.receiveWindow, 1_600 - lacks);
  const owed = 50 * 99 - granted(peer, 0n);
  assert(owed >= 0 && owed < 2_500);
});

Deno.test("a session is granted nothing before its bytes are consumed", () => {
  const { network, peer, server, one } = rawSessions(whole(400, 10_000));
  server.onBytes = () => {};
  peer.send(TYPE_STREAM, 1n, one.id, new Uint8Array(400));
  network.run();
  assertEquals(grants(peer), []);
  assertEquals(one.unread, 400);
  one.consume(250);
  network.run();
  assertEquals(grants(peer), [{ session: one.id, bytes: 250 }]);
  one.consume(1_000_000);
  network.run();
  assertEquals(one.unread, 0);
  // The rest, and a window twice as large now that nothing is unread.
  assertEquals(granted(peer, one.id), 800);
});

Deno.test("a window grows while its reader keeps up, to four times its size", () => {
  const { network, peer, server, one } = rawSessions(whole(400));
  server.onBytes = () => {};
  const sizes: number[] = [];
  for (let i = 0; i < 5; i++) {
    peer.send(TYPE_STREAM, 1n, one.id, new Uint8Array(one.receiveWindow));
    network.run();
    one.consume(one.unread);
    network.run();
    sizes.push(one.receiveWindow);
  }
  assertEquals(sizes, [800, 1_600, 1_600, 1_600, 1_600]);
});

Deno.test("a window does not grow while bytes are unread, or when it is told not to", () => {
  const { network, peer, server, one } = rawSessions(whole(400));
  server.onBytes = () => {};
  for (let i = 0; i < 5; i++) {
    const room = one.receiveWindow;
    peer.send(TYPE_STREAM, 1n, one.id, new Uint8Array(room));
    network.run();
    one.consume(one.unread - 1);
    network.run();
    assertEquals(one.receiveWindow, 399);
    one.consume(1, false);
    peer.send(TYPE_STREAM, 1n, one.id, new Uint8Array(399));
    network.run();
    one.consume(399, false);
    network.run();
    assertEquals(one.receiveWindow, 400);
  }
});

Deno.test("one byte over the session's window ends the sender", () => {
  const { network, peer, server, one } = rawSessions(whole(400));
  server.onBytes = () => {};
  peer.send(TYPE_STREAM, 1n, one.id, new Uint8Array(400));
  network.run();
  assertEquals(server.link.state, "open");
  peer.send(TYPE_STREAM, 1n, one.id, new Uint8Array(1));
  network.run();
  assert(
    server.events.at(-1)!.includes(
      `the credit of session ${one.id} is used up`,
    ),
  );
  assertNothingLeft(network, server);
});

Deno.test("one byte over the connection's window ends the sender", () => {
  const { network, peer, server, one, two } = rawSessions(whole(400, 500));
  server.onBytes = () => {};
  // What has arrived on a link that is not read counts as on its way.
  server.link.pause();
  peer.send(TYPE_STREAM, 1n, one.id, new Uint8Array(90));
  peer.send(TYPE_STREAM, 1n, one.id, new Uint8Array(310));
  peer.send(TYPE_STREAM, 1n, two.id, new Uint8Array(100));
  peer.send(TYPE_STREAM, 1n, two.id, new Uint8Array(1));
  server.link.resume();
  network.run();
  assertEquals(server.link.state, "open");
  const small = rawSessions(whole(400, 100));
  small.peer.send(TYPE_STREAM, 1n, small.one.id, new Uint8Array(101));
  small.network.run();
  assert(
    small.server.events.at(-1)!.includes("the connection's credit is used up"),
  );
});

Deno.test("a frame longer than the window ends the sender while it arrives", () => {
  const { network, peer, server, one } = rawSessions(whole(400));
  server.onBytes = () => {};
  network.options.maxPiece = 50;
  peer.send(TYPE_STREAM, 1n, one.id, new Uint8Array(5_000));
  network.run();
  assertEquals(server.link.state, "closed");
  assert((server.bytes.get(one)?.length ?? 0) <= 400);
});

Deno.test("bytes of unknown and default sessions cost the connection nothing", () => {
  const { network, peer, server } = rawSessions(whole(400, 1_000));
  for (let i = 0; i < 10; i++) {
    peer.send(TYPE_STREAM, 1n, 1n, new Uint8Array(300));
    peer.send(TYPE_STREAM, 1n, 0x7777n, new Uint8Array(300));
    network.run();
  }
  assertEquals(server.link.state, "open");
  assert(granted(peer, 0n) > 6_000 - 250);
});

Deno.test("sessions that nobody reads take nothing from the connection's window", () => {
  const { network, client, server } = connected({}, whole(1_000, 5_000));
  server.onBytes = () => {};
  const bytes = new Uint8Array(5_000);
  for (let round = 0; round < 50; round++) {
    const session = client.open("x");
    network.run();
    assertEquals(session.send(bytes, 0, 5_000), 1_000);
    network.run();
    // Less than a quarter may be granted later.
    assert(client.link.sendWindow > 3_750);
    if (round % 2 === 0) session.close();
  }
  const reader = client.open("x");
  server.onBytes = (session, count) => session.consume(count);
  let left = 100_000;
  client.onRoom = () => {
    left -= reader.send(new Uint8Array(left), 0, left);
    if (left > 0) reader.writable();
  };
  network.run();
  client.onRoom(reader);
  network.run();
  assertEquals(left, 0);
});

Deno.test("a session begins with a small window and is raised when it is accepted", () => {
  for (const opener of ["client", "server"] as const) {
    const ends = connected();
    const acceptor = ends[opener === "client" ? "server" : "client"];
    acceptor.onOffer = () => {};
    const ours = ends[opener].open("x");
    ends.network.run();
    const theirs = acceptor.offered[0]!;
    assertEquals([ours.sendWindow, theirs.receiveWindow], [16_384, 16_384]);
    theirs.accept();
    ends.network.run();
    for (const session of [ours, theirs]) {
      assertEquals([session.sendWindow, session.receiveWindow], [
        262_144,
        262_144,
      ]);
      assertEquals(session.promised, 262_144 - 16_384);
    }
  }
});

Deno.test("a session that is accepted but not wanted yet keeps its small window", () => {
  const { network, client, server } = connected();
  server.onOffer = (session) => session.accept(false);
  server.onBytes = () => {};
  const ours = client.open("x");
  network.run();
  const theirs = server.offered[0]!;
  const bytes = new Uint8Array(1_000_000);
  assertEquals(ours.send(bytes, 0, bytes.length), 16_384);
  network.run(1_000);
  assertEquals([ours.sendWindow, theirs.unread], [0, 16_384]);
  theirs.raise();
  theirs.raise();
  network.run();
  assertEquals(ours.sendWindow, 262_144 - 16_384);
  assertEquals(theirs.receiveWindow, 262_144 - 16_384);
});

Deno.test("refused, closed and default sessions are promised nothing", () => {
  const { network, client, server } = connected();
  server.onOffer = (session) => session.refuse("no");
  const refused = client.open("x");
  network.run();
  server.onOffer = (session) => session.accept(false);
  const closed = client.open("x");
  network.run();
  closed.close();
  network.run();
  server.offered[1]!.raise();
  client.link.defaultSession.raise();
  network.run();
  for (const session of [refused, ...server.offered]) {
    assertEquals(session.state, "closed");
    session.raise();
  }
  assertEquals(server.offered.map((one) => one.promised), [0, 0]);
  assertEquals(refused.promised, 0);
  const { link } = client;
  assertEquals(link.defaultSession.promised, 0);
});

Deno.test("a peer that knows no early data is granted more when it may listen", () => {
  const { network, server, peer } = rawClient(
    {},
    '{"ext":["credit"],"window":[1000,1000]}',
  );
  peer.send(TYPE_SESSION, 20n, ACQUIRE, 100n, "{}");
  network.run();
  const session = server.offered[0]!;
  assertEquals([grants(peer), session.held], [[], true]);
  network.run(30);
  assertEquals(grants(peer), [{ session: session.id, bytes: 245_760 }]);
});

Deno.test("who is asked before more is promised can refuse it, and is asked again", () => {
  const { network, peer, server } = rawClient(
    {},
    '{"ext":["credit","early-data"],"window":[1000,1000]}',
  );
  const asked: number[] = [];
  let left = 0;
  server.mayPromise = (session, bytes) => {
    assertEquals(session.isDefault, false);
    asked.push(bytes);
    if (bytes > left) return false;
    left -= bytes;
    return true;
  };
  peer.send(TYPE_SESSION, 20n, ACQUIRE, 100n, "{}");
  network.run();
  const session = server.offered[0]!;
  assertEquals(asked.splice(0), [245_760, 122_880, 61_440, 30_720]);
  assertEquals(session.receiveWindow, 16_384);
  left = 40_000;
  const flow = () => {
    const room = session.receiveWindow;
    peer.send(TYPE_STREAM, 1n, session.id, new Uint8Array(room));
    network.run();
    return session.receiveWindow;
  };
  // The reader keeps up: it doubles while it may.
  for (let i = 0; i < 3; i++) assert(flow() <= 32_768);
  assertEquals(session.promised, 16_384);
  assertEquals([...new Set(asked.splice(0))], [16_384, 32_768]);
  left = 2_000_000;
  const sizes = Array.from({ length: 12 }, flow);
  assert(Math.max(...sizes) <= 1_048_576 && sizes.at(-1)! > 750_000);
  assertEquals(session.promised, 1_048_576 - 16_384);
  assertEquals(server.link.state, "open");
});

Deno.test("a part of what is asked may be left of a share", () => {
  const { network, peer, server } = rawClient(
    {},
    '{"ext":["credit","early-data"],"window":[1000,1000]}',
  );
  server.mayPromise = (_session, bytes) => bytes < 100_000;
  peer.send(TYPE_SESSION, 20n, ACQUIRE, 100n, "{}");
  network.run();
  const session = server.offered[0]!;
  assertEquals(session.receiveWindow, 16_384 + 61_440);
  assertEquals(grants(peer), [{ session: session.id, bytes: 61_440 }]);
});

Deno.test("without a rule of their own sessions share the connection's window", () => {
  const { network, client, server } = connected();
  let least = Infinity;
  for (let i = 0; i < 1_000; i++) {
    client.open("x");
    network.run();
    const theirs = server.offered[i]!;
    least = Math.min(least, theirs.receiveWindow);
  }
  const promised = () =>
    [...server.link.sessions()].reduce((sum, one) => sum + one.promised, 0);
  assert(promised() <= 16_777_216);
  // The first ones have their whole window, the last ones more than nothing.
  assertEquals(server.offered[9]!.receiveWindow, 262_144);
  assertEquals(least, 16_384);
  for (const session of [...client.link.sessions()]) session.close();
  network.run();
  client.open("x");
  network.run();
  assertEquals(server.offered[1_000]!.receiveWindow, 262_144);
});

Deno.test("credit that overflows the window ends its sender", () => {
  for (const target of ["session", "connection"] as const) {
    const { network, peer, server, one } = rawSessions(
      {},
      [2 ** 32 - 1, 2 ** 32 - 1],
    );
    const id = target === "session" ? one.id : 0n;
    const grant = rawFrame(TYPE_CREDIT, 1n, id, u32(2 ** 32 - 1));
    const many = new Uint8Array(grant.length * 66_000);
    for (let at = 0; at < many.length; at += grant.length) many.set(grant, at);
    peer.sendBytes(many);
    network.run();
    assert(server.events.at(-1)!.includes("the window overflows"));
  }
});

Deno.test("credit for unknown sessions is ignored", () => {
  const { network, peer, server } = rawSessions({});
  peer.send(TYPE_CREDIT, 1n, 0x7777n, u32(9));
  peer.send(TYPE_CREDIT, 1n, 0n, u32(0));
  network.run();
  assertEquals(server.link.state, "open");
  assertEquals(server.link.sendWindow, 10_000);
});

Deno.test("slow reader slows its sender and nobody else", () => {
  const { network, client, server } = connected(
    {},
    whole(1_000, 100_000),
  );
  const slow = client.open("slow");
  const fast = client.open("fast");
  network.run();
  const [theirSlow] = server.offered;
  server.onBytes = (session, count) => {
    if (session !== theirSlow) session.consume(count);
  };
  const bytes = new Uint8Array(20_000).map((_, i) => i);
  const sent = new Map([[slow, 0], [fast, 0]]);
  client.onRoom = (session) => {
    const at = sent.get(session)!;
    sent.set(session, at + session.send(bytes, at, bytes.length));
    if (sent.get(session)! < bytes.length) session.writable();
  };
  client.onRoom(slow);
  client.onRoom(fast);
  network.run(100);
  assertEquals(sent.get(slow), 1_000);
  assertEquals(sent.get(fast), 20_000);
  assertEquals(theirSlow!.unread, 1_000);
  server.onBytes = (session, count) => session.consume(count);
  theirSlow!.consume(1_000);
  network.run(100);
  assertEquals(sent.get(slow), 20_000);
  for (const list of server.bytes.values()) assertEquals(list, [...bytes]);
  assertFalse(client.link.defaultSession.waiting);
});
