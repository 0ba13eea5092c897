/**
 * The peers of the soak in a process of their own, which can be asked what it
 * holds.
 *
 * As a program it takes the ports for edges and services and the number of
 * edges. `start` has edges come and go, `stop` waits until all of them have
 * gone but those that stay, `report` tells what was done, `figures` what the
 * process holds, `leave` closes the rest.
 */

import { Service } from "../../client/mod.ts";
import { systemTimers } from "@frontier/platform";
import { AskedProcess } from "../support/asked_process.ts";
import { live, Veteran, type World } from "./edge_life.ts";
import { type Figures, takeFigures } from "../support/figures.ts";
import type { GatewayPorts } from "../support/gateway_process.ts";
import { obey } from "../support/obey.ts";
import { Pauses } from "./pauses.ts";
import { SoakService } from "./soak_service.ts";
import { Tally, type TallyReport } from "./tally.ts";

/** How the peers are. */
export interface ChurnReport extends TallyReport {
  /** Edges that the service knows to be there. */
  readonly present: number;
  /** Handlers of the service that run. */
  readonly held: number;
  /** Timers armed. */
  readonly timers: number;
}

/** One edge in so many stays to the end. */
const VETERANS = 50;
/** Milliseconds until all have gone at the latest. */
const GONE_MS = 60_000;

/** The running peers. */
export class ChurnProcess implements AsyncDisposable {
  readonly #process: AskedProcess<number>;

  private constructor(process: AskedProcess<number>) {
    this.#process = process;
  }

  /**
   * Connects the service and the edges that stay.
   *
   * @param ports Where the gateway listens.
   * @param edges How many edges there are at a time.
   * @returns The peers.
   */
  static async start(
    ports: GatewayPorts,
    edges: number,
  ): Promise<ChurnProcess> {
    const args = [ports.edge, ports.service, edges].map(String);
    return new ChurnProcess(
      await AskedProcess.start(new URL(import.meta.url), args),
    );
  }

  /** Edges that stay. */
  get veterans(): number {
    return this.#process.hello;
  }

  /** Has edges come and go. */
  async churn(): Promise<void> {
    await this.#process.ask("start");
  }

  /** Waits until all have gone but those that stay. */
  async stop(): Promise<void> {
    await this.#process.ask("stop");
  }

  /** Closes what is left. */
  async leave(): Promise<void> {
    await this.#process.ask("leave");
  }

  /** @returns How the peers are. */
  report(): Promise<ChurnReport> {
    return this.#process.ask("report");
  }

  /** @returns What the process holds after a collection. */
  figures(): Promise<Figures> {
    return this.#process.ask("figures");
  }

  /** Ends the process. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}

if (import.meta.main) {
  const [edge, service, edges] = Deno.args.map(Number);
  await run({ edge: edge!, service: service! }, edges!);
}

async function run(ports: GatewayPorts, edges: number): Promise<void> {
  const tally = new Tally();
  const world = (): World => ({
    port: ports.edge,
    pauses: new Pauses(),
    tally,
    frozen: new Set(),
  });
  const service = await SoakService.connect(ports.service);
  const stay = Math.ceil(edges / VETERANS);
  const first = world();
  const veterans = await Promise.all(
    Array.from({ length: stay }, () => Veteran.connect(first)),
  );
  let present = first;
  let living = 0;
  await obey(stay, {
    start: () => {
      present = world();
      const lives = [
        ...veterans.map((veteran) => veteran.work(present)),
        ...Array.from({ length: edges - stay }, () => live(present)),
        visitAsService(ports.service, present),
      ];
      living = lives.length;
      for (const life of lives) {
        life.catch((error) => tally.fail(`A life: ${error}`))
          .finally(() => living--);
      }
    },
    stop: async () => {
      present.pauses.end();
      const end = performance.now() + GONE_MS;
      while (living > 0 && performance.now() < end) {
        for (const line of present.frozen) line.cut();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      if (living > 0) tally.fail(`${living} edges did not end`);
    },
    report: (): ChurnReport => ({
      ...tally.report,
      present: service.present.size,
      held: service.held,
      timers: systemTimers.size,
    }),
    figures: takeFigures,
    leave: async () => {
      await Promise.all(veterans.map((veteran) => veteran.close()));
      await service.close();
    },
  });
}

/** A service that comes and goes, with methods and topics of its own. */
async function visitAsService(
  port: number,
  { pauses, tally }: World,
): Promise<void> {
  for (let visit = 0; !pauses.over; visit++) {
    const methods = Object.fromEntries(
      Array.from(
        { length: 10 },
        (_, i) => [`visitor.${visit}.${i}`, () => "here"],
      ),
    );
    const name = `visitor.${visit}`;
    const service = await Service.connect({
      port,
      name,
      topics: [name],
      methods,
      reconnect: false,
    });
    tally.done.connects++;
    await pauses.pause(500);
    await service.close();
    tally.done.closes++;
  }
}
