/** The original's directory of a cluster, as a Go program plays it. */

import { LineProcess } from "../support/line_process.ts";
import { buildGo } from "./toolchain.ts";

/** A gateway, as it has introduced itself, and the counts that the directory keeps of it. */
export interface GoFrontier {
  readonly frontier_id: string;
  readonly advertised_servicebound_addr: string;
  readonly advertised_edgebound_addr: string;
  readonly edge_count: number;
  readonly service_count: number;
}

/** An edge or a service, as it was told. */
export interface GoRecord {
  readonly frontier_id: string;
  readonly addr: string;
  readonly service?: string;
}

/** All that the directory has recorded. */
export interface GoRecords {
  readonly frontiers: Readonly<Record<string, GoFrontier>>;
  readonly edges: Readonly<Record<string, GoRecord>>;
  readonly services: Readonly<Record<string, GoRecord>>;
  readonly calls: Readonly<Record<string, number>>;
  readonly links: number;
  readonly refused: number;
}

/** A running directory. */
export class GoFrontlas implements AsyncDisposable {
  /** Where gateways dial. */
  address = "";
  readonly #process: LineProcess;
  readonly #waiting: ((line: unknown) => void)[] = [];

  private constructor(path: string, args: readonly string[]) {
    this.#process = new LineProcess(path, args, (line) => {
      this.#waiting.shift()?.(JSON.parse(line));
    });
  }

  /**
   * Starts one.
   *
   * @param address Where it listens.
   * @returns The directory, listening.
   */
  static async start(address = "127.0.0.1:0"): Promise<GoFrontlas> {
    const path = await buildGo("frontlas");
    const made = new GoFrontlas(path, [`-address=${address}`]);
    const line = await made.#next() as { address?: string; error?: string };
    if (line.address === undefined) throw new Error(line.error);
    made.address = line.address;
    return made;
  }

  /**
   * Tells it to do something.
   *
   * @param command One line.
   */
  async tell(command: string): Promise<void> {
    await this.#ask(command);
  }

  /** @returns All that it has recorded. */
  async dump(): Promise<GoRecords> {
    return await this.#ask("dump") as GoRecords;
  }

  /** @returns What it has recorded, once that is as it should be; the last that was seen after half a minute. */
  async until(holds: (records: GoRecords) => boolean): Promise<GoRecords> {
    const end = performance.now() + 30_000;
    for (;;) {
      const records = await this.dump();
      if (holds(records) || performance.now() > end) return records;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Stops its process, or lets it go on. */
  signal(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }

  async #ask(command: string): Promise<unknown> {
    const answer = this.#next();
    await this.#process.send(command);
    return await answer;
  }

  #next(): Promise<unknown> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
