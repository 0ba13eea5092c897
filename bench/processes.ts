/**
 * Starting the benchmark's processes and talking to them in lines.
 *
 * @module
 */

import type { DriverLine, Order, Outcome } from "./load/driver.ts";
import type { Ports } from "./load/peers.ts";

const HERE = new URL(".", import.meta.url).pathname;

/** A child process that is spoken to in lines. */
export class LineProcess implements AsyncDisposable {
  #child: Deno.ChildProcess;
  #input: WritableStreamDefaultWriter<Uint8Array>;
  #lines: AsyncGenerator<string>;

  /**
   * Starts a module of this folder.
   *
   * @param flags flags of `deno run`.
   * @param module path, relative to this folder or absolute.
   * @param args its arguments.
   */
  constructor(
    flags: readonly string[],
    module: string,
    args: readonly string[] = [],
  ) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--quiet",
        ...flags,
        module.startsWith("/") ? module : HERE + module,
        ...args,
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#lines = linesOf(this.#child.stdout);
  }

  /** Its process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Waits for a line.
   *
   * @returns the line without its end.
   * @throws {Error} when the process ends instead.
   */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) {
      throw new Error(
        `Cannot go on: a benchmark process ended with code ${
          (await this.#child.status).code
        }`,
      );
    }
    return value;
  }

  /**
   * Sends a line.
   *
   * @param line without its end.
   */
  async send(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(line + "\n"));
  }

  /** Ends the process: by the end of its input, by a signal when that does not help within two seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    const timer = setTimeout(() => {
      try {
        this.#child.kill("SIGKILL");
      } catch {
        // It has just ended by itself.
      }
    }, 2000);
    await this.#lines.return(undefined);
    await this.#child.status;
    clearTimeout(timer);
  }
}

async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** What `deno task start` tells the engine: keep the heap small, and join the many small functions of a call. */
const TUNED = ",--max-semi-space-size=2,--max-inlined-bytecode-size=1000," +
  "--max-inlined-bytecode-size-cumulative=4000";

/** How a {@linkcode GatewayProcess} is started. */
export interface StartOptions {
  /** Whether the engine gets the flags that `deno task start` sets. @default true */
  tuned?: boolean;
  /** Whether it may start other programs. @default false */
  mayRun?: boolean;
  /** Its arguments. @default none */
  args?: readonly string[];
}

/** A running gateway process. */
export class GatewayProcess extends LineProcess {
  /** Where it listens. */
  readonly ports: Ports;

  #measured: number | undefined = undefined;

  private constructor(
    module: string,
    flags: readonly string[],
    args: readonly string[],
  ) {
    super(flags, module, args);
    this.ports = { edge: 0, service: 0 };
  }

  /** The process that is measured: this one, or one that it stands for. */
  override get pid(): number {
    return this.#measured ?? super.pid;
  }

  /**
   * Starts a gateway and waits until it listens.
   *
   * @param module what to run instead of this folder's `gateway_process.ts`; must speak as that does.
   * @param options how.
   * @returns the process.
   */
  static async start(
    module = "gateway_process.ts",
    options: StartOptions = {},
  ): Promise<GatewayProcess> {
    const tuned = options.tuned === false ? "" : TUNED;
    const gateway = new GatewayProcess(module, [
      "--allow-net=127.0.0.1",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-sys",
      ...(options.mayRun ? ["--allow-run"] : []),
      `--v8-flags=--expose-gc${tuned}`,
    ], options.args ?? []);
    const { pid, ...ports } = JSON.parse(await gateway.line());
    Object.assign(gateway.ports, ports);
    gateway.#measured = pid;
    return gateway;
  }

  /**
   * Sends a command and waits for the answer.
   *
   * @param line the command.
   * @throws {Error} when the answer is not `ok`.
   */
  async command(line: string): Promise<void> {
    await this.send(line);
    const answer = await this.line();
    if (answer !== "ok") {
      throw new Error(`Cannot have the gateway ${line}: ${answer}`);
    }
  }
}

/** Starts a driver: the raw generator, or the SDK edges. */
export function startDriver(order: Order): LineProcess {
  const sdk = order.load.kind.startsWith("sdk-");
  const flags = [
    "--allow-ffi",
    ...(sdk ? ["--allow-net=127.0.0.1", "--allow-env", "--allow-read"] : []),
  ];
  return new LineProcess(flags, sdk ? "sdk_edges.ts" : "generator.ts", [
    JSON.stringify(order),
  ]);
}

/**
 * Answers a driver's questions until its outcome comes.
 *
 * @param driver the process.
 * @param gateway the gateway under load.
 * @param started called when the load has been started.
 * @returns the outcome.
 */
export async function attend(
  driver: LineProcess,
  gateway: GatewayProcess,
  started?: () => Promise<void>,
): Promise<Outcome> {
  for (;;) {
    const line = JSON.parse(await driver.line()) as DriverLine;
    if ("outcome" in line) return line.outcome;
    if ("progress" in line) continue;
    if (line.ask === "settle") await gateway.command("gc");
    else await started?.();
    await driver.send("ok");
  }
}
