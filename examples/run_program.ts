/**
 * Runs the examples the way a user does, for their tests.
 *
 * @module
 */

/** A program that runs. */
export class Program implements AsyncDisposable {
  /** What it has printed. */
  output = "";
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  /**
   * Starts a program of this folder.
   *
   * @param path The program.
   * @param args Its arguments.
   */
  constructor(path: string, ...args: string[]) {
    const file = new URL(path, import.meta.url).pathname;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-net=127.0.0.1",
        "--allow-read",
        "--allow-write",
        "--allow-env",
        file,
        ...args,
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reading = Promise.all([
      this.#read(this.#child.stdout),
      this.#read(this.#child.stderr),
    ]);
  }

  /**
   * Types text.
   *
   * @param text The text.
   */
  async type(text: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(text));
  }

  /** Ends the input. */
  async endInput(): Promise<void> {
    await this.#writer.close();
  }

  /**
   * Waits until text was printed.
   *
   * @param text The text.
   */
  async prints(text: string): Promise<void> {
    const endsAt = performance.now() + 20_000;
    while (!this.output.includes(text)) {
      if (performance.now() > endsAt) {
        throw new Error(`Never printed ${text}, but:\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** @returns Its exit code, when it has ended. */
  async end(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    await this.#writer.close().catch(() => {});
    return code;
  }

  /** Ends it if it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.end();
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.output += text;
    }
  }
}

/**
 * Runs a program to its end.
 *
 * @param path The program.
 * @param args Its arguments.
 * @returns Its exit code and what it printed.
 */
export async function runToEnd(
  path: string,
  ...args: string[]
): Promise<{ code: number; output: string }> {
  await using program = new Program(path, ...args);
  await program.endInput();
  const code = await program.end();
  return { code, output: program.output };
}
