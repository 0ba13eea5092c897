/**
 * Random histories: services and edges that come, go, vanish, call, publish,
 * stream, stop reading and answer late or never. Whatever happens, every
 * request has at most one answer and exactly one while its sender lives,
 * streams carry what was sent, services know who is online, and nothing is left.
 *
 * A failure names its seed; `SIM_SEED=<seed>` runs that history alone, and
 * `SIM_RUNS=<count>` more of them.
 */

import { assert, assertEquals } from "@std/assert";
import type { DataPacket } from "@frontier/proto";
import { NOTHING_LEFT, SimGateway, type SimPeer } from "./simulation.ts";
import { bytes, type Fields, tail, text } from "../support/test_peer.ts";

/** Sent bytes carry their stream's tag and then a sequence made from it. */
function pattern(tag: number, from: number, to: number): Uint8Array {
  const part = new Uint8Array(to - from);
  for (let i = from; i < to; i++) {
    part[i - from] = i < 4 ? tag >>> (i * 8) : (tag * 31 + i * 7) & 0xff;
  }
  return part;
}

interface Stream {
  session: bigint;
  tag: number;
  sent: number;
}

interface Actor {
  peer: SimPeer;
  kind: "edge" | "service";
  ours: boolean;
  /** Requests and messages it sent on its default session. */
  asked: bigint[];
  streams: Stream[];
  leaving: boolean;
}

class History {
  readonly gateway: SimGateway;
  readonly #actors: Actor[] = [];
  readonly #hooks: SimPeer;
  /** Events the hook service heard; whether an online one was granted. */
  readonly #events: { id: string; online: boolean; granted: boolean }[] = [];
  #tags = 0;

