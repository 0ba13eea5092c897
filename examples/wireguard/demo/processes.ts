/**
 * Programs that run while the demo does, each with a log of its own.
 *
 * @module
 */

import { type ProgramName, runArguments } from "../../programs.ts";

const LOOK_MS = 50;

/** Starts programs, and ends them all. */
export class Processes implements AsyncDisposable {
  readonly #logDir: string;
  readonly #running: { child: Deno.ChildProcess; logged: Promise<void> }[] = [];

  /** @param logDir Where their output goes. */
  constructor(logDir: string) {
    this.#logDir = logDir;
  }

  /**
   * Starts a program.
   *
   * @param log Name of its log.
   * @param command Program and arguments.
   * @param show Also shows what it prints.
   * @returns What it has printed so far.
   */
  start(log: string, command: readonly string[], show = false): () => string {
    const [program, ...args] = command as [string, ...string[]];
    const child = new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    let text = "";
    const file = Deno.openSync(`${this.#logDir}/${log}.log`, {
      create: true,
      write: true,
      truncate: true,
    });
    const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
      const decoder = new TextDecoder();
      for await (const bytes of stream) {
        text += decoder.decode(bytes, { stream: true });
        file.writeSync(bytes);
        if (show) Deno.stdout.writeSync(bytes);
      }
    };
    const logged = Promise.all([read(child.stdout), read(child.stderr)])
      .then(() => file.close());
    this.#running.push({ child, logged });
    return () => text;
  }

  /**
   * Starts a program of the examples.
   *
   * @param log Name of its log.
   * @param name Which one.
   * @param args Its arguments.
   * @param where What it runs in, as `ip netns exec NAME`.
   * @param show Also shows what it prints.
   * @returns What it has printed so far.
   */
  example(
    log: string,
    name: ProgramName,
    args: readonly string[],
    where: readonly string[] = [],
    show = false,
  ): () => string {
    const command = [...where, Deno.execPath(), ...runArguments(name, args)];
    return this.start(log, command, show);
  }

  /** Ends all of them, the newest first. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child, logged } of this.#running.reverse()) {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended.
      }
      const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await child.status;
      clearTimeout(timer);
      await logged;
    }
  }
}

/**
 * Waits until a program has printed something.
 *
 * @param printed What it has printed so far.
 * @param text What to wait for.
 * @param limitMs How long, in milliseconds.
 * @throws {Error} If it is not printed in time.
 */
export async function waitFor(
  printed: () => string,
  text: string,
  limitMs: number,
): Promise<void> {
  const endsAt = performance.now() + limitMs;
  while (!printed().includes(text)) {
    if (performance.now() > endsAt) {
      throw new Error(`Cannot go on: no "${text}" in\n${printed()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
