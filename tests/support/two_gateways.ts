/** Two gateways as processes of their own, a service connected to both, and edges that all begin at the first. */

import { Edge, type FrontierError, Service } from "@frontier/client";
import { Program } from "../../server/cli/testing/program.ts";
import { freePorts } from "./free_ports.ts";

/** How operations ended, by outcome. */
export type Outcomes = Record<string, number>;

/** One of every so many calls takes long. */
const SLOW_ONE = 40;
const SLOW_MS = 2_500;
const FAST_MS = 40;

/** A gateway, and what the service knows of it. */
export interface Site {
  /** The process. */
  readonly program: Program;
  /** Where edges connect. */
  readonly edgePort: number;
  /** The service's connection to it. */
  readonly service: Service;
  /** Names of the edges that the service believes to be online there. */
  readonly online: Set<string>;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function count(outcomes: Outcomes, error: unknown): void {
  const { code, retryable, message, wireText } = error as FrontierError;
  const outcome = retryable ? `refused: ${code}` : wireText ?? message;
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
}

/** The scene; work goes on in every direction until it is told to stop. */
export class TwoGateways implements AsyncDisposable {
  /** Calls of our edges. */
  readonly up: Outcomes = {};
  /** Calls of the service. */
  readonly down: Outcomes = {};
  /** Changes of state of our edges after they were connected. */
  readonly states: Outcomes = {};
  /** Data of the calls that have reached the service. */
  readonly handled: Set<string> = new Set();
  /** Our edges. */
  readonly edges: Edge[] = [];
  readonly #stack = new AsyncDisposableStack();
  readonly #ids: Map<string, bigint> = new Map();
  #sites: Site[] = [];
  #work: Promise<void>[] = [];
  #stopped = false;

  /**
   * Starts two gateways and connects the service to both.
   *
   * @returns The scene, without edges.
   */
  static async start(): Promise<TwoGateways> {
    const scene = new TwoGateways();
    for (let i = 0; i < 2; i++) scene.#sites.push(await scene.#site());
    return scene;
  }

  /** The gateway where the edges begin. */
  get first(): Site {
    return this.#sites[0]!;
  }

  /** The other one. */
  get second(): Site {
    return this.#sites[1]!;
  }

  /** Where edges find a gateway, the first one first. */
  get edgePorts(): number[] {
    return this.#sites.map(({ edgePort }) => edgePort);
  }

  /** Connects edges of ours to the first gateway. */
  async connect(edges: number): Promise<void> {
    const addresses = this.edgePorts.map((port) => `127.0.0.1:${port}`);
    for (let i = 0; i < edges; i++) {
      const edge = await Edge.connect({
        addresses,
        meta: `ours-${i}`,
        methods: { echo: (request) => request.data },
      });
      this.edges.push(this.#stack.use(edge));
      void this.#follow(edge);
    }
  }

  /** Begins to call: each of our edges one after the other, the service several at a time. */
  load(callers = 32): void {
    for (const edge of this.edges) this.#work.push(this.#call(edge));
    for (let i = 0; i < callers; i++) this.#work.push(this.#ask());
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#work);
  }

  /** Waits until the service believes so many edges to be online at the second gateway. */
  async arrived(edges: number, timeoutMs: number): Promise<void> {
    const endsAt = performance.now() + timeoutMs;
    while (this.second.online.size < edges) {
      if (performance.now() > endsAt) {
        throw new Error(
          `${this.second.online.size} of ${edges} edges are there`,
        );
      }
      await sleep(50);
    }
  }

  /** Calls every edge through the second gateway. @returns How many answered. */
  async reach(): Promise<number> {
    let reached = 0;
    for (const name of this.second.online) {
      const id = this.#ids.get(name)!;
      const reply = await this.second.service.call(id, "echo", name);
      if (reply.text() === name) reached++;
    }
    return reached;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#stack.disposeAsync();
  }

  async #site(): Promise<Site> {
    const ports = freePorts();
    const program = this.#stack.use(
      new Program([], {
        FRONTIER_EDGEBOUND_PORT: `${ports.edge}`,
        FRONTIER_SERVICEBOUND_PORT: `${ports.service}`,
      }),
    );
    await program.line(/edgebound server listening/);
    const online = new Set<string>();
    let calls = 0;
    const service = await Service.connect({
      port: ports.service,
      name: "S",
      methods: {
        work: async (request) => {
          this.handled.add(request.text());
          await sleep(calls++ % SLOW_ONE === 0 ? SLOW_MS : FAST_MS);
          return "done";
        },
      },
    });
    this.#stack.use(service);
    await service.registerGetEdgeId((meta) => this.#idOf(nameOf(meta)));
    await service.registerEdgeOnline(({ meta }) => {
      online.add(nameOf(meta));
    });
    await service.registerEdgeOffline(({ meta }) => {
      online.delete(nameOf(meta));
    });
    return { program, edgePort: ports.edge, service, online };
  }

  #idOf(name: string): bigint {
    let id = this.#ids.get(name);
    if (id === undefined) this.#ids.set(name, id = BigInt(this.#ids.size + 1));
    return id;
  }

  async #follow(edge: Edge): Promise<void> {
    let first = true;
    for await (const { state } of edge.status()) {
      if (!first && !this.#stopped) {
        this.states[state] = (this.states[state] ?? 0) + 1;
      }
      first = false;
    }
  }

  async #call(edge: Edge): Promise<void> {
    while (!this.#stopped) {
      try {
        await edge.call("work", `ours ${this.edges.indexOf(edge)}`);
        this.up.ok = (this.up.ok ?? 0) + 1;
      } catch (error) {
        count(this.up, error);
        await sleep(100);
      }
    }
  }

  /** Calls edges where they were said to be online last, as a service of several gateways does. */
  async #ask(): Promise<void> {
    while (!this.#stopped) {
      const names = [...this.#ids.keys()];
      const name = names[Math.floor(Math.random() * names.length)]!;
      const site = this.second.online.has(name) ? this.second : this.first;
      try {
        await site.service.call(this.#ids.get(name)!, "echo", name, {
          timeoutMs: 10_000,
        });
        this.down.ok = (this.down.ok ?? 0) + 1;
      } catch (error) {
        count(this.down, error);
      }
      await sleep(10);
    }
  }
}

function nameOf(meta: Uint8Array): string {
  return new TextDecoder().decode(meta);
}