  constructor(seed: number) {
    const gateway = this.gateway = new SimGateway({
      seed,
      maxDelayMs: 4,
      maxPiece: 3_000,
      capacity: 30_000,
      link: { streamMark: 20_000, openTimeoutMs: 2_000 },
      limits: {
        maxSessionsPerConnection: 30,
        maxInflightRequests: 40,
        maxOutboxBytes: 60_000,
        handshakeTimeoutMs: 1_500,
        streamBufferBytes: 15_000,
        streamStallMs: 700,
        messageWindowEdge: 3,
        messageWindowService: 5,
        messageQueueBytes: 1_500,
        forwardTimeoutMs: 1_000,
        closeGraceMs: 500,
      },
    });
    this.#hooks = gateway.service("hooks", {
      methods: ["get_edge_id", "edge_online", "edge_offline"],
    });
    gateway.run(50);
    this.#hooks.onRequest = (packet) => this.#hook(packet);
  }

  /** Ids come from a small set, so that connections take them over. */
  #hook(packet: DataPacket): Fields | undefined {
    const { gateway } = this;
    const method = text(packet.body.key);
    if (method === "get_edge_id") {
      return { value: tail(BigInt(1 + gateway.network.pick(5))) };
    }
    const id = /"EdgeID":(\d+)/.exec(text(packet.body.value))![1]!;
    if (method === "edge_offline") {
      this.#events.push({ id, online: false, granted: true });
      return this.#later(packet, {});
    }
    const granted = gateway.network.pick(8) > 0;
    this.#events.push({ id, online: true, granted });
    return this.#later(packet, granted ? {} : { error: "no" });
  }

  #later(packet: DataPacket, fields: Fields): undefined {
    const { network } = this.gateway;
    // Some come too late: within the forwarding limit, they are granted all the same.
    const delay = network.pick(3) === 0 ? network.pick(900) : network.pick(20);
    network.after(delay, () => {
      if (this.#hooks.closed === undefined) this.#hooks.answer(packet, fields);
    });
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[this.gateway.network.pick(list.length)];
  }

  #alive(kind?: "edge" | "service"): Actor[] {
    return this.#actors.filter((one) =>
      one.peer.closed === undefined && !one.leaving && one.peer.id !== 0n &&
      (kind === undefined || one.kind === kind)
    );
  }

  #connect(kind: "edge" | "service"): void {
    const { gateway } = this;
    const { network } = gateway;
    const ours = network.pick(2) === 0;
    const meta = kind === "edge" ? undefined : bytes(
      `{"service":"S${network.pick(3)}","topics":["t${network.pick(3)}","*"]}`,
    );
    const wantedId = network.pick(3) === 0 ? BigInt(1 + network.pick(3)) : 0n;
    const peer = gateway.dial(kind, { ours, meta, wantedId, flags: 0x38 });
    const actor: Actor = {
      peer,
      kind,
      ours,
      asked: [],
      streams: [],
      leaving: false,
    };
    this.#actors.push(actor);
    peer.onRequest = (packet) => this.#respond(actor, packet);
    peer.onMessage = (packet) => this.#respond(actor, packet);
    peer.onPacket = (packet) => {
      if (packet.type === "conn-ack" && packet.returnCode !== 0) {
        actor.leaving = true;
      } else if (packet.type === "conn-ack" && kind === "service") {
        for (let i = 0; i < 3; i++) peer.register(`m${network.pick(5)}`);
      } else if (packet.type === "session" && peer.accepts) {
        this.#adopt(actor, packet.negotiateId);
      } else if (packet.type === "session-ack" && packet.body.error === "") {
        this.#adopt(actor, packet.sessionId);
      } else if (packet.type === "dismiss" && packet.sessionId === 1n) {
        actor.leaving = true;
      } else if (packet.type === "dismiss") {
        actor.streams = actor.streams.filter((one) =>
          one.session !== packet.sessionId
        );
      } else if (packet.type === "disconn") actor.leaving = true;
    };
    peer.conn();
  }

  #adopt(actor: Actor, session: bigint): void {
    actor.streams.push({ session, tag: ++this.#tags, sent: 0 });
  }

  #respond(actor: Actor, packet: DataPacket): Fields | undefined {
    const { network } = this.gateway;
    const fields = network.pick(6) === 0
      ? { error: "failed" }
      : { value: packet.type === "request" ? packet.body.value : undefined };
    switch (network.pick(4)) {
      case 0:
        return undefined;
      case 1:
        network.after(network.pick(1_500), () => {
          if (actor.peer.closed === undefined) {
            actor.peer.answer(packet, fields);
          }
        });
        return undefined;
      default:
        return fields;
    }
  }

  #ask(actor: Actor): void {
    const { network } = this.gateway;
    const { peer } = actor;
    const value = new Uint8Array(network.pick(300));
    const edge = this.#pick(this.#alive("edge"));
    const custom = network.pick(10) === 0
      ? tail(999n)
      : tail(edge?.peer.id ?? 5n);
    const fields = actor.kind === "edge" ? { value } : { value, custom };
    const id = network.pick(2) === 0
      ? peer.call(`m${network.pick(6)}`, {
        ...fields,
        timeoutNs: network.pick(3) === 0 ? 300_000_000n : 0n,
      })
      : peer.publish(`t${network.pick(4)}`, fields);
    actor.asked.push(id);
    if (network.pick(8) === 0) peer.cancel(id);
  }

  /** One random thing happens. */
  step(): void {
    const { gateway } = this;
    const { network } = gateway;
    const actor = this.#pick(this.#alive());
    const what = network.pick(100);
    if (actor === undefined || what < 8) {
      this.#connect(network.pick(3) === 0 ? "service" : "edge");
    } else if (what < 50) {
      for (let i = network.pick(5); i >= 0; i--) this.#ask(actor);
    } else if (what < 60) {
      const name = actor.kind === "edge"
        ? `S${network.pick(4)}`
        : `${this.#pick(this.#alive("edge"))?.peer.id ?? 7n}`;
      actor.peer.open(name);
    } else if (what < 85) {
      const stream = this.#pick(actor.streams);
      if (stream === undefined) return;
      const size = Math.min(network.pick(25_000), 200_000 - stream.sent);
      actor.peer.stream(
        stream.session,
        pattern(stream.tag, stream.sent, stream.sent + size),
      );
      stream.sent += size;
      if (network.pick(5) === 0) actor.peer.call("x", {}, stream.session);
      if (network.pick(5) === 0) actor.peer.publish("x", {}, stream.session);
    } else if (what < 87) {
      const stream = this.#pick(actor.streams);
      if (stream === undefined) return;
      actor.streams = actor.streams.filter((one) => one !== stream);
      actor.peer.dismiss(stream.session);
    } else if (what < 92) {
      actor.peer.paused = true;
      network.after(1_000 + network.pick(3_000), () => {
        if (actor.peer.closed === undefined) actor.peer.paused = false;
      });
    } else if (what < 94) {
      actor.peer.accepts = !actor.peer.accepts;
    } else {
      actor.leaving = true;
      if (what < 95) actor.peer.cut();
      else if (what < 96) actor.peer.tear();
      else if (what < 97) actor.peer.close();
      else if (what < 98) actor.peer.vanish();
      else if (what < 99) actor.peer.disconn();
      else {
        actor.peer.dismiss(1n);
        actor.peer.disconn();
      }
    }
  }

  /** Lets everything come to an end, and looks at what became of it. */
  check(): void {
    const { gateway } = this;
    for (const { peer } of this.#actors) {
      if (peer.closed === undefined) peer.paused = false;
    }
    gateway.run(6_000);
    assertEquals(gateway.exchange.inflight, 0, "in flight when all is quiet");
    for (const { peer, asked, leaving } of this.#actors) {
      const lives = peer.closed === undefined && !leaving;
      for (const id of asked) {
        const { length } = peer.answers(id);
        assert(length <= 1, `packet ${id} has ${length} answers`);
        if (lives) assertEquals(length, 1, `packet ${id} has no answer`);
      }
      for (const [session, parts] of peer.data) {
        if (session === 1n) continue;
        this.#checkStream(parts);
      }
    }
    // Those that vanished are noticed by their silence: 640 s.
    for (let i = 0; i < 4; i++) {
      for (const { peer } of this.#actors) {
        if (peer.closed === undefined) peer.heartbeat();
      }
      this.#hooks.heartbeat();
      gateway.run(200_000);
    }
    const online = new Map<string, boolean>();
    for (const { id, online: up, granted } of this.#events) {
      if (granted) online.set(id, up);
    }
    const believed = [...online].filter(([, up]) => up).map(([id]) => id);
    const real = [...gateway.directory.edges()].map((edge) => `${edge.id}`);
    assertEquals(
      believed.sort(),
      real.sort(),
      "edges online, as services believe",
    );

    for (const { peer } of this.#actors) peer.cut();
    gateway.run(100);
    this.#hooks.cut();
    gateway.run(35_000);
    assertEquals(gateway.leftovers, NOTHING_LEFT);
    assertEquals(gateway.network.wheel.size, 0, "timers left");
    assertEquals(gateway.ended.length, this.#actors.length + 1);
    assertEquals(new Set(gateway.ended).size, gateway.ended.length);
    for (const link of gateway.ended) {
      assertEquals([link.unansweredCount, link.sessionCount], [0, 0]);
      assertEquals(link.outbox.unwritten, 0);
    }
  }

  /** What happened, counted. */
  outcomes(): Map<string, number> {
    const counts = new Map<string, number>();
    const add = (what: string, by = 1) =>
      counts.set(what, (counts.get(what) ?? 0) + by);
    for (const { peer, asked } of this.#actors) {
      for (const id of asked) {
        const outcome = peer.outcome(id);
        add(outcome.startsWith("ok") ? "ok" : outcome);
      }
      for (const count of peer.counted.values()) add("stream bytes", count);
      add("streams", peer.all("session-ack").length);
    }
    for (const { message } of this.gateway.log.lines) {
      if (message.includes("taken over")) add("taken over");
      if (message.includes("Stream dismissed")) add("stalled");
    }
    return counts;
  }

  #checkStream(parts: Uint8Array[]): void {
    let at = 0;
    let tag = 0;
    for (const part of parts) {
      for (let i = 0; i < part.length; i++, at++) {
        if (at < 4) {
          tag |= part[i]! << (at * 8);
          continue;
        }
        const expected = (tag * 31 + at * 7) & 0xff;
        if (part[i] !== expected) {
          throw new Error(`Stream ${tag} differs at byte ${at}`);
        }
      }
    }
  }
}

