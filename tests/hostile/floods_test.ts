/** Peers that send without end, never read, or trickle: memory stays bounded and others do not notice. */

import { assert, assertEquals } from "@std/assert";
import type { SimPeer } from "../gateway/simulation.ts";
import { cpuMs } from "../support/cpu_time.ts";
import { bytes, tail } from "../support/test_peer.ts";
import { rawFrame } from "../../proto/testing/raw_frame.ts";
import { Scene } from "./bystanders.ts";

const MB = 1_048_576;

/** Repeats a frame. */
function times(frame: Uint8Array, count: number): Uint8Array {
  const all = new Uint8Array(frame.length * count);
  for (let i = 0; i < count; i++) all.set(frame, i * frame.length);
  return all;
}

/** An edge that does not read, and the frame it repeats. */
function flood(
  scene: Scene,
  frame: (bad: SimPeer) => Uint8Array,
  maxOutbox: number,
  ours = false,
): SimPeer {
  const { gateway } = scene;
  const bad = gateway.edge({ ours });
  bad.paused = true;
  const many = times(frame(bad), 2_000);
  let most = 0;
  for (let i = 0; i < 200 && bad.link.state === "open"; i++) {
    bad.write(many);
    gateway.run(2);
    most = Math.max(most, bad.link.outbox.unwritten);
  }
  assert(most < maxOutbox, `${most} bytes wait for it`);
  scene.undisturbed();
  return bad;
}

Deno.test("registers whose acks are never read end their sender", () => {
  const scene = new Scene({ capacity: 50_000 });
  const bad = flood(scene, () => rawFrame(0x81, 1n, 1n, "m"), 4 * MB);
  assertEquals(bad.link.state, "closed");
});

Deno.test("heartbeats whose acks are never read end their sender", () => {
  const scene = new Scene({ capacity: 50_000 });
  const heartbeat = new Uint8Array(14);
  heartbeat.set([1, 0x21]);
  const bad = flood(scene, () => heartbeat, 4 * MB);
  assertEquals(bad.link.state, "closed");
});

Deno.test("calls and messages whose errors are never read end their sender", () => {
  const limits = { maxOutboxBytes: MB };
  const scene = new Scene({ capacity: 50_000, limits });
  for (
    const [type, body] of [[0x71, '{"key":"bm9wZQ=="}'], [0x51, "{}"]] as const
  ) {
    const bad = flood(scene, () => rawFrame(type, 1n, 1n, body), 3 * MB);
    assertEquals(bad.link.state, "closed");
    assert(scene.gateway.log.has("does not read its answers", "warn"));
  }
});

Deno.test("calls whose answers are never read end their sender, their targets stay", () => {
  const limits = { maxOutboxBytes: MB, maxInflightRequests: 100_000 };
  const scene = new Scene({ capacity: 50_000, limits });
  const value = "A".repeat(400);
  const body = `{"key":"ZWNobw==","value":"${value}"}`;
  const bad = flood(scene, () => rawFrame(0x71, 1n, 1n, body), 3 * MB);
  assertEquals(bad.link.state, "closed");
  scene.gateway.run(10);
  assertEquals(scene.gateway.exchange.inflight, 0);
});

Deno.test("a session flood is refused, then ended", () => {
  const limits = { maxSessionsPerConnection: 100 };
  const scene = new Scene({ limits });
  const { gateway } = scene;
  const bad = gateway.edge();
  bad.polite = false;
  for (let i = 0; i < 1_000; i++) bad.open("S");
  gateway.run(10);
  assertEquals(bad.link.state, "closed");
  gateway.run(100);
  assertEquals(gateway.streams.count, 0);
  scene.undisturbed();
  // One that closes what was refused may go on.
  const fair = gateway.edge();
  for (let i = 0; i < 50; i++) {
    for (let j = 0; j < 5; j++) fair.open("nobody");
    gateway.run(30);
  }
  assertEquals(fair.closed, undefined);
});

Deno.test("a service that registers methods without end is ended, and its methods go with it", () => {
  const scene = new Scene({ limits: { maxMethodsPerConnection: 50 } });
  const { gateway, edge } = scene;
  const bad = gateway.service("X");
  for (let i = 0; i < 50; i++) bad.register(`m${i}`);
  gateway.run();
  assertEquals(bad.closed, undefined);
  bad.register("m0");
  gateway.run();
  assertEquals(bad.closed, undefined, "a method may be registered again");
  bad.register("one too many");
  scene.ended(bad);
  const call = edge.call("m0");
  gateway.run();
  assertEquals(edge.outcome(call), "record not found");
});

