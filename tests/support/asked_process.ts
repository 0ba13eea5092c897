/** A program of ours in a process of its own, that answers questions. */

import { LineProcess, untilStopped } from "./line_process.ts";

const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
/** Milliseconds a program may take until it says hello; compiling it the first time takes its time. */
const START_MS = 60_000;
/** Milliseconds an answer may take; some are given when something is over. */
const ANSWER_MS = 120_000;

interface Waiter {
  resolve(line: string): void;
  reject(error: Error): void;
}

/** A running program that uses `obey`. */
export class AskedProcess<Hello> implements AsyncDisposable {
  /** The first thing the program said. */
  readonly hello: Hello;
  readonly #process: LineProcess;
  readonly #waiters: Waiter[];

  private constructor(hello: Hello, process: LineProcess, waiters: Waiter[]) {
    this.hello = hello;
    this.#process = process;
    this.#waiters = waiters;
  }

  /**
   * Starts a program.
   *
   * @param script Its address.
   * @param args Its arguments.
   * @returns The process, after its hello.
   * @throws {Error} If it ends before that.
   */
  static async start<Hello>(
    script: URL,
    args: readonly string[] = [],
  ): Promise<AskedProcess<Hello>> {
    const waiters: Waiter[] = [];
    const process = new LineProcess(Deno.execPath(), [
      "run",
      "--allow-all",
      "--config",
      CONFIG,
      "--no-lock",
      "--no-check",
      "--quiet",
      "--v8-flags=--expose-gc",
      script.pathname,
      ...args,
    ], (line) => waiters.shift()?.resolve(line));
    const name = script.pathname.split("/").at(-1);
    process.ended.then(() => {
      const error = new Error(`Cannot ask ${name}: the process has ended`);
      for (const waiter of waiters.splice(0)) waiter.reject(error);
    });
    try {
      const line = await answer(waiters, START_MS, `start ${name}`);
      return new AskedProcess(JSON.parse(line) as Hello, process, waiters);
    } catch (error) {
      process.kill("SIGKILL");
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Asks the program.
   *
   * @param command A name and, after a space, its argument.
   * @returns The answer.
   * @throws {Error} If the program ends, or does not answer in time.
   */
  async ask<Answer>(command: string): Promise<Answer> {
    const line = answer(this.#waiters, ANSWER_MS, `ask ${command}`);
    // The pipe breaks when the process has gone; the answer tells that.
    this.#process.send(command).catch(() => {});
    return JSON.parse(await line) as Answer;
  }

  /**
   * Sends a signal.
   *
   * @param signal Which one.
   */
  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** Stops the process with SIGSTOP; resolves when it stands still, which the signal alone does not tell. */
  async stop(): Promise<void> {
    this.#process.kill("SIGSTOP");
    await untilStopped(this.#process.pid);
  }

  /** Resolves when the process has ended. */
  get ended(): Promise<void> {
    return this.#process.ended;
  }

  /** Ends the process. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}

async function answer(
  waiters: Waiter[],
  limitMs: number,
  what: string,
): Promise<string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<string>((resolve, reject) => {
      waiters.push({ resolve, reject });
      timer = setTimeout(
        () => reject(new Error(`Cannot ${what}: no answer in ${limitMs} ms`)),
        limitMs,
      );
    });
  } finally {
    clearTimeout(timer);
  }
}
