import { assert, assertEquals } from "@std/assert";
import * as wire from "../wire/constants.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import { RawPeer } from "../testing/raw_peer.ts";
import { rawFrame } from "../testing/raw_frame.ts";
import { type RecordedPending, Recorder } from "../testing/recorder.ts";
import {
  assertNothingLeft,
  connected,
  rawClient,
  rawServer,
} from "../testing/scenes.ts";
import { SimNetwork } from "../testing/sim_network.ts";

const EMPTY = new TextEncoder().encode("{}");
const ACQUIRE = new Uint8Array([0, 0x10]);

function join(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** What a handler saw of a frame when it put it off. */
class Glimpse {
  readonly buf: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly copy: Uint8Array;

  constructor({ buf, bodyStart, bodyEnd }: FrameReader) {
    this.buf = buf;
    this.start = bodyStart;
    this.end = bodyEnd;
    this.copy = buf.slice(bodyStart, bodyEnd);
  }

  /** Whether the bytes are still what they were. */
  check(): void {
    const now = this.buf.subarray(this.start, this.end);
    assert(now.length === this.copy.length);
    assert(now.every((byte, i) => byte === this.copy[i]));
  }
}

/** Puts every frame off once, and checks what it sees then. */
function putOff(end: Recorder): { glimpses: Glimpse[] } {
  const state = { glimpses: [] as Glimpse[] };
  let put: Glimpse | undefined;
  const on = end.onFrame;
  end.onFrame = (session, frame) => {
    if (put === undefined) {
      put = new Glimpse(frame);
      state.glimpses.push(put);
      end.frames.pop();
      end.link.defer();
      return;
    }
    put.check();
    const again = new Glimpse(frame);
    assertEquals(again.copy, put.copy);
    put = undefined;
    on(session, frame);
  };
  return state;
}

Deno.test("a frame that is put off is handled again after the pause, and nothing before", () => {
  const { network, server, peer } = rawClient();
  putOff(server);
  const types = [wire.TYPE_REQUEST, wire.TYPE_MESSAGE, wire.TYPE_REGISTER];
  for (const [i, type] of types.entries()) {
    peer.send(type, BigInt(i + 1), 1n, "{}");
  }
  for (let i = 0; i < types.length; i++) {
    network.run(1_000);
    assertEquals([server.frames.length, server.link.paused], [i, true]);
    server.link.resume();
    network.run();
    assertEquals(server.frames.length, i + 1);
  }
  assertEquals(server.frames.map(({ type }) => type), types);
  assertEquals(server.link.paused, false);
});

Deno.test("a frame may be put off and let go on in the same moment, again and again", () => {
  const { network, server, peer } = rawClient();
  let puts = 0;
  server.onFrame = () => {
    if (++puts % 5 === 0) return;
    server.frames.pop();
    server.link.defer();
    server.link.resume();
  };
  for (let i = 0; i < 4; i++) peer.send(wire.TYPE_REQUEST, BigInt(i), 1n, "{}");
  network.run();
  assertEquals(server.frames.map(({ id }) => id), [0n, 1n, 2n, 3n]);
  assertEquals(puts, 20);
});

Deno.test("frames put off at every chunk boundary keep their bytes and their order", () => {
  const sizes = [2, 40, 230, 300, 9, 1_000];
  const frames = sizes.map((size, i) =>
    rawFrame(
      wire.TYPE_MESSAGE,
      BigInt(i + 1),
      1n,
      new Uint8Array(size).map((_, j) => i * 41 + j),
    )
  );
  const all = join(frames);
  for (let cut = 0; cut <= all.length; cut++) {
    const { network, server, peer } = rawClient();
    putOff(server);
    peer.sendBytes(all.subarray(0, cut));
    network.run();
    if (server.link.paused && cut % 3 === 0) {
      server.link.resume();
      network.run();
    }
    peer.sendBytes(all.subarray(cut));
    for (let i = 0; i <= sizes.length; i++) {
      network.run();
      if (server.link.paused) server.link.resume();
    }
    network.run();
    assertEquals(server.frames.map(({ id }) => Number(id)), [1, 2, 3, 4, 5, 6]);
    for (const [i, { body }] of server.frames.entries()) {
      assert(body.every((byte, j) => byte === ((i * 41 + j) & 255)));
      assertEquals(body.length, sizes[i]);
    }
  }
});

Deno.test("random pieces, pauses and delays lose, double and change nothing", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const network = new SimNetwork({ seed });
    const { options } = network;
    const small = network.pick(4) === 0;
    options.maxPiece = 1 + network.pick(small ? 90 : 70_000);
    options.maxDelayMs = network.pick(20);
    const [a, b] = network.pair();
    const server = new Recorder("server", b);
    const peer = new RawPeer(a);
    peer.send(0x01, 5n, new Uint8Array(10), "{}");
    network.run(50);
    const views: Glimpse[] = [];
    server.onFrame = (_session, frame) => {
      if (network.random() < 0.5) return;
      views.push(new Glimpse(frame));
      server.frames.pop();
      server.link.defer();
      network.after(network.pick(30), () => {
        // Until it is handled again.
        views.pop()!.check();
        server.link.resume();
      });
    };
    const count = 10 + network.pick(30);
    const sizes = Array.from(
      { length: count },
      () => 2 + network.pick(!small && network.pick(6) === 0 ? 200_000 : 900),
    );
    for (const [i, size] of sizes.entries()) {
      const body = new Uint8Array(size).map((_, j) => i * 7 + j);
      peer.send(wire.TYPE_REQUEST, BigInt(i), 1n, body);
      if (network.random() < 0.5) network.run(network.pick(10));
      if (network.random() < 0.1) {
        server.link.pause();
        network.after(network.pick(50), () => server.link.resume());
      }
    }
    network.run(5_000);
    assertEquals(server.frames.length, count, `seed ${seed}`);
    for (const [i, { id, body }] of server.frames.entries()) {
      assertEquals([Number(id), body.length], [i, sizes[i]]);
      assert(body.every((byte, j) => byte === ((i * 7 + j) & 255)));
    }
  }
});

