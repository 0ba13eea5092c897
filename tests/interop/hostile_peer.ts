/** A peer that keeps to the protocol just enough to be listened to, and for the rest sends what it likes. */

import vectors from "../../proto/testdata/wire_vectors.json" with {
  type: "json",
};
import { rawFrame } from "../../proto/testing/raw_frame.ts";
import { damage, randomConnectionBody, randomDataBody } from "./random_body.ts";
import { concat, RawSocket } from "../support/raw_socket.ts";
import { tail } from "../support/test_peer.ts";
import type { SeededRandom } from "./seeded_random.ts";

const encoder = new TextEncoder();

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
  0x71,
  0x72,
  0x73,
  0x81,
  0x82,
  0x62,
];
/** Types with the most code behind them: sent more often. */
const BUSY_TYPES = [0x31, 0x41, 0x51, 0x61, 0x71, 0x71, 0x72, 0x51, 0x52];

const FRAMES = vectors.map((vector) => Uint8Array.fromHex(vector.hex));

/** What a hostile peer knows of its victims. */
export interface Targets {
  /** Port it dials. */
  readonly port: number;
  /** Ids of edges to aim at, for a hostile service. */
  readonly edges: readonly bigint[];
  /** Methods, topics and service names to aim at. */
  readonly names: readonly string[];
  /** Meta for its handshake. */
  readonly meta: string;
  /** Told the id it was given, so that victims can be made to speak to it. */
  onConnected(id: bigint): void;
}

/** One connection of random frames. */
export class HostilePeer {
  readonly #random: SeededRandom;
  readonly #targets: Targets;
  /** Session ids that mean something on this connection. */
  readonly #sessions: bigint[] = [1n];
  readonly #packets: bigint[] = [1n];
  #replies: Uint8Array[] = [];

  /**
   * @param random Source of choices.
   * @param targets Whom to harm.
   */
  constructor(random: SeededRandom, targets: Targets) {
    this.#random = random;
    this.#targets = targets;
  }