Deno.test("method names of megabytes cannot fill the memory", () => {
  const scene = new Scene();
  const { gateway } = scene;
  const bad = gateway.service("X");
  const name = "n".repeat(MB);
  for (let i = 0; i < 20; i++) bad.register(name + i);
  gateway.run(200);
  scene.ended(bad);
});

Deno.test("a frame that trickles is ended by the heartbeat limit, and costs what has arrived", () => {
  const scene = new Scene();
  const { gateway } = scene;
  const bad = gateway.edge({ flags: 0x08 });
  const declared = rawFrame(0x71, 1n, 1n, new Uint8Array(0));
  new DataView(declared.buffer).setUint32(10, 10_000_000);
  bad.write(declared);
  gateway.run(5_000);
  assert(bad.link.reader.buf.length <= 65_536);
  scene.undisturbed();
});

Deno.test("a handshake that trickles is dropped after its limit", () => {
  const scene = new Scene({ limits: { handshakeTimeoutMs: 1_000 } });
  const { gateway } = scene;
  const bad = gateway.dial("edge");
  for (const byte of [1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 12, 0x18]) {
    bad.write(new Uint8Array([byte]));
    gateway.run(100);
  }
  assert(bad.closed !== undefined);
  scene.undisturbed();
});

Deno.test("10 MB declared and sent slowly are read, and the buffer is given back", () => {
  const scene = new Scene();
  const { gateway } = scene;
  const slow = gateway.edge({ flags: 0x38 });
  const body = bytes(`{"key":"bm9wZQ==","value":"${"A".repeat(9_999_996)}"}`);
  const frame = rawFrame(0x71, 1n, 1n, body);
  for (let at = 0; at < frame.length; at += 500_000) {
    slow.write(frame.subarray(at, at + 500_000));
    gateway.run(100);
    const { buf, buffered, inFrame } = slow.link.reader;
    if (!inFrame) continue;
    assert(buf.length <= Math.max(65_536, buffered * 4 + 65_536));
  }
  assertEquals(slow.outcome(1n), "record not found");
  for (let i = 0; i < 300; i++) {
    slow.call("nope");
    gateway.run(1);
  }
  assert(slow.link.reader.buf.length <= 65_536);
  scene.undisturbed();
});

Deno.test("cancels of nothing are cheap, also with very many calls in flight", () => {
  const scene = new Scene();
  const { gateway } = scene;
  const mute = gateway.service("mute", { methods: ["mute"] });
  const bad = gateway.edge();
  bad.write(times(rawFrame(0x71, 1n, 1n, '{"key":"bXV0ZQ=="}'), 60_000));
  gateway.run(200);
  assert(gateway.exchange.inflight >= 50_000, `${gateway.exchange.inflight}`);
  const cancels = times(rawFrame(0x73, 2n, 1n, new Uint8Array([0, 1])), 20_000);
  const start = cpuMs();
  bad.write(cancels);
  gateway.run(20);
  const took = cpuMs() - start;
  assert(took < 2_000, `20 000 cancels took ${took} ms`);
  mute.cut();
  gateway.run(50);
  assertEquals(gateway.exchange.inflight, 0);
  scene.undisturbed();
});

Deno.test("streams that come and go beside very many calls in flight stay cheap", () => {
  const scene = new Scene();
  const { gateway, service } = scene;
  service.register("mute");
  service.onRequest = () => undefined;
  const busy = gateway.edge();
  busy.write(times(rawFrame(0x71, 1n, 1n, '{"key":"bXV0ZQ=="}'), 60_000));
  gateway.run(200);
  assert(gateway.exchange.inflight >= 50_000);
  const bad = gateway.edge();
  const start = cpuMs();
  for (let i = 0; i < 1_000; i++) {
    const open = bad.open("S");
    gateway.run(1);
    bad.dismiss(bad.sessionAck(open)!.sessionId);
    gateway.run(1);
  }
  gateway.run(50);
  assertEquals(gateway.streams.count, 0);
  const took = cpuMs() - start;
  assert(took < 2_000, `1 000 streams took ${took} ms`);
});

Deno.test("a stream into a peer that never reads ends alone, its sender and others go on", () => {
  const limits = { streamBufferBytes: 200_000, streamStallMs: 1_000 };
  const scene = new Scene({ limits, capacity: 50_000 });
  const { gateway } = scene;
  const deaf = gateway.service("deaf");
  const sender = gateway.edge({ flags: 0x38 });
  const open = sender.open("deaf");
  gateway.run(30);
  deaf.paused = true;
  const up = sender.sessionAck(open)!.sessionId;
  for (let i = 0; i < 30; i++) sender.stream(up, new Uint8Array(50_000));
  gateway.run(500);
  scene.undisturbed();
  assert(deaf.link.outbox.unwritten < 700_000);
  gateway.run(1_500);
  const call = sender.call("echo", "back");
  gateway.run(5);
  assertEquals(sender.outcome(call), "ok: back");
});

