/** Frames and bodies that crash, poison or confuse Go peers. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import vectors from "../../proto/testdata/wire_vectors.json" with {
  type: "json",
};
import type { SimPeer } from "../gateway/simulation.ts";
import { tail } from "../support/test_peer.ts";
import { rawFrame } from "../../proto/testing/raw_frame.ts";
import { Scene } from "./bystanders.ts";

/** Frames without a body, or with fewer bytes than their type needs. */
function header(type: number, length: number, payload = 0): Uint8Array {
  const frame = new Uint8Array(14 + payload);
  frame[0] = 1;
  frame[1] = type;
  frame[9] = 3;
  new DataView(frame.buffer).setUint32(10, length);
  return frame;
}

const SIDES = ["edge", "service"] as const;
const STAGES = ["before", "after"] as const;

/** Connects an offender on either side, before or after its handshake. */
function offender(
  scene: Scene,
  side: typeof SIDES[number],
  stage: typeof STAGES[number],
): SimPeer {
  if (stage === "before") return scene.gateway.dial(side);
  return side === "edge" ? scene.gateway.edge() : scene.gateway.service("X");
}

Deno.test("no short, long or empty frame hurts more than its sender", () => {
  const frames: [string, Uint8Array][] = [];
  for (
    const type of [
      0x02,
      0x12,
      0x31,
      0x32,
      0x41,
      0x42,
      0x01,
      0x51,
      0x61,
      0x71,
      0x72,
      0x73,
      0x81,
      0x82,
    ]
  ) {
    frames.push([`type ${type.toString(16)} empty`, header(type, 0)]);
  }
  frames.push(
    ["conn of 9", header(0x01, 9, 9)],
    ["conn ack of 8", header(0x02, 8, 8)],
    ["disconn ack of 0", header(0x12, 0)],
    ["session of 9", header(0x31, 9, 9)],
    ["session ack of 17", header(0x32, 17, 17)],
    ["dismiss of 7", header(0x41, 7, 7)],
    ["dismiss ack of 7", header(0x42, 7, 7)],
    ["cancel of 8", header(0x73, 8, 8)],
    ["cancel of 9", header(0x73, 9, 9)],
    ["stream of 7", header(0x61, 7, 7)],
    ["over the cap", header(0x71, 10_485_761)],
    ["4 GiB", header(0x51, 0xffff_ffff)],
    ["500 MiB of stream", header(0x61, 524_288_000)],
    ["disconn with payload", header(0x11, 1, 1)],
    ["heartbeat with payload", header(0x21, 3, 3)],
    ["heartbeat ack with payload", header(0x22, 3, 3)],
  );
  for (const [name, frame] of frames) {
    for (const side of SIDES) {
      for (const stage of STAGES) {
        const scene = new Scene();
        const bad = offender(scene, side, stage);
        bad.write(frame);
        scene.ended(bad, `${name}, ${side}, ${stage} the handshake`);
      }
    }
  }
});

Deno.test("every malformed vector ends its sender alone, every accepted one does not", () => {
  for (const vector of vectors) {
    const { hostile, decodeOnly } = vector.fields as Record<string, unknown>;
    if (!hostile && !decodeOnly) continue;
    const isConn = vector.name.startsWith("accept-conn");
    const scene = new Scene();
    const peer = offender(scene, "edge", isConn ? "before" : "after");
    peer.write(Uint8Array.fromHex(vector.hex));
    if (vector.name.startsWith("accept-")) {
      scene.gateway.run(5);
      assertEquals(peer.closed, undefined, vector.name);
      if (isConn) assertEquals(peer.connAck.returnCode, 0, vector.name);
      else {assert(
          peer.outcome(BigInt(`0x${vector.hex.slice(4, 20)}`)) !== "none",
        );}
    } else scene.ended(peer, vector.name);
  }
});

