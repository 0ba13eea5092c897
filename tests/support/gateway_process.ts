/**
 * The gateway as it is deployed: `server/main.ts` in a process of its own, with the flags of `deno task start`. What it
 * holds is asked of the runtime's inspector, so that nothing in the program is there for tests only.
 */

import type { FrontierStatus } from "../../server/mod.ts";
import type { Figures } from "./figures.ts";
import { Inspector } from "./inspector.ts";
import { untilStopped } from "./line_process.ts";

const ROOT = new URL("../../", import.meta.url);
const LEDGER = new URL("server/quota/ledger.ts", ROOT);
const GATEWAY = new URL("server/gateway.ts", ROOT);
const TIMERS = new URL("platform/system_timers.ts", ROOT);
const START_MS = 60_000;
/** The kernel's clock ticks a second. */
const TICKS = 100;
/** Collections of garbage before figures are taken, and milliseconds in between, for finalizers. */
const COLLECTIONS = 4;
const BETWEEN_MS = 100;

/** Where a gateway listens. */
export interface GatewayPorts {
  /** For edges. */
  readonly edge: number;
  /** For services. */
  readonly service: number;
  /** Of the control plane, if there is one. */
  readonly control?: number | undefined;
}

/** How a {@linkcode GatewayProcess} is set up. */
export interface GatewayProcessOptions {
  /**
   * Where it listens; 0 for any port.
   * @default { edge: 0, service: 0 }
   */
  readonly ports?: GatewayPorts;
  /**
   * Keys under `limits:`.
   * @default none
   */
  readonly limits?: Readonly<Record<string, string | number>>;
  /**
   * Whether it has a control plane, on any port.
   * @default false
   */
  readonly withControl?: boolean | undefined;
  /**
   * The cluster it joins: its id there, and where Frontlas waits for gateways.
   * @default none
   */
  readonly cluster?: { readonly id: string; readonly frontlas: string };
}

/** What a gateway is doing, and the timers that takes. */
export interface GatewayReport extends FrontierStatus {
  /** Timers armed. */
  readonly timers: number;
}

/** What a process holds and has taken, after a collection of garbage. */
export interface ProcessFigures extends Figures {
  /** Most bytes that were resident. */
  readonly peakBytes: number;
  /** Seconds of all its threads on a processor. */
  readonly cpuSeconds: number;
}

/** A running gateway. */
export class GatewayProcess implements AsyncDisposable {
  /** Where it listens. */
  readonly ports: GatewayPorts;
  /** Lines of its log at level WARN and above, the first thousand. */
  readonly log: string[];
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  readonly #inspector: Inspector;
  /** Handles of the inspector, by class. */
  readonly #handles = new Map<string, Promise<string>>();

  private constructor(
    child: Deno.ChildProcess,
    reading: Promise<unknown>,
    log: string[],
    ports: GatewayPorts,
    inspector: Inspector,
  ) {
    this.#child = child;
    this.#reading = reading;
    this.log = log;
    this.ports = ports;
    this.#inspector = inspector;
  }