// Answers

/** A client that waits for an answer which it puts off when it comes. */
function answered(timeoutMs = 30_000): {
  network: SimNetwork;
  client: Recorder;
  peer: RawPeer;
  pending: RecordedPending;
} {
  const ends = rawServer();
  const { client, peer, network } = ends;
  const pending = client.ask(wire.TYPE_REQUEST, EMPTY, undefined, timeoutMs);
  const { onAnswer } = pending;
  let put = false;
  pending.onAnswer = (frame) => {
    if (put) return onAnswer.call(pending, frame);
    put = true;
    client.link.defer();
  };
  network.run();
  const { id } = peer.last(wire.TYPE_REQUEST);
  peer.send(wire.TYPE_RESPONSE, id, 1n, "{}");
  peer.send(wire.TYPE_RESPONSE, id, 1n, "{}");
  network.run();
  assertEquals([client.link.unansweredCount, pending.outcomes], [1, []]);
  return { ...ends, pending };
}

Deno.test("an answer that is put off answers later, once", () => {
  const { network, client, pending } = answered();
  network.run(10_000);
  client.link.resume();
  network.run();
  assertEquals([client.link.unansweredCount, pending.outcomes], [0, [
    "answer",
  ]]);
});

Deno.test("what waits for an answer that is put off still times out", () => {
  const { network, client, pending } = answered(5_000);
  network.run(6_000);
  assertEquals(pending.outcomes, ["timeout"]);
  client.link.resume();
  network.run();
  assertEquals([client.link.unansweredCount, pending.outcomes], [0, [
    "timeout",
  ]]);
});

Deno.test("an answer that is put off is lost with its connection", () => {
  const { network, client, pending } = answered();
  client.link.fail({ kind: "lost", text: "lost" });
  assertEquals(pending.outcomes, ["force closed"]);
  assertNothingLeft(network, client);
});

Deno.test("what waits for an answer that is put off can be abandoned", () => {
  const { network, client, pending } = answered();
  client.link.abandon(pending);
  client.link.resume();
  network.run(60_000);
  assertEquals([client.link.unansweredCount, pending.outcomes], [0, []]);
});