Deno.test("unknown types end their sender", () => {
  const known = new Set([
    1,
    2,
    0x11,
    0x12,
    0x21,
    0x22,
    0x31,
    0x32,
    0x41,
    0x42,
    0x51,
    0x52,
    0x61,
    0x62,
    0x71,
    0x72,
    0x73,
    0x81,
    0x82,
  ]);
  for (let type = 0; type < 256; type++) {
    if (known.has(type)) continue;
    const scene = new Scene();
    const bad = scene.gateway.edge();
    bad.write(header(type, 20, 20));
    scene.ended(bad, `type ${type}`);
  }
});

Deno.test("anything but a conn before the handshake ends its sender", () => {
  for (
    const type of [
      0x02,
      0x11,
      0x12,
      0x21,
      0x22,
      0x31,
      0x41,
      0x51,
      0x61,
      0x71,
      0x81,
    ]
  ) {
    const scene = new Scene();
    const bad = scene.gateway.dial("edge");
    const length = [0x11, 0x21, 0x22].includes(type) ? 0 : 40;
    bad.write(header(type, length, length));
    scene.ended(bad, `type ${type.toString(16)}`);
  }
  // Another protocol altogether.
  const scene = new Scene();
  const bad = scene.gateway.dial("edge");
  bad.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  scene.ended(bad, "HTTP");
});

Deno.test("a second conn, a conn ack and a server's heartbeat end their sender", () => {
  const scene = new Scene();
  for (const side of SIDES) {
    const twice = offender(scene, side, "after");
    twice.conn();
    scene.ended(twice, "second conn");
    const ack = offender(scene, side, "after");
    ack.write(
      rawFrame(0x02, 1n, 1n, new TextEncoder().encode("\u0000\u0000{}")),
    );
    scene.ended(ack, "conn ack");
  }
});

Deno.test("credit without the extension ends its sender", () => {
  const scene = new Scene();
  const bad = scene.gateway.edge();
  bad.grant(0n, 1_000);
  scene.ended(bad);
});

Deno.test("credit that overflows the window ends its sender", () => {
  const scene = new Scene();
  const bad = scene.gateway.edge({ ours: true });
  for (let i = 0; i < 70_000; i++) bad.grant(0n, 0xffff_ffff);
  scene.ended(bad);
});

/** Bodies that Go's decoder refuses; `accept` ones it takes. */
const POISON = [
  "",
  "   ",
  "nope",
  "[]",
  '"text"',
  "12",
  "true",
  "{",
  "{}x",
  "{}{}",
  '{"key":"bQ=="',
  '{"key":"bQ"}',
  '{"key":"bQ==="}',
  '{"key":"b_-="}',
  '{"key":"b Q="}',
  '{"key":12}',
  '{"key":[256]}',
  '{"key":[1.5]}',
  '{"key":["a"]}',
  '{"value":"YQ"}',
  '{"value":true}',
  '{"value":{}}',
  '{"custom":"%"}',
  '{"topic":1}',
  '{"topic":["a"]}',
  '{"error":{}}',
  '{"timeout":1.5}',
  '{"timeout":"1"}',
  '{"timeout":1e9}',
  '{"timeout":9223372036854775808}',
  '{"deadline":""}',
  '{"deadline":0}',
  '{"deadline":"2024-08-20"}',
  '{"deadline":"2024-08-20t15:09:56Z"}',
  '{"deadline":"2024-08-20T15:09:56z"}',
  '{"deadline":"2024-08-20T24:00:00Z"}',
  '{"deadline":"2024-02-30T00:00:00Z"}',
  '{"deadline":"2024-08-20T15:09:60Z"}',
  '{"deadline":"2024-08-20T15:09:56+0800"}',
  '{"context":[]}',
  '{"context":{"deadline":"x"}}',
  '{"context":{"deadline":"2024-08-20T15:09:56"}}',
  '{"a":"\u0001"}',
  '{"a":"\\x"}',
  '{"a":01}',
  '{"a":tru}',
  "{'key':'bQ=='}",
  '{"key":"bQ==",}',
];

