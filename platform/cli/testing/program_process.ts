import { TextLineStream } from "@std/streams";

/** How a program is started as a process of its own. */
export interface ProcessOptions {
  /** Its main module. */
  readonly main: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env?: Record<string, string>;
  /** What it may do. */
  readonly permissions: readonly string[];
}

/**
 * A program as a process of its own, with nothing in its environment but what is
 * given.
 */
export class ProgramProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #out: string[] = [];
  readonly #reading: Promise<void>;
  readonly #done: Promise<unknown>;
  readonly #stopReading = new AbortController();
  #errors = "";
  #waiting: (() => void) | undefined;

  constructor({ main, args, env = {}, permissions }: ProcessOptions) {
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