Deno.test("an answer that is put off is lost with its session", () => {
  const { network, client, server } = connected();
  const session = client.open("x");
  network.run();
  const pending = client.ask(wire.TYPE_REQUEST, EMPTY, session);
  pending.onAnswer = () => client.link.defer();
  network.run();
  const theirs = server.offered[0]!;
  const { id } = server.frames[0]!;
  server.link.writeBody(
    theirs,
    wire.TYPE_RESPONSE,
    Number(id >> 32n),
    Number(id & 0xffff_ffffn),
    EMPTY,
  );
  network.run();
  assertEquals([client.link.paused, client.link.unansweredCount], [true, 1]);
  session.finish({ kind: "lost", text: "test" });
  assertEquals([client.link.unansweredCount, pending.outcomes], [
    0,
    ["force closed"],
  ]);
});

Deno.test("an answer put off by who ends the link in the same moment fails once", () => {
  const { network, client, peer } = rawServer();
  const pending = client.ask(wire.TYPE_REQUEST, EMPTY);
  pending.onAnswer = () => {
    client.link.defer();
    client.link.fail({ kind: "lost", text: "defect" });
  };
  network.run();
  peer.send(wire.TYPE_RESPONSE, peer.last(wire.TYPE_REQUEST).id, 1n, "{}");
  network.run();
  assertEquals(pending.outcomes, ["force closed"]);
  assertNothingLeft(network, client);
});

// The end of the stream

Deno.test("what has arrived before the end is handled even when the link is paused", () => {
  const { network, server, peer } = rawClient();
  peer.send(wire.TYPE_SESSION, 20n, ACQUIRE, 100n, "{}");
  network.run();
  server.events.length = 0;
  server.onFrame = () => server.link.pause();
  const one = rawFrame(wire.TYPE_REQUEST, 1n, 1n, "{}");
  peer.sendBytes(join([one, one, one, one, one, one.subarray(0, 20)]));
  network.run();
  assertEquals(server.events, ["request"]);
  server.link.ended({ kind: "lost", text: "gone" });
  assertEquals(server.events, [
    ...new Array(5).fill("request"),
    "leaving: gone",
    "session closed: gone",
    "closed: gone",
  ]);
  assertNothingLeft(network, server);
});

Deno.test("a frame that is put off again at the end is lost with the link", () => {
  const { network, server, peer } = rawClient();
  server.onFrame = () => server.link.defer();
  for (let i = 0; i < 3; i++) peer.send(wire.TYPE_REQUEST, BigInt(i), 1n, "{}");
  network.run();
  server.link.ended({ kind: "lost", text: "gone" });
  assertEquals(server.events, [
    "request",
    "request",
    "leaving: gone",
    "closed: gone",
  ]);
  server.link.ended({ kind: "lost", text: "again" });
  assertNothingLeft(network, server);
});

Deno.test("a malformed frame before the end is the reason of the end", () => {
  const { network, server, peer } = rawClient();
  server.link.pause();
  peer.sendBytes(rawFrame(0x99, 1n));
  network.run();
  server.link.ended({ kind: "lost", text: "gone" });
  assert(server.events.at(-1)!.startsWith("closed: protocol error"));
});

for (const way of ["end", "reset"] as const) {
  Deno.test(`the ${way} of the stream ends a paused link at once`, () => {
    const { network, client, server } = connected();
    client.ask(wire.TYPE_REQUEST, EMPTY);
    network.run();
    server.link.pause();
    client.ask(wire.TYPE_REQUEST, EMPTY);
    network.run();
    if (way === "end") client.link.fail({ kind: "lost", text: "gone" });
    else client.port.cut();
    network.run(10);
    assertEquals(server.link.state, "closed");
    assertEquals(
      server.events.filter((event) => event === "request").length,
      way === "end" ? 2 : 1,
    );
    assertNothingLeft(network, client, server);
  });
}

Deno.test("a paused link reads a little, once", () => {
  const { network, server, peer } = rawClient();
  server.link.pause();
  peer.sendBytes(new Uint8Array(14 * 5_000));
  network.run(10_000);
  assert(server.link.reader.buffered > 0);
  assert(server.link.reader.buffered <= 256 + 256);
  assertEquals(server.link.reader.buf.length <= 512, true);
});
