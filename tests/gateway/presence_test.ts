/** Random histories of edges, services and gateways: what services believe equals what is true. */

import { assert, assertEquals } from "@std/assert";
import type { DataPacket } from "@frontier/proto";
import { seededRandom } from "../../proto/testing/sim_network.ts";
import { GOING_AWAY } from "../../server/exchange/ends.ts";
import { SimGateway, type SimPeer } from "./simulation.ts";
import { bytes, type Fields, tail, text } from "../support/test_peer.ts";

const HOOKS = ["get_edge_id", "edge_online", "edge_offline"];
/** Devices; two of them share each id. */
const DEVICES = 12;

/** One history: devices that come and go, services that believe what they are told, gateways that restart. */
class History {
  gateway: SimGateway;
  /** The services' shared database: ids of edges that are online, as far as they know. */
  readonly belief = new Set<string>();
  /** What a gateway that crashed left behind there. */
  readonly stale = new Set<string>();
  readonly counts = new Map<string, number>();
  /** Whether services answer at once and refuse nobody, as at the end. */
  settled = false;
  /** Whether the gateway accepts no connections any more. */
  #draining = false;
  readonly #random: () => number;
  readonly #seed: number;
  #services: SimPeer[] = [];
  #edges: SimPeer[] = [];
  #gateways = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = seededRandom(seed);
    this.gateway = this.#newGateway();
  }

  #newGateway(): SimGateway {
    const seed = this.#seed * 100 + this.#gateways++;
    return new SimGateway({ seed, minDelayMs: 0, maxDelayMs: 20 });
  }

  #pick(below: number): number {
    return Math.floor(this.#random() * below);
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  #any(list: readonly SimPeer[]): SimPeer | undefined {
    const alive = list.filter(({ closed }) => closed === undefined);
    return alive[this.#pick(alive.length)];
  }

  step(): void {
    const action = this.#pick(100);
    if (action < 40) this.#connect(this.#pick(DEVICES));
    else if (action < 50) this.#any(this.#edges)?.cut();
    else if (action < 60) this.#any(this.#edges)?.disconn();
    else if (action < 64) this.#vanish();
    else if (action < 78) this.#startService();
    else if (action < 86) this.#any(this.#services)?.cut();
    else if (action < 92) this.#any(this.#services)?.disconn();
    else if (action < 94) this.#crash();
    else if (action < 96) this.#restart();
    this.gateway.run(this.#pick(3) === 0 ? this.#pick(3_000) : this.#pick(60));
  }

  #connect(device: number): void {
    const { gateway } = this;
    if (this.#draining) return;
    const edge = gateway.dial("edge", {
      ours: device % 3 > 0,
      meta: bytes(`${device}`),
      flags: 0x38,
    });
    this.#edges.push(edge);
    edge.onPacket = (packet) => {
      if (packet.type === "farewell") {
        this.#count(`farewell ${packet.reason}`);
        if (packet.reason !== "reconnect") return;
        gateway.network.after(this.#pick(500), () => {
          if (this.gateway === gateway) this.#connect(device);
        });
      }
      if (packet.type !== "conn-ack") return;
      const { error } = packet.body;
      this.#count(error === "" ? "admitted" : `refused: ${error}`);
    };
    edge.conn();
  }

  /** Somebody pulls a cable; the announced heartbeat is 5 s, so it is noticed after 10 s. */
  #vanish(): void {
    const edge = this.gateway.dial("edge", { meta: bytes("0"), flags: 0x08 });
    this.#edges.push(edge);
    edge.conn();
    this.gateway.network.after(this.#pick(300), () => edge.vanish());
  }

  #startService(): void {
    if (this.#services.filter((one) => !one.closed).length >= 3) return;
    const service = this.gateway.service("hooks");
    this.#services.push(service);
    service.onRequest = (packet) => this.#onHook(service, packet);
    const hooks = this.settled ? HOOKS : HOOKS.filter(() => this.#pick(8) > 0);
    for (const hook of hooks.toSorted(() => this.#pick(3) - 1)) {
      const wait = this.#pick(4) === 0 ? this.#pick(800) : 0;
      this.gateway.network.after(wait, () => {
        if (service.closed === undefined) service.register(hook);
      });
    }
  }

  #onHook(service: SimPeer, packet: DataPacket): Fields | undefined {
    const method = text(packet.body.key);
    let fields: Fields = {};
    if (method === "get_edge_id") {
      const device = Number(text(packet.body.value));
      fields = !this.settled && this.#pick(10) === 0
        ? { error: "who is that" }
        : { value: tail(BigInt(1 + device % (DEVICES / 2))) };
    } else {
      const id = /"EdgeID":(\d+)/.exec(text(packet.body.value))![1]!;
      this.#count(method);
      if (method === "edge_offline") this.belief.delete(id);
      else if (this.settled || this.#pick(8) > 0) this.belief.add(id);
      else fields = { error: "no" };
    }
    if (this.settled) return fields;
    const mood = this.#pick(20);
    // Some answers get lost, some come late, most are prompt.
    if (mood === 0) this.#count("answer lost");
    else {
      const delay = mood < 3 ? this.#pick(12_000) : this.#pick(50);
      this.gateway.network.after(delay, () => {
        if (service.closed === undefined) service.answer(packet, fields);
      });
    }
    return undefined;
  }

  /** The process of the gateway is killed: no offline events; its edges and services come again. */
  #crash(): void {
    this.#count("crash");
    for (const id of this.belief) this.stale.add(id);
    this.#replace();
  }

  /** The gateway is stopped and started in an orderly way. */
  #restart(): void {
    const { gateway } = this;
    this.#draining = true;
    for (const edge of [...gateway.directory.edges()]) {
      gateway.edgebound.kick(edge, GOING_AWAY);
    }
    // An edge that is not in yet is dropped, and others that try.
    for (const edge of this.#edges) {
      if (edge.link.state !== "closed" && edge.all("conn-ack").length === 0) {
        edge.link.close(GOING_AWAY);
      }
    }
    gateway.run(2_500);
    gateway.edgebound.hurry();
    const told = gateway.directory.byHook("edge_offline").length > 0;
    for (let i = 0; i < 500 && gateway.edgebound.unsettled > 0; i++) {
      gateway.run(100);
    }
    gateway.edgebound.close();
    const unsent = gateway.log.has("Offline events were not sent");
    if (told && !unsent && gateway.edgebound.unsettled === 0) {
      this.#count("restart with all told");
      for (const id of this.belief) {
        assert(this.stale.has(id), `${id} is believed online after a close`);
      }
    } else for (const id of this.belief) this.stale.add(id);
    this.#replace();
  }

  #replace(): void {
    const devices = this.#edges.filter(({ closed, id }) => !closed && id > 0n)
      .map(({ options }) => Number(text(options.meta)));
    const services = this.#services.filter(({ closed }) => !closed).length;
    this.gateway = this.#newGateway();
    this.#draining = false;
    this.#edges = [];
    this.#services = [];
    const { network } = this.gateway;
    for (const device of devices) {
      network.after(this.#pick(2_000), () => this.#connect(device));
    }
    for (let i = 0; i < services; i++) {
      network.after(this.#pick(2_000), () => this.#startService());
    }
  }

  check(): void {
    this.settled = true;
    const { gateway } = this;
    for (const service of this.#services) {
      if (service.closed === undefined) service.cut();
    }
    gateway.run(3_000);
    this.#startService();
    // Late answers, refusals and those who were told to come again.
    gateway.run(60_000);
    const truth = new Set<string>();
    for (const edge of gateway.directory.edges()) truth.add(`${edge.id}`);
    for (const id of truth) {
      assert(this.belief.has(id), `${id} is online, and nobody knows`);
    }
    for (const id of this.belief) {
      assert(
        truth.has(id) || this.stale.has(id),
        `${id} is gone, and nobody knows`,
      );
    }
    assertEquals(gateway.edgebound.unsettled, 0);
    assertEquals(gateway.routing.hooks.waiting, 0);
    assertEquals(gateway.routing.hooks.unanswered, 0);
    this.counts.set("online", (this.counts.get("online") ?? 0) + truth.size);
  }
}

function run(seed: number, totals: Map<string, number>): void {
  const history = new History(seed);
  try {
    for (let i = 0; i < 150; i++) history.step();
    history.check();
  } catch (cause) {
    throw new Error(`History ${seed} fails: ${cause}`, { cause });
  }
  for (const [what, count] of history.counts) {
    totals.set(what, (totals.get(what) ?? 0) + count);
  }
}

Deno.test("whatever happens, services know in the end who is online", () => {
  const only = Deno.env.get("SIM_SEED");
  const totals = new Map<string, number>();
  if (only !== undefined) {
    run(Number(only), totals);
    return;
  }
  const runs = Number(Deno.env.get("SIM_RUNS") ?? 40);
  for (let seed = 1; seed <= runs; seed++) run(seed, totals);
  // The histories are rich enough to mean something.
  for (
    const what of [
      "admitted",
      "refused: no",
      "refused: timeout",
      "refused: force closed",
      "farewell replaced",
      "farewell reconnect",
      "edge_online",
      "edge_offline",
      "answer lost",
      "crash",
      "restart with all told",
      "online",
    ]
  ) {
    assert(
      (totals.get(what) ?? 0) >= runs / 4,
      `${what}: ${Deno.inspect(totals)}`,
    );
  }
});
