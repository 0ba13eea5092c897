/**
 * A gateway in a process of its own, for tests in which it may hang or must die.
 *
 * Run as a program it starts the gateway on the ports given as arguments and prints where it listens.
 */

import { startGateway } from "./gateway.ts";
import { LineProcess } from "./line_process.ts";

const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** A running gateway process. */
export class GatewayProcess implements AsyncDisposable {
  readonly #process: LineProcess;
  /** Port for edges. */
  readonly edgePort: number;
  /** Port for services. */
  readonly servicePort: number;

  private constructor(
    process: LineProcess,
    edgePort: number,
    servicePort: number,
  ) {
    this.#process = process;
    this.edgePort = edgePort;
    this.servicePort = servicePort;
  }

  /**
   * Starts a gateway.
   *
   * @param edgePort Port for edges; 0 for any.
   * @param servicePort Port for services; 0 for any.
   * @returns The process, when it listens.
   * @throws {Error} When it ends before it listens.
   */
  static async start(edgePort = 0, servicePort = 0): Promise<GatewayProcess> {
    const listening = Promise.withResolvers<string>();
    const args = [
      "run",
      "--config",
      CONFIG,
      "--no-lock",
      "--quiet",
      "--no-check",
    ];
    const permissions = ["--allow-net", "--allow-read", "--allow-env"];
    const process = new LineProcess(
      Deno.execPath(),
      [
        ...args,
        ...permissions,
        import.meta.url,
        String(edgePort),
        String(servicePort),
      ],
      listening.resolve,
    );
    process.ended.then(() =>
      listening.reject(
        new Error("Cannot start the gateway process: it has ended"),
      )
    );
    const [edge, service] = (await listening.promise).split(" ").map(Number);
    return new GatewayProcess(process, edge as number, service as number);
  }

  /** Kills the process as a crash would. */
  kill(): void {
    this.#process.kill("SIGKILL");
  }

  /** Ends the process; a hung one is killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}

if (import.meta.main) {
  const [edgePort, servicePort] = Deno.args.map(Number);
  const gateway = await startGateway({
    edgebound: { port: edgePort },
    servicebound: { port: servicePort },
  });
  console.log(gateway.edgeAddr.port, gateway.serviceAddr.port);
  // The test ends us by ending our input.
  for await (const _ of Deno.stdin.readable);
  Deno.exit(0);
}