Deno.test("no poisonous body of a request or message reaches its target; the sender pays", () => {
  for (const type of [0x71, 0x51]) {
    for (const body of POISON) {
      for (const side of SIDES) {
        const scene = new Scene();
        const { gateway } = scene;
        const bad = offender(scene, side, "after");
        const before = [scene.service, scene.edge].map((one) =>
          one.packets.length
        );
        bad.write(rawFrame(type, 9n, 1n, body));
        gateway.run(5);
        assertEquals(
          [scene.service, scene.edge].map((one) => one.packets.length),
          before,
          body,
        );
        scene.ended(bad, `${type.toString(16)} ${body}`);
      }
    }
  }
});

Deno.test("no poisonous answer reaches the caller; who answered pays", () => {
  for (const body of POISON) {
    const scene = new Scene();
    const { gateway, edge } = scene;
    const bad = gateway.service("X", { methods: ["bad"], topics: ["bad"] });
    bad.onMessage = () => undefined;
    const call = edge.call("bad");
    const message = edge.publish("bad");
    gateway.run();
    bad.write(rawFrame(0x72, bad.last("request").packetId, 1n, body));
    scene.ended(bad, body);
    assertEquals(edge.outcome(call), "force closed");
    assertEquals(edge.outcome(message), "force closed");

    const ack = gateway.service("X", { topics: ["bad"] });
    ack.onMessage = () => undefined;
    const again = edge.publish("bad");
    gateway.run();
    ack.write(rawFrame(0x52, ack.last("message").packetId, 1n, body));
    scene.ended(ack, body);
    assertEquals(edge.outcome(again), "force closed");
    assertEquals(gateway.exchange.inflight, 0);
  }
});

Deno.test("poison inside a stream ends its sender, and the stream", () => {
  for (const type of [0x71, 0x51]) {
    const scene = new Scene();
    const { gateway, service } = scene;
    const bad = gateway.edge();
    const open = bad.open("S");
    gateway.run(30);
    const { sessionId } = bad.sessionAck(open)!;
    bad.write(rawFrame(type, 9n, sessionId, '{"value":"x"}'));
    scene.ended(bad);
    gateway.run(30);
    assertEquals(service.all("dismiss").length, 1);
    assertEquals(gateway.streams.count, 0);
  }
});

Deno.test("bad JSON in conn, session, dismiss and register ack ends the sender", () => {
  const utf8 = new TextEncoder();
  const fixed = (type: number, bytes: number, json: string): Uint8Array => {
    const frame = new Uint8Array(14 + bytes + json.length);
    frame.set(header(type, bytes + json.length));
    frame.set(utf8.encode(json), 14 + bytes);
    frame[15] = 0x10;
    return frame;
  };
  for (
    const json of [
      "nope",
      "[]",
      '{"meta":"x"}',
      '{"error":1}',
      "{}x",
      '{"peer":1',
    ]
  ) {
    const scene = new Scene();
    const conn = scene.gateway.dial("edge");
    conn.write(fixed(0x01, 10, json));
    if (!json.includes("peer")) scene.ended(conn, json);
    const session = scene.gateway.edge();
    session.write(fixed(0x31, 10, json));
    scene.ended(session, json);
    const dismiss = scene.gateway.edge();
    dismiss.write(rawFrame(0x41, 1n, 1n, json));
    scene.ended(dismiss, json);
  }
});

Deno.test("a tail shorter than 8 bytes is answered, and ends nobody", () => {
  const scene = new Scene();
  const { gateway } = scene;
  const bad = gateway.service("X");
  for (let length = 0; length < 8; length++) {
    const custom = new Uint8Array(length);
    const ids = [bad.call("m", { custom }), bad.publish("t", { custom })];
    gateway.run();
    for (const id of ids) {
      assertStringIncludes(bad.outcome(id), "illegal custom");
    }
  }
  assertEquals(bad.closed, undefined);
  scene.undisturbed();
});

