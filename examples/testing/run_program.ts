/**
 * Runs the examples the way a user does, with the permissions that their table
 * grants, for their tests.
 *
 * @module
 */

import { type ProgramName, runArguments } from "../programs.ts";

/** Longest wait for a text, in milliseconds. */
const PATIENCE_MS = 30_000;

/** What a program has printed, and waiting for it. */
export abstract class Output {
  /** What it has printed. */
  output = "";

  /**
   * Waits until text was printed.
   *
   * @param text The text, or how it looks.
   * @param from Where in the output to begin to look.
   * @returns What was found; of a pattern with a group, the first group.
   * @throws {Error} If it is not printed in time.
   */
  async prints(text: string | RegExp, from = 0): Promise<string> {
    const endsAt = performance.now() + PATIENCE_MS;
    for (;;) {
      const output = this.output.slice(from);
      if (typeof text === "string") {
        if (output.includes(text)) return text;
      } else {
        const match = text.exec(output);
        if (match !== null) return match[1] ?? match[0];
      }
      if (performance.now() > endsAt) {
        throw new Error(`Never printed ${text}, but:\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** A program that runs. */
export class Program extends Output implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  /**
   * Starts any program.
   *
   * @param command The program.
   * @param args Its arguments.
   * @param env What its environment has besides ours.
   */
  constructor(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    super();
    this.#child = new Deno.Command(command, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1", ...env },
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reading = Promise.all([
      this.#read(this.#child.stdout),
      this.#read(this.#child.stderr),
    ]);
  }

  /**
   * Starts an example. The network it may use is this host only.
   *
   * @param name Which one.
   * @param args Its arguments.
   * @returns It.
   */
  static example(name: ProgramName, ...args: string[]): Program {
    const command = runArguments(name, args).map((arg) =>
      arg === "--allow-net" ? "--allow-net=127.0.0.1" : arg
    );
    return new Program(Deno.execPath(), command);
  }

  /** Its process id. */
  get pid(): number {
    return this.#child.pid;
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
   * Sends a signal.
   *
   * @param signal Which one.
   */
  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended.
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
    this.kill("SIGKILL");
    await this.end();
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.output += text;
    }
  }
}

/**
 * Runs an example to its end, without input.
 *
 * @param name Which one.
 * @param args Its arguments.
 * @returns Its exit code and what it printed.
 */
export async function runToEnd(
  name: ProgramName,
  ...args: string[]
): Promise<{ code: number; output: string }> {
  await using program = Program.example(name, ...args);
  await program.endInput();
  const code = await program.end();
  return { code, output: program.output };
}
