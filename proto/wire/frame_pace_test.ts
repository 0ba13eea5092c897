import { assert, assertEquals } from "@std/assert";
import {
  TYPE_HEARTBEAT,
  TYPE_REQUEST,
  TYPE_SESSION,
  TYPE_STREAM,
} from "./constants.ts";
import { FramePace } from "./frame_pace.ts";
import { rawFrame } from "../testing/raw_frame.ts";
import { assertNothingLeft, rawClient } from "../testing/scenes.ts";

const MIB = 1_048_576;

/** Begins a frame with so many bytes at once, and goes on with so many per second. */
function send(
  size: number,
  first: number,
  rate: number,
  seconds: number,
  type = TYPE_REQUEST,
) {
  const ends = rawClient();
  const { network, server, peer } = ends;
  let id = 1n;
  if (type === TYPE_STREAM) {
    peer.send(TYPE_SESSION, 20n, "\0\0", id = 9n, "{}");
    network.run(30);
  }
  const frame = rawFrame(type, 1n, id, new Uint8Array(size));
  peer.sendBytes(frame.subarray(0, first));
  let at = first;
  let lived = 0;
  for (; lived < seconds && server.link.state !== "closed"; lived++) {
    network.run(1_000);
    peer.sendBytes(frame.subarray(at, at += rate));
  }
  network.run();
  return { ...ends, lived };
}

Deno.test("a large frame needs a least pace, and an end", () => {
  const pace = new FramePace(0, 100_000);
  assertEquals(pace.dueAt, 30_000);
  assertEquals(pace.check(30_000, 130_720, false), true);
  assertEquals(pace.check(60_000, 161_439, false), false);
  const slow = new FramePace(0, 0);
  for (let now = 30_000; now < 300_000; now += 30_000) {
    assertEquals(slow.check(now, now * 2, false), true);
  }
  assertEquals(slow.check(300_000, 600_000, false), false);
});

Deno.test("time in which nothing could arrive does not count", () => {
  const pace = new FramePace(0, 0);
  for (let i = 1; i <= 20; i++) {
    assertEquals(pace.check(i * 30_000, 0, true), true);
  }
  const stopped = new FramePace(0, 0);
  assertEquals(stopped.check(500_000, 0, false), true);
  assertEquals(stopped.check(530_000, 40_000, false), true);
  assertEquals(stopped.check(560_000, 40_000, false), false);
});

for (const size of [100_000, MIB, 9 * MIB]) {
  Deno.test(`a frame of ${size} bytes that trickles is ended, and its memory given back`, () => {
    let memory = 0;
    const first = size - 50_000;
    const { server, lived, network } = send(size, first, 200, 100);
    server.onReadMemory = (_link, delta) => memory += delta;
    assertEquals(
      server.events.at(-1),
      "closed: a large frame arrived too slowly",
    );
    assertEquals(server.end?.kind, "slow");
    assert(lived >= 29 && lived <= 62, `${lived} s`);
    assertEquals(server.link.reader.buf.length, 0);
    assertNothingLeft(network, server);
  });
}

Deno.test("a slow uplink gets frames of moderate size through", () => {
  const { server, lived } = send(500_000, 2_000, 2_000, 250);
  assertEquals([server.events, lived], [["request"], 250]);
});

Deno.test("no frame takes longer than five minutes", () => {
  const { server, lived } = send(9 * MIB, 2_000, 2_000, 1_000);
  assertEquals(server.link.state, "closed");
  assert(lived > 290 && lived < 370, `${lived} s`);
});

Deno.test("raw bytes are handed on as they come and need no pace", () => {
  const { server } = send(9 * MIB, 100_000, 150, 500, TYPE_STREAM);
  assertEquals(server.link.state, "open");
});

Deno.test("a large frame that has arrived leaves no timer behind", () => {
  const { network, server, peer } = rawClient();
  const frame = rawFrame(TYPE_REQUEST, 1n, 1n, new Uint8Array(MIB));
  peer.sendBytes(frame.subarray(0, MIB / 2));
  network.run(25_000);
  peer.sendBytes(frame.subarray(MIB / 2));
  network.run();
  assertEquals(server.events, ["request"]);
  for (let i = 0; i < 20; i++) {
    peer.send(TYPE_HEARTBEAT, 1n);
    network.run(20_000);
  }
  assertEquals(server.link.state, "open");
});

Deno.test("a paused link holds no large frame against its sender", () => {
  const { network, server, peer } = rawClient();
  const frame = rawFrame(TYPE_REQUEST, 1n, 1n, new Uint8Array(MIB));
  peer.sendBytes(frame.subarray(0, MIB / 2));
  network.run();
  server.link.pause();
  peer.sendBytes(frame.subarray(MIB / 2));
  network.run(400_000);
  assertEquals(server.link.state, "open");
  server.link.resume();
  network.run();
  assertEquals(server.events, ["request"]);
});

Deno.test("the memory that is read into is told as it changes, and is nothing at the end", () => {
  for (const size of [100, 5_000, 200_000, 3 * MIB]) {
    for (const whole of [true, false]) {
      const { network, server, peer } = rawClient();
      let memory = server.link.reader.buf.length - 256;
      let most = 0;
      server.onReadMemory = (link, delta) => {
        memory += delta;
        most = Math.max(most, memory);
        if (link.state !== "closed") {
          assertEquals(memory, link.reader.buf.length - 256);
        }
      };
      const frame = rawFrame(TYPE_REQUEST, 1n, 1n, new Uint8Array(size));
      peer.sendBytes(frame.subarray(0, whole ? frame.length : size));
      network.run();
      if (size > 300) assert(most >= size - 256 && most <= size * 4 + 65_536);
      server.link.fail({ kind: "lost", text: "test" });
      assertEquals(memory, 0);
    }
  }
});

Deno.test("a link that ends inside a handler lets go of its buffer afterwards", () => {
  const { network, server, peer } = rawClient();
  let memory = server.link.reader.buf.length - 256;
  server.onReadMemory = (_link, delta) => memory += delta;
  server.onFrame = (_session, frame) => {
    server.link.fail({ kind: "lost", text: "test" });
    assertEquals(frame.buf[frame.bodyStart], 7);
  };
  peer.send(TYPE_REQUEST, 1n, 1n, new Uint8Array(5_000).fill(7));
  network.run();
  assertEquals([server.link.reader.buf.length, memory], [0, 0]);
});