Deno.test("deep and long JSON is refused or read without harm", () => {
  const scene = new Scene();
  const { gateway } = scene;
  for (
    const body of [
      `{"x":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
      `{"x":${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}}`,
    ]
  ) {
    const bad = gateway.edge();
    bad.write(rawFrame(0x71, 9n, 1n, body));
    gateway.run(5);
    assert(bad.closed !== undefined || bad.outcome(9n) !== "none");
    scene.undisturbed();
  }
  const meta = gateway.dial("service", {
    meta: new TextEncoder().encode("[".repeat(100_000)),
  });
  meta.conn();
  gateway.run(5);
  assertEquals(meta.connAck.returnCode, 1);
  scene.undisturbed();
});

Deno.test("answers to nothing, of every kind, are ignored", () => {
  const scene = new Scene();
  const { gateway } = scene;
  const odd = gateway.edge();
  for (const type of [0x72, 0x52, 0x82]) {
    odd.write(rawFrame(type, 99n, 1n, "{}"));
  }
  const ack = header(0x32, 20, 20);
  ack.set(new TextEncoder().encode("{}"), 32);
  odd.write(ack);
  odd.write(header(0x22, 0));
  gateway.run();
  assertEquals(odd.closed, undefined);
  scene.undisturbed();
});

Deno.test("a session id in use, reserved or forged ends or misses, and takes nothing over", () => {
  const scene = new Scene();
  const { gateway, service } = scene;
  for (const id of [0n, 1n]) {
    const bad = gateway.edge();
    const frame = header(0x31, 12, 12);
    new DataView(frame.buffer).setBigUint64(16, id);
    frame.set(new TextEncoder().encode("{}"), 24);
    bad.write(frame);
    scene.ended(bad, `negotiate id ${id}`);
  }
  const edge = gateway.edge();
  const open = edge.open("S");
  gateway.run(30);
  const { sessionId } = edge.sessionAck(open)!;
  const twice = header(0x31, 12, 12);
  new DataView(twice.buffer).setBigUint64(16, sessionId);
  twice.set(new TextEncoder().encode("{}"), 24);
  // Another connection cannot reach that session.
  const thief = gateway.edge();
  thief.stream(sessionId, "forged");
  gateway.run();
  assertEquals(service.read(service.last("session").negotiateId), "");
  edge.write(twice);
  scene.ended(edge, "id in use");
});

Deno.test("one negotiate id used for many opens gives each its own session", () => {
  const scene = new Scene();
  const { gateway } = scene;
  const edge = gateway.edge();
  const opens = [1, 2, 3].map(() => edge.open("S", 5n));
  gateway.run(30);
  const ids = opens.map((open) => edge.sessionAck(open)!.sessionId);
  assertEquals(new Set(ids).size, 3);
  scene.undisturbed();
});

Deno.test("an edge claims ids, names and hooks in vain", () => {
  const scene = new Scene();
  const { gateway, edge } = scene;
  const bad = gateway.edge({ flags: 0x10, wantedId: edge.id });
  for (const method of ["echo", "get_edge_id", "edge_online"]) {
    bad.register(method);
  }
  bad.call("x", { custom: tail(edge.id) });
  gateway.run();
  assert(bad.id !== edge.id);
  assertEquals(bad.all("request").length, 0);
  scene.undisturbed();
});

Deno.test("who sends nonsense again and again gets one line a minute", () => {
  for (const side of SIDES) {
    for (const stage of STAGES) {
      const scene = new Scene();
      const { gateway } = scene;
      const lines = () =>
        gateway.log.lines.filter(({ message }) =>
          message === "Connection ended for what its peer sent"
        );
      for (let i = 0; i < 50; i++) {
        offender(scene, side, stage).write(header(0x51, 0));
        gateway.run(5);
      }
      assertEquals(lines().length, 1);
      gateway.run(60_000);
      assertEquals(lines().length, 2);
      assertEquals(lines()[1]!.fields.times, 49);
    }
  }
});
