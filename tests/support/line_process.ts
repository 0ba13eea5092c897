/** A child process that is spoken to in lines of text. */

/** One running child process. */
export class LineProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  readonly #encoder = new TextEncoder();

  /**
   * Starts the program.
   *
   * @param path Path of the binary.
   * @param args Its arguments.
   * @param onLine Receives each line of its standard output.
   */
  constructor(
    path: string,
    args: readonly string[],
    onLine: (line: string) => void,
  ) {
    this.#child = new Deno.Command(path, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#reading = this.#read(onLine);
  }

  /** Resolves when the process has closed its standard output. */
  get ended(): Promise<void> {
    return this.#reading;
  }

  /**
   * Sends one line.
   *
   * @param line The text, without line end.
   */
  async send(line: string): Promise<void> {
    await this.#input.write(this.#encoder.encode(`${line}\n`));
  }

  /** Its process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Sends a signal.
   *
   * @param signal Which one.
   */
  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // Already gone: what the caller wanted.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Ends the input, upon which our programs end; kills the process if it does not within two seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    const impatience = setTimeout(() => this.kill("SIGKILL"), 2000);
    // The pipe breaks when the process has gone by itself.
    await this.#input.close().catch(() => {});
    await this.#child.status;
    clearTimeout(impatience);
    await this.#reading;
  }

  async #read(onLine: (line: string) => void): Promise<void> {
    let rest = "";
    for await (
      const text of this.#child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
    }
  }
}

/**
 * Waits until a process stands still, which the signal alone does not tell.
 *
 * @param pid The process, after SIGSTOP.
 * @throws {Error} If it goes on.
 */
export async function untilStopped(pid: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    // A program of the system reads it: the runtime guards /proc.
    const { stdout } = await new Deno.Command("cat", {
      args: [`/proc/${pid}/stat`],
    }).output();
    if (/\) [Tt] /.test(new TextDecoder().decode(stdout))) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`Process ${pid} does not stop`);
}
