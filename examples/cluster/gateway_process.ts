/**
 * Gateways in processes of their own.
 *
 * @module
 */

const PROGRAM = new URL("gateway.ts", import.meta.url).href;

/** A gateway that runs, and can be killed. */
export class GatewayProcess implements AsyncDisposable {
  /** Its id within the cluster. */
  readonly id: string;
  /** The port where edges connect. */
  readonly edgePort: number;
  /** Whether it still runs. */
  alive = true;
  readonly #child: Deno.ChildProcess;

  private constructor(id: string, edgePort: number, child: Deno.ChildProcess) {
    this.id = id;
    this.edgePort = edgePort;
    this.#child = child;
  }

  /**
   * Starts a gateway.
   *
   * @param id Its id within the cluster.
   * @param frontlas Where Frontlas waits for it, as `host:port`.
   * @returns The gateway; it listens, and joins.
   */
  static async start(id: string, frontlas: string): Promise<GatewayProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--allow-net=127.0.0.1",
        PROGRAM,
        `--id=${id}`,
        `--frontlas=${frontlas}`,
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    const { value = "" } = await reader.read();
    // Nobody reads on: it says nothing more.
    void reader.cancel();
    if (value === "") throw new Error(`Cannot start the gateway ${id}`);
    return new GatewayProcess(id, Number(value), child);
  }

  /** Lets it die as in a crash. */
  async kill(): Promise<void> {
    this.alive = false;
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#child.stdin.close().catch(() => {});
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.alive) return;
    this.alive = false;
    await this.#child.stdin.close();
    await this.#child.status;
  }
}
