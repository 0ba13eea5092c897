/**
 * Random frames, most of them nearly right, from peers on both sides in every
 * state, while others work. Nothing but a protocol error may come of it.
 *
 * A failure names its seed; `FUZZ_SEED=<seed>` runs that one alone, and
 * `FUZZ_RUNS=<count>` more of them.
 */

import { assertEquals } from "@std/assert";
import { NOTHING_LEFT, type SimPeer } from "../gateway/simulation.ts";
import { rawFrame } from "../../proto/testing/raw_frame.ts";
import { Scene } from "./bystanders.ts";

const TYPES = [
  0x01,
  0x02,
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
];
/** Types that are worth sending often, for they do not end the connection. */
const USEFUL = [
  0x21,
  0x31,
  0x32,
  0x41,
  0x42,
  0x51,
  0x52,
  0x61,
  0x71,
  0x72,
  0x73,
  0x81,
];
const BODIES = [
  "{}",
  "null",
  '{"key":"ZWNobw==","value":"cGluZw=="}',
  '{"key":"bXV0ZQ=="}',
  '{"key":"bm9wZQ==","timeout":1000000}',
  '{"value":"aGVsbG8=","topic":"t"}',
  '{"value":"aGVsbG8=","topic":"u","custom":"AAAAAAAAAAE="}',
  '{"custom":"AAAA"}',
  '{"error":"no"}',
  '{"peer":"S"}',
  '{"peer":"fuzz"}',
  '{"peer":"1"}',
  '{"meta":"YQ==","peer":"S"}',
  ' {"KEY":[101,99,104,111]} ',
  '{"deadline":"2024-08-20T15:09:56Z"}',
];
const BAD_BODIES = ["", "{", "[]", '{"value":"x"}', '{"deadline":""}', "{}}"];

function attack(seed: number): void {
  const scene = new Scene({
    seed,
    maxPiece: 200,
    maxDelayMs: 0,
    capacity: 20_000,
    limits: {
      maxSessionsPerConnection: 12,
      maxInflightRequests: 60,
      maxOutboxBytes: 40_000,
      messageWindowEdge: 2,
      messageWindowService: 3,
      messageQueueBytes: 2_000,
      streamBufferBytes: 4_000,
      streamStallMs: 300,
      forwardTimeoutMs: 800,
      handshakeTimeoutMs: 400,
      maxMethodsPerConnection: 30,
    },
  });
  const { gateway } = scene;
  const { network } = gateway;
  gateway.run(10);
  const pick = <T>(list: readonly T[]): T => list[network.pick(list.length)]!;
  let peers: SimPeer[] = [];

  const newcomer = (): SimPeer => {
    const ours = network.pick(2) === 0;
    const peer = gateway.dial(network.pick(2) === 0 ? "edge" : "service", {
      ours,
      flags: 0x38,
      meta: new TextEncoder().encode('{"service":"fuzz","topics":["u","*"]}'),
    });
    peer.polite = network.pick(2) === 0;
    peer.accepts = network.pick(3) > 0;
    if (network.pick(8) > 0) peer.conn();
    return peer;
  };

  const session = (peer: SimPeer): bigint => {
    const known = [
      ...peer.all("session").map(({ negotiateId }) => negotiateId),
      ...peer.all("session-ack").map(({ sessionId }) => sessionId),
    ];
    const what = network.pick(10);
    if (what < 5 || known.length === 0) return 1n;
    return what < 9 ? pick(known) : BigInt(network.pick(5));
  };

  /** An id of a packet that waits for an answer, or any. */
  const answerable = (peer: SimPeer): bigint => {
    const asked = [
      ...peer.all("request"),
      ...peer.all("message"),
      ...peer.all("session"),
    ];
    return asked.length > 0 && network.pick(4) > 0
      ? pick(asked).packetId
      : BigInt(network.pick(6));
  };

  const frame = (peer: SimPeer): Uint8Array => {
    const type = network.pick(12) === 0 ? pick(TYPES) : pick(USEFUL);
    const body = network.pick(150) === 0 ? pick(BAD_BODIES) : pick(BODIES);
    const id = [0x52, 0x72, 0x32].includes(type)
      ? answerable(peer)
      : BigInt(network.pick(40));
    if (type === 0x11 || type === 0x21 || type === 0x22) {
      return rawFrame(type, id, 1n, "").slice(0, 14).with(13, 0);
    }
    if (type === 0x61) {
      return rawFrame(
        type,
        id,
        session(peer),
        new Uint8Array(network.pick(3_000)),
      );
    }
    if (type === 0x73) return rawFrame(type, id, session(peer), "\0\x01");
    if (type === 0x62) return rawFrame(type, id, session(peer), "\0\0\x10\0");
    if (type === 0x31) {
      const made = rawFrame(
        type,
        id,
        BigInt(network.pick(2 ** 30)),
        `\0\0${body}`,
      );
      // Flags come before the negotiate id.
      made.copyWithin(16, 14, 22);
      made[14] = 0;
      made[15] = network.pick(5) > 0 ? 0x10 : 0;
      return made;
    }
    if (type === 0x32) {
      const opened = peer.all("session");
      const negotiate = opened.length > 0 ? pick(opened).negotiateId : 9n;

      const text = new TextEncoder().encode(body);
      const payload = new Uint8Array(18 + text.length);
      const view = new DataView(payload.buffer);
      view.setBigUint64(2, negotiate);
      view.setBigUint64(10, negotiate);
      payload.set(text, 18);
      const made = rawFrame(type, id, 0n, payload.subarray(8));
      made.set(payload.subarray(0, 8), 14);
      return made;
    }
    return rawFrame(type, id, session(peer), body);
  };

  for (let step = 0; step < 300; step++) {
    peers = peers.filter((peer) => peer.closed === undefined);
    if (peers.length < 4) peers.push(newcomer());
    const peer = pick(peers);
    const what = network.pick(60);
    if (what === 0) peer.cut();
    else if (what === 1) peer.tear();
    else if (what === 2) peer.paused = network.pick(2) === 0;
    else if (what === 3) {
      peer.write(new Uint8Array(50).map(() => network.pick(256)));
    } else if (what === 4) peer.write(frame(peer).subarray(0, 10));
    else peer.write(frame(peer));
    if (network.pick(3) === 0) gateway.run(network.pick(40));
  }
  for (const peer of peers) {
    if (peer.closed !== undefined) continue;
    peer.paused = false;
    peer.cut();
  }
  // What they asked of the others runs out; the others are still themselves.
  gateway.run(1_000);
  scene.undisturbed();
  scene.edge.cut();
  scene.service.cut();
  // Until the log, which tells of strangers once a minute, has told of all.
  gateway.run(130_000);
  assertEquals(gateway.leftovers, NOTHING_LEFT);
  assertEquals(network.wheel.size, 0);
}

Deno.test("random frames end nothing but their senders", () => {
  const only = Deno.env.get("FUZZ_SEED");
  const runs = Number(Deno.env.get("FUZZ_RUNS") ?? 40);
  const seeds = only === undefined
    ? Array.from({ length: runs }, (_, i) => i + 1)
    : [Number(only)];
  for (const seed of seeds) {
    try {
      attack(seed);
    } catch (cause) {
      throw new Error(`Attack ${seed} succeeds: ${cause}`, { cause });
    }
  }
});
