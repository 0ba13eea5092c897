/**
 * Running the commands that an operator has listed.
 *
 * @module
 */

import { after, type Logger } from "@frontier/platform/internal";
import type { AgentSettings, Commands } from "./settings.ts";

/** Runs at a time, of different commands. */
const MAX_RUNS = 4;
/** Milliseconds a program has for its end, before it is killed. */
const TERM_MS = 2_000;
/** Where programs look for others. The environment of the agent may hold secrets. */
const ENVIRONMENT = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
};

/** What a run came to. */
export interface CommandResult {
  /** Name of the command. */
  readonly command: string;
  /** Exit status; above 128 where a signal has ended it. */
  readonly status: number;
  /** The signal that has ended it, or `null`. */
  readonly signal: string | null;
  /** Its standard output; what is no UTF-8 is replaced. */
  readonly stdout: string;
  /** Its standard error. */
  readonly stderr: string;
  /** Whether outputs were longer than what is kept of them. */
  readonly truncated: boolean;
  /** Whether it took longer than it may, and was ended. */
  readonly timedOut: boolean;
  /** Milliseconds it took. */
  readonly milliseconds: number;
}

/** What of the settings is looked at. */
type Bounds = Pick<
  AgentSettings,
  "commands" | "execTimeoutMs" | "execOutputBytes"
>;

/**
 * Runs commands by name: the program and its arguments are the operator's,
 * nothing of them is the caller's, and no shell is between.
 */
export class CommandRunner {
  #bounds: Bounds;
  #stopping = false;
  readonly #log: Logger;
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #children = new Set<Deno.ChildProcess>();

  /**
   * @param bounds What can be run, and how long.
   * @param log Hears of each run.
   */
  constructor(bounds: Bounds, log: Logger) {
    this.#bounds = bounds;
    this.#log = log;
  }

  /** Names of the commands. */
  get names(): string[] {
    return [...this.#bounds.commands.keys()];
  }

  /** Resolved when nothing runs that runs now. */
  get idle(): Promise<unknown> {
    return Promise.allSettled(this.#running.values());
  }

  /**
   * Changes what can be run; what runs goes on.
   *
   * @param bounds What holds from now on.
   */
  configure(bounds: Bounds): void {
    this.#bounds = bounds;
  }

  /**
   * Runs a command to its end.
   *
   * @param name Its name.
   * @returns What came of it, whatever its status.
   * @throws {Error} If there is no such command, it runs already, or its
   * program cannot be started.
   */
  async run(name: string): Promise<CommandResult> {
    if (this.#stopping) {
      throw new Error(`Cannot run "${name}": this agent is stopping`);
    }
    const argv = this.#find(this.#bounds.commands, name);
    if (this.#running.has(name)) {
      throw new Error(`Cannot run "${name}": it runs already`);
    }
    if (this.#running.size >= MAX_RUNS) {
      throw new Error(
        `Cannot run "${name}": ${MAX_RUNS} commands run already`,
      );
    }
    const running = this.#run(name, argv);
    this.#running.set(name, running);
    try {
      return await running;
    } finally {
      this.#running.delete(name);
    }
  }

  /** Refuses what is asked from now on; what runs goes on. */
  stop(): void {
    this.#stopping = true;
  }

  /** Kills what runs. */
  abort(): void {
    for (const child of this.#children) kill(child, "SIGKILL");
  }

  #find(commands: Commands, name: string): readonly [string, ...string[]] {
    const argv = commands.get(name);
    if (argv !== undefined) return argv;
    const known = this.names.join(", ");
    throw new Error(
      `This agent has no command "${name}": ${
        known === "" ? "it runs nothing" : `it has ${known}`
      }`,
    );
  }

  async #run(
    name: string,
    [program, ...args]: readonly [string, ...string[]],
  ): Promise<CommandResult> {
    const { execTimeoutMs, execOutputBytes } = this.#bounds;
    const since = performance.now();
    let child: Deno.ChildProcess;
    try {
      child = new Deno.Command(program, {
        args,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
        clearEnv: true,
        env: ENVIRONMENT,
      }).spawn();
    } catch (error) {
      const reason = startProblem(error);
      this.#log.error("Command cannot be started", {
        command: name,
        program,
        reason,
      });
      throw new Error(`Cannot run "${name}": ${reason}`, { cause: error });
    }
    this.#children.add(child);
    this.#log.info("Command started", { command: name, pid: child.pid });
    const stdout = new BoundedOutput(child.stdout, execOutputBytes);
    const stderr = new BoundedOutput(child.stderr, execOutputBytes);
    let timedOut: boolean = false;
    let killing: ReturnType<typeof setTimeout> | undefined;
    const giveUp = after(execTimeoutMs, () => {
      timedOut = true;
      kill(child, "SIGTERM");
      killing = setTimeout(() => kill(child, "SIGKILL"), TERM_MS);
    });
    const { code, signal } = await child.status;
    giveUp();
    clearTimeout(killing);
    this.#children.delete(child);
    // What a program has left behind may hold its outputs open.
    await Promise.all([stdout.stop(), stderr.stop()]);
    const milliseconds = Math.round(performance.now() - since);
    this.#log.info("Command ended", {
      command: name,
      status: code,
      milliseconds,
      ...(timedOut ? { timedOut } : {}),
    });
    return {
      command: name,
      status: code,
      signal,
      stdout: stdout.text,
      stderr: stderr.text,
      truncated: stdout.truncated || stderr.truncated,
      timedOut,
      milliseconds,
    };
  }
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended by itself.
  }
}

function startProblem(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    return "the runtime has no permission for it, see --allow-run";
  }
  if (error instanceof Deno.errors.NotFound) return "there is no such program";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "it may not be executed";
  }
  return error instanceof Error ? error.message.split("\n")[0]! : String(error);
}

/** Milliseconds that what is in a pipe may take after the end of its program. */
const LAST_WORDS_MS = 100;

/** The beginning of an output; the rest is read and dropped, so that nobody waits for a full pipe. */
class BoundedOutput {
  /** Whether there was more than is kept. */
  truncated = false;
  readonly #kept: Uint8Array[] = [];
  #room: number;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #reading: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array>, most: number) {
    this.#room = most;
    this.#reader = stream.getReader();
    this.#reading = this.#read().catch(() => {});
  }

  get text(): string {
    const decoder = new TextDecoder();
    const parts = this.#kept.map((part) =>
      decoder.decode(part, { stream: true })
    );
    return parts.join("") + decoder.decode();
  }

  /** Takes what is there, and waits for no more. */
  async stop(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LAST_WORDS_MS);
    });
    await Promise.race([this.#reading, late]);
    clearTimeout(timer);
    await this.#reader.cancel().catch(() => {});
  }

  async #read(): Promise<void> {
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) return;
      if (value.length > this.#room) this.truncated = true;
      const part = value.slice(0, this.#room);
      this.#room -= part.length;
      if (part.length > 0) this.#kept.push(part);
    }
  }
}
