/** Agents and forwarders as processes of their own, with the permission sets of the papers. */

const ROOT = new URL("../../", import.meta.url);
/** Milliseconds a line may take to come. */
const PATIENCE_MS = 30_000;

/** How a program is started. */
export interface ProgramOptions {
  /** Its arguments. */
  readonly args: readonly string[];
  /**
   * Permissions beyond those of its set.
   * @default none
   */
  readonly allow?: readonly string[];
  /**
   * Its environment.
   * @default nothing
   */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Instead of the runtime's arguments and the main module.
   * @default the sources, with the set of the same name
   */
  readonly command?: readonly string[];
  /**
   * File descriptors it may have open.
   * @default those of the tests
   */
  readonly descriptors?: number;
}

/** One running program. */
export class ProgramUnderTest implements AsyncDisposable {
  /** What it has written to its standard error so far. */
  errors = "";
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #out: Promise<string>;
  #wake: () => void = () => {};
  #over = false;

  constructor(name: "agent" | "forward", options: ProgramOptions) {
    const { args, allow = [], env = {}, command, descriptors } = options;
    const limit = descriptors === undefined ? "" : `ulimit -n ${descriptors};`;
    this.#child = new Deno.Command("/bin/sh", {
      args: [
        ...["-c", `${limit} exec "$0" "$@"`, Deno.execPath()],
        "run",
        "--quiet",
        "--no-prompt",
        "--no-check",
        ...(command ?? [
          `-P=${name}`,
          ...allow,
          new URL(`client/${name}/main.ts`, ROOT).pathname,
        ]),
        ...args,
      ],
      cwd: ROOT.pathname,
      env: { ...env, NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#out = new Response(this.#child.stdout).text();
    this.#reading = this.#read();
  }

  /** Starts an agent. */
  static agent(options: ProgramOptions): ProgramUnderTest {
    return new ProgramUnderTest("agent", options);
  }

  /** Starts a forwarder. */
  static forward(options: ProgramOptions): ProgramUnderTest {
    return new ProgramUnderTest("forward", options);
  }

  /** Starts a forwarder that listens, and waits for its port. */
  static async listening(
    service: number,
    edge: bigint,
    target: string,
  ): Promise<ProgramUnderTest & { port: number }> {
    const program = ProgramUnderTest.forward({
      args: [
        "--gateway",
        `127.0.0.1:${service}`,
        "--edge",
        `${edge}`,
        "--target",
        target,
        "--listen",
        "127.0.0.1:0",
      ],
    });
    const [, port] = await program.line(/Listening address=127.0.0.1:(\d+)/);
    await program.line(/Connected/);
    return Object.assign(program, { port: Number(port) });
  }

  /** Process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Waits until the agent is connected, for the so-many-th time; returns the id of its edge. */
  async connected(times = 1): Promise<bigint> {
    const all = `(?:[^]*Connected gateway=\\S+ edge=(\\d+)){${times}}`;
    const [, id] = await this.line(new RegExp(all));
    return BigInt(id!);
  }

  /** Waits for something on its standard error. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const found = pattern.exec(this.errors);
      if (found !== null) return found;
      if (this.#over || performance.now() > until) {
        throw new Error(`No line ${pattern}: ${this.errors}`);
      }
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, 1_000);
      });
      clearTimeout(timer);
    }
  }

  /** Writes to its standard input. */
  async write(text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(text));
  }

  /** Ends its standard input. */
  async endInput(): Promise<void> {
    await this.#input.close().catch(() => {});
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal = "SIGKILL"): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended.
    }
  }

  /** Waits for its end. */
  async end(): Promise<{ code: number; out: string; err: string }> {
    const { code } = await this.#child.status;
    const out = await this.#out;
    await this.#reading;
    await this.endInput();
    return { code, out, err: this.errors };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.end();
  }

  async #read(): Promise<void> {
    for await (
      const text of this.#child.stderr.pipeThrough(new TextDecoderStream())
    ) {
      this.errors += text;
      this.#wake();
    }
    this.#over = true;
    this.#wake();
  }
}