  /**
   * Connects, misbehaves, and goes.
   *
   * @returns How many frames were sent.
   */
  async run(): Promise<number> {
    const random = this.#random;
    using socket = await RawSocket.dial(this.#targets.port, {
      onFrame: ({ type, id, payload }) =>
        this.#answer(type, id, payload.slice()),
    });
    let sent = 0;
    if (random.chance(0.9)) {
      await socket.send(this.#handshake());
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const rounds = 1 + random.int(15);
    for (let round = 0; round < rounds && !socket.closed; round++) {
      const batch = this.#replies.splice(0);
      const count = random.int(8);
      for (let i = 0; i < count; i++) batch.push(this.#frame());
      sent += batch.length;
      await this.#sendInPieces(socket, batch);
      if (random.chance(0.3)) {
        await new Promise((resolve) => setTimeout(resolve, random.int(8)));
      }
    }
    if (random.chance(0.5)) socket.end();
    // Half of them read on for a while: late answers, dismisses, the end.
    if (random.chance(0.5)) await socket.until(() => false, 30);
    return sent;
  }

  #handshake(): Uint8Array {
    const random = this.#random;
    const body = JSON.stringify({
      meta: btoa(this.#targets.meta),
      ...(random.chance(0.3)
        ? {
          ext: random.pick([["cancel"], ["credit", "early-data", "cancel"], [
            "?",
          ], 5]),
        }
        : {}),
    });
    const flags = random.pick([0x18, 0x18, 0x18, 0x38, 0x08, 0xff]);
    return rawFrame(0x01, 1n, Uint8Array.of(flags, 0), 0n, body);
  }

  /** One frame: well formed, nearly so, or not at all. */
  #frame(): Uint8Array {
    const random = this.#random;
    const kind = random.int(100);
    if (kind < 4) return damage(random, random.pick(FRAMES));
    if (kind < 5) return random.bytes(1 + random.int(40));
    if (kind < 6) {
      return rawFrame(
        random.pick(TYPES),
        this.#packetId(),
        random.bytes(random.int(20)),
      );
    }
    if (kind < 7) {
      return rawFrame(
        random.int(256),
        this.#packetId(),
        random.bytes(random.int(60)),
      );
    }
    const type = random.chance(0.85)
      ? random.pick(BUSY_TYPES)
      : random.pick(TYPES);
    const frame = rawFrame(type, this.#packetId(), ...this.#payload(type));
    if (kind < 9) {
      new DataView(frame.buffer).setUint32(
        10,
        random.pick([0, 1, 9, 0xffffffff, 10_485_761, 5_000]),
      );
    }
    return frame;
  }

  #payload(type: number): (Uint8Array | bigint | string)[] {
    const random = this.#random;
    switch (type) {
      case 0x01:
      case 0x02:
        return [
          random.bytes(type === 0x01 ? 10 : 9),
          randomConnectionBody(random),
        ];
      case 0x11:
      case 0x21:
      case 0x22:
        return [random.bytes(random.chance(0.9) ? 0 : 3)];
      case 0x12:
        return [Uint8Array.of(0), randomConnectionBody(random)];
      case 0x31:
        return [
          Uint8Array.of(0, random.pick([0x10, 0x10, 0x00])),
          this.#sessionId(),
          this.#sessionBody(),
        ];
      case 0x32:
        return [
          Uint8Array.of(0, 0),
          this.#sessionId(),
          this.#sessionId(),
          this.#sessionBody(),
        ];
      case 0x41:
      case 0x42:
        return [this.#sessionId(), randomConnectionBody(random)];
      case 0x61:
        return [
          this.#sessionId(),
          random.bytes(random.pick([0, 1, 100, 20_000])),
        ];
      case 0x62:
        return [this.#sessionId(), random.bytes(4)];
      case 0x73:
        return [
          this.#sessionId(),
          Uint8Array.of(0, random.int(3)),
        ];
      case 0x81:
        return [this.#sessionId(), random.bytes(random.int(20))];
      case 0x82:
        return [this.#sessionId(), "{}"];
    }
    return [this.#sessionId(), this.#dataBody()];
  }

  #sessionBody(): Uint8Array {
    if (this.#random.chance(0.5)) return randomConnectionBody(this.#random);
    const { names, edges } = this.#targets;
    return encoder.encode(
      JSON.stringify({
        peer: this.#random.pick([...names, ...edges.map(String)]),
      }),
    );
  }

  /** A body that is aimed at a victim, or any. */
  #dataBody(): Uint8Array {
    const random = this.#random;
    const { names, edges } = this.#targets;
    const aim: Record<string, string> = {};
    if (random.chance(0.8)) aim.key = JSON.stringify(btoa(random.pick(names)));
    if (random.chance(0.8)) aim.topic = JSON.stringify(random.pick(names));
    if (edges.length > 0 && random.chance(0.9)) {
      aim.custom = JSON.stringify(
        tail(random.pick(edges), random.bytes(random.int(5))).toBase64(),
      );
    }
    return randomDataBody(random, aim);
  }

  /** Answers what the gateway sends, with anything. */
  #answer(type: number, packetId: bigint, payload: Uint8Array): void {
    const random = this.#random;
    const view = new DataView(
      payload.buffer,
      payload.byteOffset,
      payload.byteLength,
    );
    if (type === 0x02 && payload.length >= 9) {
      this.#targets.onConnected(view.getBigUint64(1));
    }
    if (type === 0x32 && payload.length >= 18) {
      this.#sessions.push(view.getBigUint64(10));
    }
    if (type === 0x31 && payload.length >= 10) {
      const id = view.getBigUint64(2);
      this.#sessions.push(id);
      const own = random.chance(0.9) ? id : this.#sessionId();
      const ack = rawFrame(0x32, packetId, new Uint8Array(2), id, own, "{}");
      this.#replies.push(ack);
    }
    if ((type === 0x71 || type === 0x51) && random.chance(0.8)) {
      this.#replies.push(
        rawFrame(
          type + 1,
          packetId,
          payload.subarray(0, 8),
          randomDataBody(random),
        ),
      );
    }
    if (type === 0x41 && random.chance(0.5)) {
      this.#replies.push(rawFrame(0x42, packetId, payload));
    }
    this.#packets.push(packetId);
  }

  #sessionId(): bigint {
    const random = this.#random;
    return random.chance(0.85)
      ? random.pick(this.#sessions)
      : BigInt(random.int(4));
  }

  #packetId(): bigint {
    const random = this.#random;
    return random.chance(0.3)
      ? random.pick(this.#packets)
      : BigInt(random.int(1 << 30));
  }

  async #sendInPieces(
    socket: RawSocket,
    frames: readonly Uint8Array[],
  ): Promise<void> {
    const bytes = concat(frames);
    if (this.#random.chance(0.7)) {
      await socket.send(bytes);
      return;
    }
    for (let at = 0; at < bytes.length;) {
      const to = bytes.length > 5000 && at > 0
        ? bytes.length
        : Math.min(bytes.length, at + 1 + this.#random.int(200));
      await socket.send(bytes.subarray(at, to));
      at = to;
    }
  }
}