Deno.test("messages to an edge that never reads are bounded and answered", () => {
  const limits = {
    maxOutboxBytes: 500_000,
    messageQueueBytes: 500_000,
    forwardTimeoutMs: 2_000,
  };
  const scene = new Scene({ limits, capacity: 50_000 });
  const { gateway, service } = scene;
  const deaf = gateway.edge({ flags: 0x38 });
  deaf.paused = true;
  const custom = tail(deaf.id);
  const value = new Uint8Array(20_000);
  const ids: bigint[] = [];
  for (let i = 0; i < 200; i++) {
    ids.push(service.publish("t", { custom, value }));
  }
  gateway.run(50);
  assert(deaf.link.outbox.unwritten < 1_000_000);
  scene.undisturbed();
  gateway.run(2_100);
  const outcomes = new Set(ids.map((id) => service.outcome(id)));
  assertEquals(outcomes, new Set(["timeout", "short buffer"]));
  scene.undisturbed();
});

Deno.test("messages on very many streams share one bound", () => {
  const limits = { messageWindowService: 2, messageQueueBytes: 20_000 };
  const scene = new Scene({ limits });
  const { gateway } = scene;
  const mute = gateway.service("mute");
  mute.onMessage = () => undefined;
  const bad = gateway.edge({ flags: 0x38 });
  const opens = Array.from({ length: 50 }, () => bad.open("mute"));
  gateway.run(50);
  const ids: bigint[] = [];
  for (const open of opens) {
    const { sessionId } = bad.sessionAck(open)!;
    for (let i = 0; i < 20; i++) {
      ids.push(bad.publish("t", { value: new Uint8Array(1_000) }, sessionId));
    }
  }
  gateway.run(100);
  const waiting = ids.filter((id) => bad.outcome(id) === "none").length;
  // 50 windows of 2, and 4 queues of 20 000 bytes.
  assert(waiting < 100 + 80, `${waiting} messages wait`);
  assert(waiting > 100);
  gateway.run(31_000);
  for (const id of ids) assert(bad.outcome(id) !== "none");
  // Nothing is owed afterwards.
  mute.onMessage = () => ({});
  for (const message of mute.all("message")) mute.answer(message);
  gateway.run(10);
  const again = bad.publish("t", "x", bad.sessionAck(opens[0]!)!.sessionId);
  gateway.run(10);
  assertEquals(bad.outcome(again), "ok: ");
  scene.undisturbed();
});

Deno.test("bytes on very many streams share one bound, and each stalled stream ends", () => {
  const limits = { streamBufferBytes: 50_000, streamStallMs: 500 };
  const maxMemory = 1_600_000;
  const scene = new Scene({ limits, maxMemory, capacity: 50_000 });
  const { gateway } = scene;
  const deaf = gateway.service("deaf");
  const sender = gateway.edge({ flags: 0x38 });
  const opens = Array.from({ length: 20 }, () => sender.open("deaf"));
  gateway.run(50);
  deaf.paused = true;
  const ups = opens.map((open) => sender.sessionAck(open)!.sessionId);
  // The deaf peer's outbox takes half a megabyte before anything is held.
  sender.stream(ups[0]!, new Uint8Array(600_000));
  for (const up of ups) sender.stream(up, new Uint8Array(40_000));
  gateway.run(50);
  const held = gateway.ledger.memory;
  assert(held < 900_000, `${held} bytes are held`);
  assert(sender.link.paused);
  gateway.run(20_000);
  assert(!sender.link.paused);
  assert(sender.all("dismiss").length > 0);
  scene.undisturbed();
  deaf.cut();
  gateway.run(50);
  assertEquals(gateway.ledger.snapshot().kinds["held bytes"], 0);
});

Deno.test("a caller that is ended while its calls time out takes nobody down", () => {
  const limits = { maxOutboxBytes: 20_000, forwardTimeoutMs: 500 };
  const scene = new Scene({ capacity: 5_000, limits });
  const { gateway } = scene;
  gateway.service("mute", { methods: ["mute"] });
  const bad = gateway.edge();
  const fair = gateway.edge();
  bad.paused = true;
  bad.write(times(rawFrame(0x71, 1n, 1n, '{"key":"bXV0ZQ=="}'), 1_000));
  gateway.run(20);
  const ids = Array.from({ length: 50 }, () => fair.call("mute"));
  gateway.run(600);
  assertEquals(bad.link.state, "closed");
  for (const id of ids) assertEquals(fair.outcome(id), "timeout");
  assertEquals(gateway.exchange.inflight, 0);
  scene.undisturbed();
});
