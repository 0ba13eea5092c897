/**
 * A whole cluster under load, every part of it a process of its own as it is deployed: Redis, two Frontlas, three gateways, a
 * service of the cluster, and a swarm of edges. Parts are killed and stopped by the tests; what must be true of the rest is
 * looked at from outside.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";
import type { RedisStoreConfig } from "../../frontlas/config/types.ts";
import { AskedProcess } from "../support/asked_process.ts";
import { untilStopped } from "../support/line_process.ts";
import { freePort } from "../support/free_ports.ts";
import type { CallerReport } from "./caller.ts";
import { discrepancies, pause } from "./numbers.ts";
import type { SwarmReport } from "./swarm.ts";

const ROOT = new URL("../../", import.meta.url);
/** Names of the gateways. */
const GATEWAYS = ["g0", "g1", "g2"];
/** Lines of each stream of the swarm. */
const LINES = 6;
const START_MS = 60_000;

/** A program that can be killed and started again where it was. */
class Part implements AsyncDisposable {
  readonly name: string;
  readonly #command: readonly string[];
  readonly #env: Record<string, string>;
  readonly #ready: RegExp;
  /** What it had to say, the last lines. */
  readonly log: string[] = [];
  #child: Deno.ChildProcess | undefined;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(
    name: string,
    command: readonly string[],
    env: Record<string, string>,
    ready: RegExp,
  ) {
    this.name = name;
    this.#command = command;
    this.#env = env;
    this.#ready = ready;
  }

  async start(): Promise<void> {
    const [program = "", ...args] = this.#command;
    const child = new Deno.Command(program, {
      args,
      env: { ...this.#env, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#child = child;
    const { promise, resolve } = Promise.withResolvers<void>();
    const read = async (bytes: ReadableStream<Uint8Array>) => {
      const lines = bytes.pipeThrough(new TextDecoderStream())
        .pipeThrough(new TextLineStream());
      for await (const line of lines) {
        if (this.log.push(line) > 300) this.log.shift();
        if (this.#ready.test(line)) resolve();
      }
    };
    this.#reading = Promise.all([read(child.stdout), read(child.stderr)]);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const fail = (why: string) =>
        reject(new Error(`${this.name} ${why}:\n${this.log.join("\n")}`));
      timer = setTimeout(() => fail("does not start"), START_MS);
      void child.status.then(({ code }) => fail(`ended with ${code}`));
    });
    late.catch(() => {});
    try {
      await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  signal(signal: Deno.Signal): void {
    this.#child?.kill(signal);
  }

  /** SIGKILL, until it is gone. */
  async kill(): Promise<void> {
    try {
      this.#child?.kill("SIGKILL");
    } catch {
      // It has gone by itself.
    }
    await this.#child?.status;
    await this.#reading;
  }

  /** SIGSTOP, until it stands still. */
  async stop(): Promise<void> {
    this.#child!.kill("SIGSTOP");
    await untilStopped(this.#child!.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** Where a gateway is, and how it is started. */
export interface GatewayPlace {
  /** Address that others reach it at. */
  readonly hostname: string;
  /** Address at which it reaches Frontlas. */
  readonly frontlas: string;
  /** What stands before its command, `ip netns exec NAME` for example. */
  readonly before: readonly string[];
}

const HERE: GatewayPlace = {
  hostname: "127.0.0.1",
  frontlas: "127.0.0.1",
  before: [],
};

/** What a {@linkcode Stage} is made of. */
export interface StageOptions {
  /** Where the records are; in the memory of one Frontlas without it. */
  readonly redis?: RedisStoreConfig;
  /** How many edges there are. */
  readonly edges: number;
  /** Where gateways are that are elsewhere, by their names. */
  readonly places?: Readonly<Record<string, GatewayPlace>>;
  /** Milliseconds between two calls, two messages and two lines of each edge; infinite for edges that are there and nothing else. @default {500} */
  readonly everyMs?: number;
}

/** A cluster that works. */
export class Stage implements AsyncDisposable {
  /** The directories. */
  readonly frontlas: readonly Part[];
  /** The gateways, by name. */
  readonly gateways: ReadonlyMap<string, Part>;
  readonly #stack: AsyncDisposableStack;
  readonly #swarm: AskedProcess<number>;
  readonly #caller: AskedProcess<number>;
  readonly #edges: number;
  /** Name of the gateway that is reached at an address. */
  readonly #names: ReadonlyMap<string, string>;
  readonly #control: readonly number[];

  private constructor(parts: {
    stack: AsyncDisposableStack;
    frontlas: readonly Part[];
    gateways: ReadonlyMap<string, Part>;
    swarm: AskedProcess<number>;
    caller: AskedProcess<number>;
    edges: number;
    names: ReadonlyMap<string, string>;
    control: readonly number[];
  }) {
    this.#stack = parts.stack;
    this.frontlas = parts.frontlas;
    this.gateways = parts.gateways;
    this.#swarm = parts.swarm;
    this.#caller = parts.caller;
    this.#edges = parts.edges;
    this.#names = parts.names;
    this.#control = parts.control;
  }

  /** Starts all of it; edges are at all gateways, and calls go. */
  static async start(options: StageOptions): Promise<Stage> {
    const { redis, edges, places = {}, everyMs = 500 } = options;
    await using stack = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir();
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    const any = Object.keys(places).length > 0 ? "0.0.0.0" : "127.0.0.1";
    const directories = redis === undefined ? [0] : [0, 1];
    const control = directories.map(freePort);
    const plane = directories.map(freePort);
    const frontlas = await Promise.all(control.map(async (port, i) => {
      const config = `${folder}/frontlas${i}.yaml`;
      await Deno.writeTextFile(
        config,
        JSON.stringify({
          control_plane: { listen: { addr: `127.0.0.1:${port}` } },
          frontier_plane: { listen: { addr: `${any}:${plane[i]}` } },
          observability: { enable: false },
          ...(redis && { redis: redisSection(redis) }),
        }),
      );
      const part = new Part(
        `frontlas${i}`,
        command("frontlas/main.ts", "frontlas", config),
        {},
        /controlplane server listening/,
      );
      stack.use(part);
      await part.start();
      return part;
    }));
    const names = new Map<string, string>();
    const gateways = new Map<string, Part>();
    await Promise.all(GATEWAYS.map(async (name) => {
      const { hostname, frontlas: at, before } = places[name] ?? HERE;
      const [edge, service] = [freePort(), freePort()];
      const config = `${folder}/${name}.yaml`;
      await Deno.writeTextFile(
        config,
        JSON.stringify({
          daemon: { frontier_id: name },
          edgebound: { listen: { addr: `${hostname}:${edge}` } },
          servicebound: { listen: { addr: `${hostname}:${service}` } },
          observability: { enable: false },
          frontlas: {
            enable: true,
            dial: { addrs: plane.map((port) => `${at}:${port}`) },
          },
        }),
      );
      const part = new Part(
        name,
        [...before, ...command("server/main.ts", "gateway", config)],
        {},
        /edgebound server listening/,
      );
      gateways.set(name, part);
      names.set(`${hostname}:${edge}`, name);
      stack.use(part);
      await part.start();
    }));
    const caller = stack.use(
      await AskedProcess.start<number>(new URL("caller.ts", import.meta.url), [
        `${edges}`,
        `${everyMs}`,
        ...control.map((port) => `127.0.0.1:${port}`),
      ]),
    );
    await eventually(
      "the service is at all gateways",
      async () => await caller.ask<number>("gateways") === GATEWAYS.length,
    );
    const swarm = stack.use(
      await AskedProcess.start<number>(new URL("swarm.ts", import.meta.url), [
        `${edges}`,
        `${everyMs}`,
        ...names.keys(),
      ]),
    );
    if (everyMs < Infinity) await caller.ask("begin");
    const moved = stack.move();
    const stage = new Stage({
      stack: moved,
      frontlas,
      gateways,
      swarm,
      caller,
      edges,
      names,
      control,
    });
    try {
      await (everyMs === Infinity
        ? stage.knowledge()
        : stage.recovery("the start"));
    } catch (error) {
      await moved.disposeAsync();
      throw error;
    }
    return stage;
  }

  /** Name of the gateway of each edge that is connected. */
  async places(): Promise<Map<string, string>> {
    const places = await this.#swarm.ask<Record<string, string>>("places");
    return new Map(
      Object.entries(places).map(([id, at]) => [id, this.#names.get(at)!]),
    );
  }

  /** What one Frontlas says of where each edge is. */
  async known(which: number): Promise<Map<string, string>> {
    const known = new Map<string, string>();
    for (let from = 1; from <= this.#edges; from += 100) {
      const ids = Array.from(
        { length: Math.min(100, this.#edges - from + 1) },
        (_, i) => `edge_ids=${from + i}`,
      );
      const response = await fetch(
        `http://127.0.0.1:${this.#control[which]}/cluster/v1/edges?${
          ids.join("&")
        }`,
        { signal: AbortSignal.timeout(5_000) },
      );
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status}: ${text}`);
      const { edges }: { edges: { edgeId: string; frontierId: string }[] } =
        JSON.parse(text);
      for (const { edgeId, frontierId } of edges) known.set(edgeId, frontierId);
    }
    return known;
  }

  /**
   * Waits until all edges are connected, both Frontlas know where each is, and
   * each has answered a call that was begun since.
   *
   * @param what After what, for the report.
   * @param limitMs How long it may take.
   * @returns Milliseconds until then, and until all calls went again.
   */
  async recovery(
    what: string,
    limitMs = 90_000,
  ): Promise<{ known: number; answered: number }> {
    const begun = Date.now();
    const since = () => Date.now() - begun;
    let why = "";
    let knownMs = -1;
    let answeredMs = -1;
    while (knownMs < 0) {
      if (since() > limitMs) {
        const parts = [...this.frontlas, ...this.gateways.values()];
        const logs = parts.map(({ name, log }) =>
          `${name}:\n${log.slice(-12).join("\n")}`
        );
        throw new Error(
          `Not back ${limitMs} ms after ${what}: ${why}\n${logs.join("\n")}`,
        );
      }
      await pause(100);
      if (answeredMs < 0) {
        const count = await this.#caller.ask<number>(`answered ${begun}`);
        if (count === this.#edges) answeredMs = since();
        else why = `${count} edges have answered`;
      }
      // Before, they may be known where they were.
      if (answeredMs >= 0) {
        const found = await this.#mistakes();
        if (found === "") knownMs = since();
        else why = found;
      }
    }
    console.log(
      `after ${what}: all called ${answeredMs / 1000} s, all known ${
        knownMs / 1000
      } s`,
    );
    return { known: knownMs, answered: answeredMs };
  }

  /**
   * Waits until all edges are connected and the directory knows where each is.
   *
   * @returns Milliseconds until then.
   */
  async knowledge(): Promise<number> {
    const begun = Date.now();
    while (true) {
      const found = await this.#mistakes();
      const ms = Date.now() - begun;
      if (found === "") return ms;
      if (ms > START_MS) throw new Error(`After ${ms} ms: ${found}`);
      await pause(100);
    }
  }

  /** What the directories have wrong; empty when nothing. */
  async #mistakes(): Promise<string> {
    const places = await this.places();
    if (places.size < this.#edges) return `${places.size} edges are connected`;
    for (const which of this.#control.keys()) {
      const known = await this.known(which).catch((error: Error) => error);
      if (known instanceof Error) return `frontlas${which}: ${known.message}`;
      for (const [id, place] of places) {
        if (known.get(id) !== place) {
          return `frontlas${which} has edge ${id} at ${
            known.get(id)
          }, it is at ${place}`;
        }
      }
    }
    // Nobody may have moved in the middle of the look.
    const after = await this.places();
    for (const [id, place] of places) {
      if (after.get(id) !== place) return `edge ${id} is moving`;
    }
    return "";
  }

  /** Ends the load, and holds what all sides have seen against each other. @returns What must not be. */
  async end(): Promise<string[]> {
    await this.#caller.ask("stop");
    const swarm = await this.#swarm.ask<SwarmReport>("stop");
    const caller = await this.#caller.ask<CallerReport>("report");
    const { calls, messages } = {
      calls: caller.calls,
      messages: swarm.messages,
    };
    console.log(
      `${calls.done.length} calls, ${messages.done.length} messages, ${
        Object.keys(swarm.streams).length
      } streams done; unknown: ${JSON.stringify(calls.codes)} ${
        JSON.stringify(messages.codes)
      }, ${swarm.broken} streams broken; ${
        calls.repeated + messages.repeated
      } repeated`,
    );
    const found = [
      ...discrepancies("call", calls, swarm.calls),
      ...discrepancies("message", messages, caller.messages),
      ...caller.disordered.map((line) => `out of order: ${line}`),
    ];
    for (const [name, lines] of Object.entries(caller.streams)) {
      if (lines !== LINES) {
        found.push(`stream ${name} ended as if complete after ${lines} lines`);
      }
    }
    if (calls.done.length < this.#edges) found.push("hardly a call was made");
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** A program of ours with the permissions it is documented with. */
function command(main: string, permissions: string, config: string): string[] {
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    "--no-check",
    `-P=${permissions}`,
    `--config=${new URL("deno.json", ROOT).pathname}`,
    `--allow-read=${config}`,
    new URL(main, ROOT).pathname,
    "--config",
    config,
  ];
}

function redisSection({ mode, addrs, masterName }: RedisStoreConfig): unknown {
  return {
    mode,
    [mode]: {
      ...(mode === "standalone" ? { addr: addrs[0] } : { addrs }),
      ...(mode === "sentinel" && { master_name: masterName }),
    },
  };
}

/** Waits for something, for a minute. */
export async function eventually(
  what: string,
  look: () => Promise<boolean>,
): Promise<void> {
  const end = Date.now() + 60_000;
  while (!await look()) {
    if (Date.now() > end) throw new Error(`Not within a minute: ${what}`);
    await pause(50);
  }
}
