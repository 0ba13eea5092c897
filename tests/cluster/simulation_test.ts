/**
 * Random histories of a cluster: edges move, gateways and Frontlas die, stand still and are cut off, links break and their ends
 * notice at different times, the store is away or forgets everything, clocks are wrong by minutes. Whatever happens, once it is
 * over the directory tells the truth, no newest connection was ever ended, and no old one is left.
 *
 * A failure names its seed; `SIM_SEED=<seed>` runs that history alone, and `SIM_RUNS=<count>` more of them.
 */

import { assertEquals } from "@std/assert";
import { ClusterSim } from "./simulation.ts";

const RUNS = Number(Deno.env.get("SIM_RUNS") ?? 1_000);
const ONLY = Deno.env.get("SIM_SEED");
/** Edges of a history; {@linkcode ClusterSim.mistakes} looks at these. */
const EDGES = 40;
/** An edge needs longer than this to notice that it is cut off and to connect elsewhere. */
const MOVE_MS = 2_000;
/** Milliseconds after which everything is known that can be. */
const CALM_MS = 100_000;

class History {
  readonly sim: ClusterSim;
  readonly #movedAt = new Map<bigint, number>();

  constructor(readonly seed: number) {
    this.sim = new ClusterSim(seed, seed % 2 === 0 ? "ttl" : "lease");
  }

  async run(): Promise<string[]> {
    const { sim } = this;
    await sim.pass(1_000);
    const steps = 20 + sim.pick(60);
    for (let i = 0; i < steps; i++) {
      this.#step();
      await sim.pass(sim.pick(1_500));
    }
    this.#heal();
    await sim.pass(CALM_MS);
    const found = await sim.mistakes();
    sim.close();
    await sim.pass(10);
    return found;
  }

  #tell(what: string): void {
    this.sim.story.push(`${this.sim.now} ${what}`);
  }

  #step(): void {
    const { sim } = this;
    const gateway = sim.gateways[sim.pick(sim.gateways.length)]!;
    const frontlas = sim.frontlas[sim.pick(sim.frontlas.length)]!;
    switch (sim.pick(24)) {
      case 0:
        this.#tell(`${gateway.id} ${gateway.alive ? "dies" : "starts"}`);
        if (gateway.alive) gateway.kill();
        else gateway.start();
        break;
      case 1:
        if (!gateway.alive) break;
        this.#tell(
          `${gateway.id} ${gateway.frozen ? "wakes" : "stands still"}`,
        );
        if (gateway.frozen) gateway.thaw();
        else gateway.frozen = true;
        break;
      case 2:
        this.#tell(`${frontlas.addr} ${frontlas.presence ? "dies" : "starts"}`);
        if (frontlas.presence) frontlas.kill();
        else frontlas.start();
        break;
      case 3: {
        const pair = `${gateway.id} ${frontlas.addr}`;
        this.#tell(`${pair} ${sim.cut.has(pair) ? "whole" : "cut"}`);
        if (sim.cut.delete(pair)) break;
        sim.cut.add(pair);
        for (const link of gateway.links) {
          if (link.frontlas === frontlas) link.breakOff("cut", 40_000);
        }
        break;
      }
      case 4:
        for (const link of gateway.links) link.breakOff("reset", 500);
        break;
      case 5:
        this.#tell(`the store is ${sim.shared.up ? "away" : "back"}`);
        this.#switch(!sim.shared.up);
        break;
      case 6:
        if (sim.pick(4) > 0) break;
        this.#tell("the store forgets");
        this.#switch(false);
        sim.shared.forget();
        this.#switch(true);
        break;
      default:
        for (let i = sim.pick(6); i >= 0; i--) this.#move();
    }
  }

  #move(): void {
    const { sim } = this;
    const id = BigInt(1 + sim.pick(EDGES));
    if (sim.now - (this.#movedAt.get(id) ?? -Infinity) < MOVE_MS) return;
    const there = sim.gateways.filter(({ alive, frozen }) => alive && !frozen);
    const gateway = there[sim.pick(there.length)];
    if (gateway === undefined) return;
    const old = sim.truth.get(id);
    if (sim.pick(6) === 0 && old?.gateway.frozen === false) {
      this.#tell(`edge ${id} leaves ${old.gateway.id}`);
      sim.disconnect(id);
      this.#movedAt.set(id, sim.now);
      return;
    }
    this.#tell(`edge ${id} goes to ${gateway.id}`);
    sim.connect(id, gateway);
    this.#movedAt.set(id, sim.now);
  }

  #switch(up: boolean): void {
    const { sim } = this;
    sim.shared.up = up;
    for (const { presence } of sim.frontlas) {
      presence?.storeIs(up ? "up" : "down");
    }
  }

  #heal(): void {
    const { sim } = this;
    this.#tell("everything is mended");
    sim.cut.clear();
    if (!sim.shared.up) this.#switch(true);
    for (const gateway of sim.gateways) if (gateway.frozen) gateway.thaw();
    for (const gateway of sim.gateways) if (!gateway.alive) gateway.start();
    for (const frontlas of sim.frontlas) {
      if (frontlas.presence === undefined) frontlas.start();
    }
  }
}

Deno.test("histories of a cluster end in the truth", async () => {
  const seeds = ONLY === undefined
    ? Array.from({ length: RUNS }, (_, i) => i + 1)
    : [Number(ONLY)];
  for (const seed of seeds) {
    const history = new History(seed);
    const found = await history.run();
    const { story } = history.sim;
    assertEquals(
      found,
      [],
      `SIM_SEED=${seed}\n${story.slice(-60).join("\n")}`,
    );
  }
});
