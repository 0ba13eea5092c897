import { assert, assertEquals } from "@std/assert";
import * as wire from "../wire/constants.ts";
import type { LinkRole } from "./link_state.ts";
import { effort } from "../testing/effort.ts";
import { RawPeer } from "../testing/raw_peer.ts";
import { rawFrame } from "../testing/raw_frame.ts";
import { Recorder } from "../testing/recorder.ts";
import { SimNetwork } from "../testing/sim_network.ts";

const encoder = new TextEncoder();
const EMPTY = encoder.encode("{}");
const TYPES = [
  wire.TYPE_CONN,
  wire.TYPE_CONN_ACK,
  wire.TYPE_DISCONN,
  wire.TYPE_DISCONN_ACK,
  wire.TYPE_HEARTBEAT,
  wire.TYPE_HEARTBEAT_ACK,
  wire.TYPE_SESSION,
  wire.TYPE_SESSION_ACK,
  wire.TYPE_DISMISS,
  wire.TYPE_DISMISS_ACK,
  wire.TYPE_MESSAGE,
  wire.TYPE_MESSAGE_ACK,
  wire.TYPE_STREAM,
  wire.TYPE_CREDIT,
  wire.TYPE_REQUEST,
  wire.TYPE_RESPONSE,
  wire.TYPE_REQUEST_CANCEL,
  wire.TYPE_REGISTER,
  wire.TYPE_REGISTER_ACK,
];
/** Bodies a peer may send, good and bad. */
const BODIES = [
  "{}",
  "{}",
  "{}",
  "null",
  " { } ",
  '{"error":"no"}',
  '{"peer":"x","meta":"bTE="}',
  '{"ext":["credit","early-data","cancel","x"],"window":[9000,90000]}',
  '{"ext":[],"window":[0,0]}',
  '{"ext":"credit","window":[-1,1e99]}',
  '{"meta":"!"}',
  '{"META":"bTE=","meta":[1,2]}',
  '{"value":"aGVsbG8=","deadline":"0001-01-01T00:00:00Z"}',
  '{"deadline":""}',
  "{",
  "",
  "[]",
  "\u0000\u0000",
  '{"peer":"' + "x".repeat(300) + '"}',
  "[".repeat(2_000),
  '{"a":'.repeat(500),
];

/** A hostile peer that knows what the link has told it. */
class Attacker {
  readonly #network: SimNetwork;
  readonly #peer: RawPeer;
  readonly #link: Recorder;

  constructor(network: SimNetwork, peer: RawPeer, link: Recorder) {
    this.#network = network;
    this.#peer = peer;
    this.#link = link;
  }

  #one<T>(list: readonly T[]): T {
    return list[this.#network.pick(list.length)]!;
  }