function run(seed: number, totals: Map<string, number>): void {
  try {
    const history = new History(seed);
    for (let i = 0; i < 400; i++) {
      history.step();
      history.gateway.run(history.gateway.network.pick(30));
    }
    history.check();
    for (const [outcome, count] of history.outcomes()) {
      totals.set(outcome, (totals.get(outcome) ?? 0) + count);
    }
  } catch (cause) {
    throw new Error(`History ${seed} fails: ${cause}`, { cause });
  }
}

Deno.test("random histories keep every promise and leave nothing behind", () => {
  const only = Deno.env.get("SIM_SEED");
  const totals = new Map<string, number>();
  if (only !== undefined) {
    run(Number(only), totals);
    return;
  }
  const runs = Number(Deno.env.get("SIM_RUNS") ?? 25);
  for (let seed = 1; seed <= runs; seed++) run(seed, totals);
  if (runs >= 25) assert(totals.get("stalled")! > 0, Deno.inspect(totals));
  // The histories are rich enough to mean something.
  for (
    const outcome of [
      "ok",
      "failed",
      "timeout",
      "force closed",
      "short buffer",
      "record not found",
      "topic not online",
      "edge not online",
      "context canceled",
      "context deadline exceeded",
      "stream bytes",
      "streams",
      "taken over",
    ]
  ) {
    assert(
      (totals.get(outcome) ?? 0) >= runs / 4,
      `${outcome}: ${Deno.inspect(totals)}`,
    );
  }
});

Deno.test("a seed is one history", () => {
  const lines = [1, 2].map(() => {
    const history = new History(77);
    for (let i = 0; i < 150; i++) {
      history.step();
      history.gateway.run(history.gateway.network.pick(30));
    }
    return history.gateway.log.lines.map((line) => Deno.inspect(line)).join(
      "\n",
    );
  });
  assert(lines[0]!.length > 0);
  assertEquals(lines[0], lines[1]);
});
