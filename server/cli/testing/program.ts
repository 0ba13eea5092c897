import { TextLineStream } from "@std/streams";

/** The permissions that `--help` and the documents name, and no more. */
export const PERMISSIONS: readonly string[] = [
  "--allow-net",
  "--allow-read",
  "--allow-env=FRONTIER_*,FRONTLAS_ADDR,LOG_*,NODE_NAME",
  "--allow-sys=systemMemoryInfo",
];
const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/**
 * The gateway, or another program, as a process of its own, with the documented permissions and
 * nothing in its environment but what is given.
 */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #out: string[] = [];
  readonly #reading: Promise<void>;
  readonly #done: Promise<unknown>;
  readonly #stopReading = new AbortController();
  #errors = "";
  #waiting: (() => void) | undefined;

  constructor(
    args: string[],
    env: Record<string, string> = {},
    permissions: readonly string[] = PERMISSIONS,
    main = MAIN,
  ) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--no-check",
        ...permissions,
        main,
        ...args,
      ],
      env: { ...env, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#reading = this.#readOut();
    this.#done = Promise.all([this.#reading, this.#readErrors()]);
  }

  /** Runs a program that ends by itself. */
  static async run(
    args: string[],
    env?: Record<string, string>,
  ): Promise<{ code: number; out: string; err: string }> {
    await using program = new Program(args, env);
    return await program.end();
  }

  /** Waits for a line of its standard output. */
  line(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#until(() => {
      for (const line of this.#out) {
        const match = pattern.exec(line);
        if (match) return match;
      }
      return null;
    }, `No line ${pattern}`);
  }

  /** Waits for something on its standard error. */
  complaint(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#until(
      () => pattern.exec(this.#errors),
      `No complaint ${pattern}`,
    );
  }

  /** Closes its standard output at our end. */
  async stopReading(): Promise<void> {
    this.#stopReading.abort();
    await this.#reading;
  }

  tell(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async end(): Promise<{ code: number; out: string; err: string }> {
    const { code } = await this.#child.status;
    await this.#done;
    return { code, out: this.#out.join("\n"), err: this.#errors };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.end();
  }

  async #until(
    find: () => RegExpExecArray | null,
    otherwise: string,
  ): Promise<RegExpExecArray> {
    let ended = false;
    while (true) {
      const found = find();
      if (found) return found;
      if (ended) {
        throw new Error(
          `${otherwise}: ${this.#out.join("\n")}\n${this.#errors}`,
        );
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting = resolve;
      ended = await Promise.race([
        promise.then(() => false),
        this.#done.then(() => true),
      ]);
    }
  }

  async #readOut(): Promise<void> {
    const lines = this.#child.stdout
      .pipeThrough(new TextDecoderStream(), {
        signal: this.#stopReading.signal,
      })
      .pipeThrough(new TextLineStream());
    try {
      for await (const line of lines) {
        this.#out.push(line);
        this.#waiting?.();
      }
    } catch (error) {
      if (!this.#stopReading.signal.aborted) throw error;
    }
  }

  async #readErrors(): Promise<void> {
    for await (
      const text of this.#child.stderr.pipeThrough(new TextDecoderStream())
    ) {
      this.#errors += text;
      this.#waiting?.();
    }
  }
}

/** Ports that the system chooses. */
export const ANY_PORTS = {
  FRONTIER_SERVICEBOUND_PORT: "0",
  FRONTIER_EDGEBOUND_PORT: "0",
};

/** Lends a configuration file with this text. */
export async function withFile(
  text: string,
  use: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(path, text);
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

/** The least a configuration file must have. */
export const GOOD =
  'servicebound: {listen: {addr: "127.0.0.1:0"}}\nedgebound: {listen: {addr: "127.0.0.1:0"}}\n';
