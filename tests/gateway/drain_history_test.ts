/** Random histories around a drain: whatever was sent is answered, and what is not was never carried out. */

import { assert, assertEquals } from "@std/assert";
import type { DataPacket } from "@frontier/proto";
import { NOTHING_LEFT, SimGateway, type SimPeer } from "./simulation.ts";
import { bytes, tail, text } from "../support/test_peer.ts";

const HISTORIES = 60;
/** Most milliseconds that bytes travel in one direction. */
const DELAY_MS = 20;

/** One request or message, as its sender knows it. */
interface Sent {
  id: bigint;
  name: string;
  at: number;
}

/** A peer that asks again as soon as it is answered, or after a while. */
class Asker {
  /** What has no answer. */
  open: Sent | undefined = undefined;
  /** When it heard of the close. */
  closedAt = Infinity;
  readonly outcomes: Record<string, number> = {};

  constructor(
    readonly history: History,
    readonly peer: SimPeer,
    readonly ask: (asker: Asker) => { id: bigint; name: string },
    readonly thinkMs: number,
  ) {
    const { onPacket } = peer;
    peer.onPacket = (packet) => {
      onPacket(packet);
      if (packet.type === "disconn") this.closedAt = history.now;
      if (packet.type !== "response" && packet.type !== "message-ack") return;
      if (packet.packetId !== this.open?.id) return;
      const outcome = peer.outcome(packet.packetId).split(":")[0]!;
      this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
      this.open = undefined;
      // What was written together with the answer has arrived by then.
      const pause = thinkMs === 0 ? DELAY_MS + 1 : history.pick(thinkMs);
      history.after(pause, () => this.next());
    };
  }

  next(): void {
    if (this.closedAt < Infinity || this.peer.closed !== undefined) return;
    this.open = { ...this.ask(this), at: this.history.now };
  }
}

class History {
  readonly gateway: SimGateway;
  readonly askers: Asker[] = [];
  /** What reached a handler. */
  readonly handled: Set<string> = new Set();
  readonly online: Set<string> = new Set();
  #names = 0;

  constructor(seed: number) {
    this.gateway = new SimGateway({ seed, maxDelayMs: DELAY_MS });
  }

  get now(): number {
    return this.gateway.network.now;
  }

  pick(below: number): number {
    return this.gateway.network.pick(below);
  }

  after(ms: number, act: () => void): void {
    this.gateway.network.after(ms, act);
  }

  name(): string {
    return `op ${++this.#names}`;
  }

  /** Answers after a while, at most so long. */
  serve(peer: SimPeer, maxMs: number): void {
    const handle = (packet: DataPacket) => {
      const key = text(packet.body.key);
      const value = text(packet.body.value);
      if (key.startsWith("edge_")) {
        const id = /"EdgeID":(\d+)/.exec(value)![1]!;
        if (key === "edge_online") this.online.add(id);
        else this.online.delete(id);
        return {};
      }
      this.handled.add(value);
      // A service that is slow with messages is given few at a time, and all of them may take too long.
      const most = packet.type === "message" ? maxMs / 10 : maxMs;
      this.after(this.pick(most), () => {
        if (peer.closed === undefined) peer.answer(packet);
      });
      return undefined;
    };
    peer.onRequest = peer.onMessage = handle;
  }
}

function play(seed: number): void {
  const history = new History(seed);
  const { gateway } = history;
  const maxMs = 1 + history.pick(3_000);
  const services = [0, 1].map((i) => {
    const service = gateway.dial("service", {
      meta: bytes(JSON.stringify({ service: "S", topics: ["t"] })),
      flags: 0x38,
      ours: history.pick(2) === 0,
    });
    service.conn();
    gateway.run(100);
    service.register("m");
    if (i === 0) {
      service.register("edge_online");
      service.register("edge_offline");
    }
    history.serve(service, maxMs);
    return service;
  });
  gateway.run(100);
  const edges = Array.from({ length: 3 + history.pick(20) }, () => {
    const edge = gateway.dial("edge", {
      flags: 0x38,
      ours: history.pick(2) === 0,
    });
    history.serve(edge, maxMs);
    history.after(history.pick(4_000), () => edge.conn());
    return edge;
  });
  for (const edge of edges) {
    for (let i = 0; i < 3; i++) {
      const asker = new Asker(history, edge, () => {
        const name = history.name();
        const id = history.pick(2) === 0
          ? edge.call("m", name)
          : edge.publish("t", name);
        return { id, name };
      }, [0, 0, 300][i]!);
      history.askers.push(asker);
    }
  }
  for (const service of services) {
    for (let i = 0; i < 6; i++) {
      const asker = new Asker(history, service, () => {
        const name = history.name();
        const to = edges[history.pick(edges.length)]!;
        const fields = { custom: tail(to.id), value: bytes(name) };
        const id = history.pick(2) === 0
          ? service.call("x", fields)
          : service.publish("x", fields);
        return { id, name };
      }, [0, 300][i % 2]!);
      history.askers.push(asker);
    }
  }
  for (const asker of history.askers) {
    const begin = () => {
      if (asker.peer.id !== 0n) asker.next();
      else history.after(100, begin);
    };
    history.after(history.pick(1_000), begin);
  }
  gateway.run(2_000 + history.pick(4_000));
  const drain = gateway.drain(25, 5 + history.pick(100));
  for (let ms = 0; ms < 26_000 && drain.progress.phase !== "done"; ms += 50) {
    gateway.run(50);
  }
  const what = `seed ${seed}`;
  assertEquals(drain.progress.phase, "done", what);
  assertEquals(drain.progress.cut, 0, what);
  assert(drain.progress.elapsedMs < 20_000, what);
  gateway.run(1_000);
  assertEquals(gateway.leftovers, NOTHING_LEFT, what);
  assertEquals(history.online.size, 0, what);
  for (const { open, closedAt, peer, thinkMs, outcomes } of history.askers) {
    for (const outcome of Object.keys(outcomes)) {
      assert(
        [
          "ok",
          "edge not online",
          "service not online",
          "topic not online",
          "record not found",
        ].includes(outcome),
        `${what}: ${outcome}`,
      );
    }
    if (open === undefined) continue;
    const { name, at } = open;
    // An edge that never got in asked for nothing.
    if (peer.id === 0n) continue;
    // What was sent while the close was on its way: nobody saw it.
    assert(!history.handled.has(name), `${what}: ${name} was lost`);
    assert(at >= closedAt - DELAY_MS * 2 - 10, `${what}: ${name} was dropped`);
    assert(thinkMs > 0, `${what}: ${name} crossed the close`);
  }
}

Deno.test("nothing that was sent before its peer was closed is lost, in random histories", () => {
  for (let seed = 1; seed <= HISTORIES; seed++) play(seed);
});
