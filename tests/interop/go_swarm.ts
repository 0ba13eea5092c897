/** Many Go edges in one process, driven from a test. */

import { LineProcess } from "../support/line_process.ts";
import { buildGo } from "./toolchain.ts";

/** What a swarm is. */
export interface GoSwarmOptions {
  /** How many edges. */
  readonly count: number;
  /** Ports of gateways; an edge takes the first that answers. */
  readonly ports: readonly number[];
  /** Its edges say that they are `meta-0`, `meta-1` and so on. */
  readonly meta: string;
}

/** What became of the calls of a swarm. */
export interface GoSwarmCalls {
  /** How many ended how: by the text of their error, empty for those that were answered. */
  readonly outcomes: Record<string, number>;
  /** Data of the calls whose connection ended before they were answered. */
  readonly cut: string[];
}

/** A running swarm: its edges come back by themselves and answer `echo`. */
export class GoSwarm implements AsyncDisposable {
  readonly #process: LineProcess;
  #lines: Record<string, unknown>[] = [];
  #wake = () => {};

  private constructor(path: string, args: readonly string[]) {
    this.#process = new LineProcess(path, args, (line) => {
      this.#lines.push(JSON.parse(line));
      this.#wake();
    });
  }

  /**
   * Starts a swarm.
   *
   * @param options What it is.
   * @returns The swarm; all edges are connected.
   * @throws {Error} If one is refused.
   */
  static async start(options: GoSwarmOptions): Promise<GoSwarm> {
    const { count, ports, meta } = options;
    const addresses = ports.map((port) => `127.0.0.1:${port}`).join(",");
    const swarm = new GoSwarm(await buildGo("new"), [
      "-role=swarm",
      `-address=${addresses}`,
      `-count=${count}`,
      `-meta=${meta}`,
    ]);
    const { event, error } = await swarm.#next();
    if (event !== "ready") {
      await swarm[Symbol.asyncDispose]();
      throw new Error(`Cannot start a swarm: ${error}`);
    }
    return swarm;
  }

  /** Lets each edge call `work` again and again. */
  async load(): Promise<void> {
    await this.#process.send('{"op":"load"}');
    await this.#next();
  }

  /** Ends the calls, and tells how they ended. */
  async stop(): Promise<GoSwarmCalls> {
    await this.#process.send('{"op":"stop"}');
    const { outcomes, cut } = await this.#next();
    return {
      outcomes: outcomes as Record<string, number>,
      cut: (cut ?? []) as string[],
    };
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }

  async #next(): Promise<Record<string, unknown>> {
    const endsAt = performance.now() + 60_000;
    while (this.#lines.length === 0) {
      const left = endsAt - performance.now();
      if (left <= 0) throw new Error("The swarm says nothing");
      let timer: ReturnType<typeof setTimeout> | undefined = undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
    return this.#lines.shift()!;
  }
}
