/**
 * Many edges in one process, which work all the time and come back by
 * themselves.
 *
 * Each of them answers `ping` and `late`, calls `echo` again and again, and
 * keeps one call of `hold`, one message to the topic `hold` and one stream to
 * the service `hold` under way, which nobody answers. As a program it takes the port of the gateway and the number
 * of edges.
 */

import { Edge, FrontierError } from "../../client/mod.ts";
import { AskedProcess } from "../support/asked_process.ts";
import { obey } from "../support/obey.ts";

/** How often something happened, by what it was. */
export type Counts = Record<string, number>;

/** What the edges of a swarm have been through; `lately` is since {@linkcode EdgeSwarm.forget}. */
export interface SwarmReport {
  /** Ids of those that are connected. */
  readonly connected: string[];
  /** Calls of `echo` that were answered lately. */
  readonly echoes: number;
  /** Edges that have called `echo` lately. */
  readonly callers: number;
  /** What the other calls of `echo` failed with lately. */
  readonly failures: Counts;
  /** Calls, messages and streams under way that nobody answers. */
  readonly held: number;
  /** What those that are over came to lately. */
  readonly ended: Counts;
}

/** A running swarm. */
export class EdgeSwarm implements AsyncDisposable {
  readonly #process: AskedProcess<number>;

  private constructor(process: AskedProcess<number>) {
    this.#process = process;
  }

  /**
   * Starts a swarm.
   *
   * @param port Port of the gateway.
   * @param edges How many.
   * @returns The swarm; all edges are connected.
   */
  static async start(port: number, edges: number): Promise<EdgeSwarm> {
    const script = new URL(import.meta.url);
    const args = [`${port}`, `${edges}`];
    return new EdgeSwarm(await AskedProcess.start(script, args));
  }

  /** @returns What the edges have been through. */
  report(): Promise<SwarmReport> {
    return this.#process.ask("report");
  }

  /** Starts counting anew. */
  async forget(): Promise<void> {
    await this.#process.ask("forget");
  }

  /** Lets every edge hold a call, a message and a stream. */
  async hold(): Promise<void> {
    await this.#process.ask("hold");
  }

  /** Ends the process. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}

const ECHO_EVERY_MS = 500;
/** Milliseconds a call may take: less than the test waits for the end of everything. */
const ECHO_LIMIT_MS = 5_000;
/** More than any test takes: only the loss of the connection ends them. */
const HOLD_LIMIT_MS = 600_000;

if (import.meta.main) {
  const [port, count] = Deno.args.map(Number);
  await run(port!, count!);
}

async function run(port: number, count: number): Promise<void> {
  let echoes = 0;
  let held = 0;
  let failures: Counts = {};
  let ended: Counts = {};
  const callers = new Set<Edge>();

  const hold = (operation: Promise<unknown>): void => {
    held++;
    operation.then(() => "answered", code).then((what) => {
      held--;
      ended[what] = (ended[what] ?? 0) + 1;
    });
  };
  const holdAll = (): void => {
    const options = { timeoutMs: HOLD_LIMIT_MS };
    for (const edge of edges) {
      hold(edge.call("hold", "x", options));
      hold(edge.publish("hold", "x", options));
      hold(readStream(edge));
    }
  };
  const work = async (edge: Edge): Promise<void> => {
    await pause(Math.random() * ECHO_EVERY_MS);
    while (true) {
      try {
        await edge.call("echo", "x", { timeoutMs: ECHO_LIMIT_MS });
        echoes++;
        callers.add(edge);
      } catch (error) {
        const what = code(error);
        failures[what] = (failures[what] ?? 0) + 1;
      }
      await pause(ECHO_EVERY_MS);
    }
  };

  const edges = await Promise.all(
    Array.from({ length: count }, () => connect(port)),
  );
  for (const edge of edges) void work(edge);
  await obey(edges.length, {
    hold: holdAll,
    forget: () => {
      echoes = 0;
      callers.clear();
      [failures, ended] = [{}, {}];
    },
    report: (): SwarmReport => ({
      connected: edges.filter((edge) => edge.state === "connected")
        .map((edge) => `${edge.edgeId}`),
      echoes,
      callers: callers.size,
      failures,
      held,
      ended,
    }),
  });
}

async function connect(port: number): Promise<Edge> {
  const edge = await Edge.connect({
    port,
    methods: { ping: (request) => request.data },
  });
  await edge.register("late", (request) => request.data);
  return edge;
}

async function readStream(edge: Edge): Promise<number | null> {
  const stream = await edge.openStream("hold");
  return await stream.read(new Uint8Array(1));
}

/** The code of an error of ours; the class and text of any other. */
function code(error: unknown): string {
  return error instanceof FrontierError ? error.code : `not ours: ${error}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
