/**
 * Brokers as processes that tests kill, freeze and start again.
 *
 * @module
 */

import { freePort } from "../support/free_ports.ts";

/** How long a broker may take until it can be used, in milliseconds. */
const READY_MS = 90_000;
const LOOK_MS = 20;

/** How a broker's process is started. */
export interface BrokerCommand {
  /** Path of the program. */
  readonly program: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Its environment, beside the test's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Asks whether it can be used; throws or returns false while it cannot. */
  readonly ready: () => Promise<boolean>;
  /** The process to signal, where it is not the one that was started. */
  readonly pid?: () => number | undefined;
}

/** A running broker with its data in a temporary folder. */
export class RealBroker implements AsyncDisposable {
  /** Its data; removed at the end. */
  readonly folder: string;
  readonly #command: BrokerCommand;
  readonly #after: () => Promise<void>;
  #child: Deno.ChildProcess | undefined = undefined;
  #frozen = false;

  private constructor(
    folder: string,
    command: BrokerCommand,
    after: () => Promise<void>,
  ) {
    this.folder = folder;
    this.#command = command;
    this.#after = after;
  }

  /**
   * Starts a broker.
   *
   * @param folder Its folder, which is its own from now on.
   * @param command How it is started.
   * @param after Ends what stays when the process has ended.
   * @returns The broker, ready.
   * @throws {Error} If it is not ready in time; its output is in the message.
   */
  static async start(
    folder: string,
    command: BrokerCommand,
    after: () => Promise<void> = () => Promise.resolve(),
  ): Promise<RealBroker> {
    const broker = new RealBroker(folder, command, after);
    try {
      await broker.start();
    } catch (error) {
      await broker[Symbol.asyncDispose]();
      throw error;
    }
    return broker;
  }

  /** Starts the process, again after it was killed: same ports, same data. */
  async start(): Promise<void> {
    const { program, args, env, ready } = this.#command;
    const out = await Deno.open(`${this.folder}/out`, {
      create: true,
      append: true,
      write: true,
    });
    out.close();
    // Its output goes into a file by a shell that becomes the broker: nobody has to read a pipe.
    this.#child = new Deno.Command("/bin/sh", {
      args: ["-c", 'exec "$0" "$@" >>"$OUT" 2>&1', program, ...args],
      env: { ...env, OUT: `${this.folder}/out` },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const end = performance.now() + READY_MS;
    while (performance.now() < end) {
      try {
        if (await ready()) return;
      } catch {
        // Not yet.
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    const said = await Deno.readTextFile(`${this.folder}/out`);
    throw new Error(`Cannot start ${program}: ${said.slice(-2_000)}`);
  }

  /** Kills it without a warning. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Stops it in an orderly way. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** Freezes it: connections stay, nothing moves. */
  freeze(): void {
    this.#signal("SIGSTOP");
    this.#frozen = true;
  }

  /** Lets a frozen one go on. */
  thaw(): void {
    this.#signal("SIGCONT");
    this.#frozen = false;
  }

  /** @inheritdoc */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child !== undefined) await this.#end("SIGKILL");
    await this.#after();
    await Deno.remove(this.folder, { recursive: true });
  }

  #signal(signal: Deno.Signal): void {
    const pid = this.#command.pid?.() ?? this.#child?.pid;
    if (pid === undefined) {
      throw new Error(`Cannot send ${signal}: not running`);
    }
    Deno.kill(pid, signal);
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    if (this.#child === undefined) return;
    try {
      if (this.#frozen && signal !== "SIGKILL") this.thaw();
      this.#signal(signal);
    } catch (error) {
      // It may have ended by itself.
      if (
        !(error instanceof Deno.errors.NotFound || error instanceof TypeError)
      ) throw error;
    }
    this.#frozen = false;
    await this.#child.status;
    this.#child = undefined;
  }
}

/** @returns A folder for a broker's data. */
export function brokerFolder(): Promise<string> {
  return Deno.makeTempDir({ prefix: "frontier-broker-" });
}

/**
 * Finds ports on which nobody listens.
 *
 * @param count How many.
 * @returns The ports, all different.
 */
export function brokerPorts(count: number): number[] {
  return Array.from({ length: count }, freePort);
}