  #bytes(count: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(count).map(() => this.#network.pick(256));
  }

  /** An id the link knows, more often than not. */
  #id(): bigint {
    const { frames } = this.#peer;
    const roll = this.#network.pick(10);
    if (roll < 2) return BigInt(this.#network.pick(4));
    if (roll < 3 || frames.length === 0) {
      return new DataView(this.#bytes(8).buffer).getBigUint64(0);
    }
    const frame = this.#one(frames.slice(-20));
    if (roll < 6) return frame.id;
    if (roll < 8) {
      const sessions = [...this.#link.link.sessions()];
      return sessions.length === 0 ? 1n : this.#one(sessions).id;
    }
    if (roll < 9 && frame.body.length >= 18) {
      return new DataView(frame.body.buffer).getBigUint64(this.#one([2, 10]));
    }
    return frame.session;
  }

  #payload(type: number): (Uint8Array | bigint | string)[] {
    const json = this.#one(BODIES);
    switch (type) {
      case wire.TYPE_CONN:
        return [this.#bytes(2), this.#id(), json];
      case wire.TYPE_CONN_ACK:
        return [new Uint8Array([this.#network.pick(2)]), this.#id(), json];
      case wire.TYPE_DISCONN:
      case wire.TYPE_HEARTBEAT:
      case wire.TYPE_HEARTBEAT_ACK:
        return [];
      case wire.TYPE_DISCONN_ACK:
        return [new Uint8Array(1), json];
      case wire.TYPE_SESSION:
        return [
          new Uint8Array([0, this.#one([0, 0x10, 0xff])]),
          this.#id(),
          json,
        ];
      case wire.TYPE_SESSION_ACK:
        return [new Uint8Array(2), this.#id(), this.#id(), json];
      case wire.TYPE_CREDIT:
        return [this.#id(), this.#bytes(4)];
      case wire.TYPE_STREAM:
      case wire.TYPE_REGISTER:
        return [this.#id(), this.#bytes(this.#network.pick(200))];
      case wire.TYPE_REQUEST_CANCEL:
        return [this.#id(), this.#bytes(2)];
      default:
        return [this.#id(), json];
    }
  }

  #frame(): Uint8Array<ArrayBuffer> {
    const type = this.#network.pick(30) === 0
      ? this.#network.pick(256)
      : this.#one(TYPES);
    return rawFrame(type, this.#id(), ...this.#payload(type));
  }

  #spoil(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const pick = (below: number) => this.#network.pick(below);
    switch (pick(5)) {
      case 0:
        if (bytes.length > 0) bytes[pick(bytes.length)] = pick(256);
        return bytes;
      case 1:
        return bytes.slice(0, pick(bytes.length + 1));
      case 2:
        new DataView(bytes.buffer).setUint32(
          10,
          this.#one([0, 1, 7, 8, 9, 10, 100, 65_536, 10_485_761, 2 ** 32 - 1]),
        );
        return bytes;
      case 3:
        new DataView(bytes.buffer).setUint32(10, pick(bytes.length + 20));
        return bytes;
      default:
        return this.#bytes(pick(100));
    }
  }

  /** Sends something: mostly sound frames in an unsound order. */
  attack(spoilt: number): number {
    let bytes = this.#frame();
    if (this.#network.random() < spoilt) bytes = this.#spoil(bytes);
    this.#peer.sendBytes(bytes);
    return bytes.length;
  }
}

function runAttack(seed: number): void {
  const network = new SimNetwork({ seed });
  const { options } = network;
  options.maxPiece = 1 + network.pick(300);
  const [a, b] = network.pair();
  const role: LinkRole = network.random() < 0.6 ? "server" : "client";
  const target = new Recorder(role, a, {
    random: network.random,
    maxSessions: 50,
    sessionWindow: 3_000,
    connectionWindow: 20_000,
  });
  const peer = new RawPeer(b);
  const attacker = new Attacker(network, peer, target);
  // The link's frames alone tell what the attacker can know.
  target.admit = (link, request) => {
    if (network.random() < 0.8) link.accept(1, request.wantedLo);
    else if (network.random() < 0.5) link.refuse("no");
  };
  target.onOffer = (session) => {
    const roll = network.random();
    if (roll < 0.6) session.accept();
    else if (roll < 0.8) session.refuse("no");
  };
  target.onBytes = (session, count) => {
    if (network.random() < 0.7) session.consume(count);
  };
  // A few frames are put off, now and then until the end.
  target.onFrame = () => {
    if (network.random() < 0.9) return;
    target.link.defer();
    if (network.random() < 0.8) {
      network.after(network.pick(20), () => target.link.resume());
    }
  };
  let memory = 0;
  target.onReadMemory = (_link, delta) => memory += delta;
  if (role === "client") target.link.connect(EMPTY, 5n);
  network.run();
  if (network.random() < 0.85) {
    if (role === "server") {
      peer.send(
        wire.TYPE_CONN,
        3n,
        new Uint8Array([0x18, ...new Uint8Array(9)]),
        BODIES[network.pick(9)]!,
      );
    } else {
      const { id } = peer.last(wire.TYPE_CONN);
      peer.send(
        wire.TYPE_CONN_ACK,
        id,
        new Uint8Array(9),
        BODIES[network.pick(9)]!,
      );
    }
    network.run();
  }
  const spoilt = network.random() < 0.5 ? 0 : 0.03;
  let received = 0;
  for (let i = 0; i < 150 && target.link.state !== "closed"; i++) {
    received += attacker.attack(spoilt);
    const roll = network.random();
    if (roll < 0.1) target.ask(wire.TYPE_REQUEST, EMPTY, undefined, 500);
    else if (roll < 0.15) target.open("x", EMPTY);
    else if (roll < 0.2) {
      const [session] = target.link.sessions();
      session?.send(new Uint8Array(900), 0, 900);
      if (network.random() < 0.3) session?.close();
    } else if (roll < 0.21) target.link.close({ kind: "closed", text: "done" });
    else if (roll < 0.24) target.link.pause();
    else if (roll < 0.4) target.link.resume();
    if (network.random() < 0.5) network.run(network.pick(30));
    assert(target.link.reader.buf.length <= 65_536 + received * 4);
    assert(target.link.sessionCount <= 150);
    assert(target.link.outbox.unwritten < 2_000_000);
    assert(target.link.owed <= 1_100_000);
  }
  target.onFrame = () => {};
  while (target.link.paused) target.link.resume();
  network.run(100);
  if (network.random() < 0.2) target.link.ended({ kind: "lost", text: "gone" });
  if (target.link.state !== "closed") {
    target.link.close({ kind: "closed", text: "done" });
  }
  network.run(200_000);
  assertEquals(target.link.state, "closed");
  assertEquals(target.link.unansweredCount, 0);
  assertEquals(target.link.sessionCount, 0);
  assertEquals(network.wheel.size, 0);
  assertEquals(memory, 0);
  const ends = target.events.filter((e) => e.startsWith("closed: "));
  assertEquals(ends.length, 1);
  assert(ends[0]!.length > "closed: ".length);
}

Deno.test("whatever a peer sends, the link lives or ends with a reason", () => {
  const until = performance.now() +
    effort("FRONTIER_FUZZ_SECONDS", 5) * 1_000;
  let seed = effort("FRONTIER_FUZZ_SEED", 1);
  for (; performance.now() < until; seed++) {
    try {
      runAttack(seed);
    } catch (cause) {
      throw new Error(
        `Cannot survive: set FRONTIER_FUZZ_SEED=${seed} to see it again`,
        { cause },
      );
    }
  }
});

Deno.test("the 14 bytes that end Go peers end their own connection only", () => {
  for (const open of [false, true]) {
    for (const role of ["client", "server"] as const) {
      for (const type of TYPES) {
        for (const length of [0, 7, 9]) {
          const network = new SimNetwork();
          const [a, b] = network.pair();
          const target = new Recorder(role, a);
          const peer = new RawPeer(b);
          if (role === "client") target.link.connect(undefined);
          network.run();
          if (open && role === "server") {
            peer.send(wire.TYPE_CONN, 3n, new Uint8Array(10), "{}");
          } else if (open) {
            peer.send(
              wire.TYPE_CONN_ACK,
              peer.last(wire.TYPE_CONN).id,
              new Uint8Array(9),
              "{}",
            );
          }
          network.run();
          const bytes = rawFrame(type, 1n, new Uint8Array(length));
          peer.sendBytes(bytes.subarray(0, wire.HEADER_SIZE));
          network.run();
          peer.sendBytes(bytes.subarray(wire.HEADER_SIZE));
          network.run(1_000_000);
          assertEquals(target.link.state, "closed");
          assertEquals(network.wheel.size, 0);
        }
      }
    }
  }
});
