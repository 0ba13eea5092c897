/** The gateway as it is deployed: `server/main.ts` in a process of its own, with the flags of `deno task start`. */

import { Inspector } from "./inspector.ts";

const ROOT = new URL("../../", import.meta.url);
const LEDGER = new URL("server/quota/ledger.ts", ROOT);
const START_MS = 30_000;
/** The kernel's clock ticks a second. */
const TICKS = 100;

/** How a {@linkcode GatewayProcess} is set up. */
export interface GatewayProcessOptions {
  /**
   * Keys under `limits:`.
   * @default none
   */
  readonly limits?: Readonly<Record<string, string | number>>;
  /**
   * Whether log lines of errors and warnings are kept.
   * @default false
   */
  readonly keepLog?: boolean;
}

/** What a process takes. */
export interface ProcessFigures {
  /** Bytes resident. */
  readonly rss: number;
  /** Most bytes that were resident. */
  readonly peak: number;
  /** Seconds of all its threads on a processor. */
  readonly cpuSeconds: number;
}

/** A running gateway. */
export class GatewayProcess implements AsyncDisposable {
  /** Port for edges. */
  readonly edgePort: number;
  /** Port for services. */
  readonly servicePort: number;
  /** Lines of its log at level WARN and above. */
  readonly log: string[];
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  readonly #inspector: Inspector;
  readonly #ledger: string;

  private constructor(
    child: Deno.ChildProcess,
    reading: Promise<unknown>,
    log: string[],
    ports: readonly [edge: number, service: number],
    inspector: Inspector,
    ledger: string,
  ) {
    this.#child = child;
    this.#reading = reading;
    this.log = log;
    [this.edgePort, this.servicePort] = ports;
    this.#inspector = inspector;
    this.#ledger = ledger;
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
        "--v8-flags=--max-semi-space-size=2",
        "--allow-net",
        "--allow-read",
        "--allow-env=FRONTIER_*,FRONTLAS_ADDR,LOG_*,NODE_NAME",
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
    const debug = Promise.withResolvers<string>();
    const log: string[] = [];
    const hear = (line: string) => {
      const port = Number(/listening on: \S+:(\d+)/.exec(line)?.[1]);
      if (port > 0) (line.includes("edgebound") ? edge : service).resolve(port);
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
      const ports = await Promise.race([
        Promise.all([edge.promise, service.promise]),
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
      const ledger = await inspector.instances(LEDGER, "Ledger");
      return new GatewayProcess(child, reading, log, ports, inspector, ledger);
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
  ledger(): Promise<number> {
    return this.#inspector.call(
      this.#ledger,
      "function () { return this.reduce((sum, one) => sum + one.memory, 0) }",
    );
  }

  /** @returns What it takes after a collection of garbage. */
  async figures(): Promise<ProcessFigures> {
    await this.#inspector.collect();
    const status = await readProcess(this.#child.pid, "status");
    const kilobytes = (name: string) =>
      Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)![1]);
    // The second field is the program's name, in parentheses.
    const stat = await readProcess(this.#child.pid, "stat");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return {
      rss: kilobytes("VmRSS") * 1024,
      peak: kilobytes("VmHWM") * 1024,
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
    };
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inspector.close();
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await Promise.all([this.#reading, this.#child.status]);
  }
}

function configuration({ limits = {} }: GatewayProcessOptions): string {
  return [
    "servicebound: {listen: {addr: '127.0.0.1:0'}}",
    "edgebound: {listen: {addr: '127.0.0.1:0'}, edgeid_alloc_when_no_idservice_on: true}",
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
async function readProcess(pid: number, file: string): Promise<string> {
  const { stdout } = await new Deno.Command("cat", {
    args: [`/proc/${pid}/${file}`],
  }).output();
  return new TextDecoder().decode(stdout);
}
