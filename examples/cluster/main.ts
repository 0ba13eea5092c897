/**
 * A cluster of three gateways with a service and many edges, of which one
 * gateway is killed in front of the viewer: `deno task demo:cluster`.
 *
 * @module
 */

import { ClusterService } from "@frontier/client/cluster";
import { startFrontlas } from "@frontier/frontlas";
import { type Flag, FlagError, parseCount, runProgram } from "../flags.ts";
import { gatewaysOf } from "./edge_addresses.ts";
import { Fleet, pause } from "./fleet.ts";
import { GatewayProcess } from "./gateway_process.ts";

const USAGE =
  `A Frontlas, three gateways in processes of their own, a service and edges, of
which one gateway is killed while the service calls the edges.

Usage: deno task demo:cluster [flags]`;

const FLAGS: Record<"edges" | "seconds", Flag> = {
  edges: { help: "edges that connect", value: "300" },
  seconds: { help: "seconds before the kill, and after it", value: "4" },
};

const HOSTNAME = "127.0.0.1";
const LISTEN = { hostname: HOSTNAME, port: 0 };
/** Milliseconds between two lines. */
const LINE_MS = 500;
/** Milliseconds that the edges may take to come back. */
const PATIENCE_MS = 60_000;

/** Prints where the edges are and how many calls are answered, again and again. */
class Display {
  readonly #gateways: readonly GatewayProcess[];
  readonly #fleet: Fleet;
  readonly #beganAt = performance.now();
  #answered = 0;
  #shownAt = performance.now();

  constructor(gateways: readonly GatewayProcess[], fleet: Fleet) {
    this.#gateways = gateways;
    this.#fleet = fleet;
  }

  line(): void {
    const places = this.#fleet.places();
    const now = performance.now();
    const { answered } = this.#fleet.calls;
    const rate = (answered - this.#answered) / (now - this.#shownAt) * 1_000;
    this.#answered = answered;
    this.#shownAt = now;
    const edges = this.#gateways.map(({ id, alive, edgePort }) => {
      const count = `${places.get(edgePort) ?? 0}`;
      return `${id} ${alive ? `${count.padStart(4)} edges` : "    killed"}`;
    });
    const seconds = ((now - this.#beganAt) / 1_000).toFixed(1).padStart(5);
    console.log(
      `${seconds} s  ${edges.join("   ")}   ${rate.toFixed(0)} calls/s`,
    );
  }

  async show(ms: number): Promise<void> {
    const endsAt = performance.now() + ms;
    while (performance.now() < endsAt) {
      await pause(Math.min(LINE_MS, Math.max(1, endsAt - performance.now())));
      this.line();
    }
  }
}

async function run(
  flags: Record<keyof typeof FLAGS, string>,
): Promise<void> {
  const edges = parseCount("edges", flags.edges);
  const ms = Number(flags.seconds) * 1_000;
  if (!(ms > 0 && ms < Infinity)) {
    throw new FlagError(`Cannot wait ${flags.seconds} seconds: need a number`);
  }
  await using stack = new AsyncDisposableStack();

  const frontlas = stack.use(
    await startFrontlas({
      frontierPlane: { listen: LISTEN },
      controlPlane: { listen: LISTEN },
    }),
  );
  const control = `${HOSTNAME}:${frontlas.controlAddr!.port}`;
  console.log(`Frontlas on ${control}, its records in memory`);
  const plane = `${HOSTNAME}:${frontlas.frontierAddr.port}`;
  const gateways = await Promise.all(
    ["g0", "g1", "g2"].map(async (id) =>
      stack.use(await GatewayProcess.start(id, plane))
    ),
  );
  while (frontlas.status.frontiers < gateways.length) await pause(20);
  console.log(`${gateways.length} gateways have joined, each its own process`);

  const service = stack.use(
    await ClusterService.connect({ name: "demo", frontlas: [control] }),
  );
  // An edge keeps its id wherever it connects.
  await service.registerGetEdgeId((meta) =>
    BigInt(new TextDecoder().decode(meta))
  );
  console.log(`a service at all of them, as ${service.serviceId}`);
  const fleet = stack.use(new Fleet(service));
  await fleet.grow(edges, gatewaysOf([`http://${control}`]));
  console.log(`${edges} edges, which the service calls twice a second`);
  const display = new Display(gateways, fleet);
  await display.show(ms);

  const [victim] = gateways as [GatewayProcess];
  console.log(`\nkilling ${victim.id} with SIGKILL\n`);
  const before = { ...fleet.calls };
  const killedAt = performance.now();
  await victim.kill();
  const connected = () =>
    gateways.filter(({ alive }) => alive)
      .reduce((n, one) => n + (fleet.places().get(one.edgePort) ?? 0), 0);
  let backMs = 0;
  let callableMs = 0;
  for (let nextLine = killedAt + LINE_MS; callableMs === 0;) {
    await pause(10);
    const now = performance.now();
    if (now > nextLine) {
      display.line();
      nextLine += LINE_MS;
    }
    if (backMs === 0 && connected() === edges) backMs = now - killedAt;
    if (backMs > 0 && fleet.answeredSince(killedAt) === edges) {
      callableMs = now - killedAt;
    }
    if (now - killedAt > PATIENCE_MS) {
      throw new Error(`Only ${connected()} of ${edges} edges have come back`);
    }
  }
  await display.show(ms);
  const { answered, repeated, lost, twice } = fleet.calls;
  console.log(
    `\nsummary: all ${edges} edges were connected again ${
      seconds(backMs)
    } and had answered ${seconds(callableMs)} after the kill; ` +
      `${answered} calls answered, ${
        lost - before.lost
      } lost with the gateway, ${
        repeated - before.repeated
      } made again, ${twice} delivered twice`,
  );
  if (twice > 0) throw new Error(`${twice} calls were delivered twice`);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

if (import.meta.main) Deno.exit(await runProgram(USAGE, FLAGS, run));