  /**
   * Starts a gateway.
   *
   * @param options How it is set up.
   * @returns The gateway, listening.
   * @throws {Error} If it does not listen in time.
   */
  static async start(
    options: GatewayProcessOptions = {},
  ): Promise<GatewayProcess> {
    const file = await Deno.makeTempFile({ suffix: ".yaml" });
    await Deno.writeTextFile(file, configuration(options));
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-check",
        "--no-lock",
        "--no-prompt",
        "--inspect=127.0.0.1:0",
        `--config=${new URL("deno.json", ROOT).pathname}`,
        "--v8-flags=--max-semi-space-size=2,--max-inlined-bytecode-size=1000,--max-inlined-bytecode-size-cumulative=4000",
        "--allow-net",
        "--allow-read",
        "--allow-env=FRONTIER_*,FRONTLAS_ADDR,LOG_*,NODE_NAME",
        "--ignore-env",
        new URL("server/main.ts", ROOT).pathname,
        "--config",
        file,
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const edge = Promise.withResolvers<number>();
    const service = Promise.withResolvers<number>();
    const control = Promise.withResolvers<number | undefined>();
    if (options.withControl !== true) control.resolve(undefined);
    const debug = Promise.withResolvers<string>();
    const log: string[] = [];
    const hear = (line: string) => {
      const [, side, port] =
        /(edgebound|servicebound|controlplane) server listening on: \S+:(\d+)/
          .exec(line) ?? [];
      if (side === "edgebound") edge.resolve(Number(port));
      if (side === "servicebound") service.resolve(Number(port));
      if (side === "controlplane") control.resolve(Number(port));
      const url = /ws:\/\/\S+/.exec(line)?.[0];
      if (url !== undefined) debug.resolve(url);
      if (/ (WARN|ERROR) /.test(line) && log.length < 1_000) log.push(line);
    };
    const reading = Promise.all([
      readLines(child.stdout, hear),
      readLines(child.stderr, hear),
    ]);
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const [edgePort, servicePort, controlPort] = await Promise.race([
        Promise.all([edge.promise, service.promise, control.promise]),
        new Promise<never>((_, reject) => {
          timer = setTimeout(
            () =>
              reject(
                new Error(`Cannot start the gateway: ${log.join("\n")}`),
              ),
            START_MS,
          );
        }),
      ]);
      const inspector = await Inspector.connect(await debug.promise);
      const ports = {
        edge: edgePort,
        service: servicePort,
        control: controlPort,
      };
      const gateway = new GatewayProcess(
        child,
        reading,
        log,
        ports,
        inspector,
      );
      // Looking for objects holds the process up: now nobody minds.
      await gateway.status();
      return gateway;
    } catch (error) {
      child.kill("SIGKILL");
      await Promise.all([reading, child.status]);
      throw error;
    } finally {
      clearTimeout(timer);
      await Deno.remove(file);
    }
  }

  /** @returns Bytes that its ledger counts now. */
  async ledger(): Promise<number> {
    return await this.#inspector.call(
      await this.#instances(LEDGER, "Ledger"),
      "function () { return this.reduce((sum, one) => sum + one.memory, 0) }",
    );
  }

  /** @returns What it is doing. */
  async status(): Promise<GatewayReport> {
    const status: FrontierStatus = await this.#inspector.call(
      await this.#instances(GATEWAY, "Gateway"),
      "function () { return this[0].status }",
    );
    return { ...status, timers: await this.#timers() };
  }

  /** @returns What it holds, after a collection of garbage. */
  async figures(): Promise<ProcessFigures> {
    for (let i = 0; i < COLLECTIONS; i++) {
      await this.#inspector.collect();
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
    }
    const { heapUsed, external }: Deno.MemoryUsage = await this.#inspector.call(
      await this.#instances(TIMERS, "SystemTimers"),
      "function () { return Deno.memoryUsage() }",
    );
    const { pid } = this.#child;
    const status = await output("cat", `/proc/${pid}/status`);
    const kilobytes = (name: string) =>
      Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)![1]);
    // The second field is the program's name, in parentheses.
    const stat = await output("cat", `/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const descriptors = await output("ls", `/proc/${pid}/fd`);
    return {
      timers: await this.#timers(),
      descriptors: descriptors.trim().split("\n").length,
      heapBytes: heapUsed,
      bufferBytes: external,
      rssBytes: kilobytes("VmRSS") * 1024,
      peakBytes: kilobytes("VmHWM") * 1024,
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
    };
  }

  /**
   * Sends a signal.
   *
   * @param signal Which one; unless given the process dies as in a crash.
   */
  kill(signal: Deno.Signal = "SIGKILL"): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // Already gone: what the caller wanted.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Stops the process with SIGSTOP; resolves when it stands still. */
  async stop(): Promise<void> {
    this.kill("SIGSTOP");
    await untilStopped(this.#child.pid);
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.#inspector.close();
    await Promise.all([this.#reading, this.#child.status]);
  }

  async #timers(): Promise<number> {
    return await this.#inspector.call(
      await this.#instances(TIMERS, "SystemTimers"),
      "function () { return this[0].size }",
    );
  }

  #instances(module: URL, name: string): Promise<string> {
    let handle = this.#handles.get(name);
    if (handle === undefined) {
      handle = this.#inspector.instances(module, name);
      this.#handles.set(name, handle);
    }
    return handle;
  }
}

function configuration(
  {
    ports = { edge: 0, service: 0 },
    limits = {},
    withControl = false,
    cluster,
  }: GatewayProcessOptions,
): string {
  return [
    `servicebound: {listen: {addr: '127.0.0.1:${ports.service}'}}`,
    `edgebound: {listen: {addr: '127.0.0.1:${ports.edge}'}, edgeid_alloc_when_no_idservice_on: true}`,
    // Others run beside it.
    "observability: {enable: false}",
    ...(withControl
      ? ["controlplane: {enable: true, listen: {addr: '127.0.0.1:0'}}"]
      : []),
    ...(cluster === undefined ? [] : [
      `daemon: {frontier_id: '${cluster.id}'}`,
      `frontlas: {enable: true, dial: {addrs: ['${cluster.frontlas}']}}`,
    ]),
    "limits:",
    ...Object.entries(limits).map(([key, value]) => `  ${key}: ${value}`),
    "",
  ].join("\n");
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  hear: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) hear(line);
  }
}

/** A program of the system reads it: the runtime guards /proc. */
async function output(program: string, path: string): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args: [path] }).output();
  return new TextDecoder().decode(stdout);
}
