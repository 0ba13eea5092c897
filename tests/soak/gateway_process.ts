/**
 * A gateway in a process of its own, which can be killed and asked what it holds.
 *
 * As a program it takes the ports for edges and services, 0 for any, answers
 * `status` with what the gateway is doing and `figures` with what the process
 * holds after a collection.
 */

import { systemTimers } from "@frontier/platform";
import { type FrontierStatus, startFrontier } from "../../server/mod.ts";
import { AskedProcess } from "./asked_process.ts";
import { type Figures, takeFigures } from "./figures.ts";
import { obey } from "./obey.ts";

/** Where a gateway listens. */
export interface GatewayPorts {
  /** For edges. */
  readonly edge: number;
  /** For services. */
  readonly service: number;
}

/** What a gateway is doing, and the timers that takes. */
export interface GatewayReport extends FrontierStatus {
  /** Timers armed. */
  readonly timers: number;
}

/** A running gateway process. */
export class GatewayProcess implements AsyncDisposable {
  readonly #process: AskedProcess<GatewayPorts>;

  private constructor(process: AskedProcess<GatewayPorts>) {
    this.#process = process;
  }

  /**
   * Starts a gateway.
   *
   * @param ports Where it is to listen.
   * @returns The process, when it listens.
   * @throws {Error} If it does not start.
   */
  static async start(
    ports: GatewayPorts = { edge: 0, service: 0 },
  ): Promise<GatewayProcess> {
    return new GatewayProcess(
      await AskedProcess.start(new URL(import.meta.url), [
        String(ports.edge),
        String(ports.service),
      ]),
    );
  }

  /** Where it listens. */
  get ports(): GatewayPorts {
    return this.#process.hello;
  }

  /** @returns What the gateway is doing. */
  status(): Promise<GatewayReport> {
    return this.#process.ask("status");
  }

  /** @returns What the process holds after a collection. */
  figures(): Promise<Figures> {
    return this.#process.ask("figures");
  }

  /** Stops the process; resolves when it stands still. */
  stop(): Promise<void> {
    return this.#process.stop();
  }

  /**
   * Sends a signal.
   *
   * @param signal Which one.
   */
  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** Ends the process. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}

if (import.meta.main) {
  const [edge, service] = Deno.args.map(Number);
  const hostname = "127.0.0.1";
  const gateway = await startFrontier({
    edgebound: { hostname, port: edge ?? 0, allocateEdgeIds: true },
    servicebound: { hostname, port: service ?? 0 },
  });
  await obey(
    { edge: gateway.edgeAddr.port, service: gateway.serviceAddr.port },
    {
      status: () => ({ ...gateway.status, timers: systemTimers.size }),
      figures: takeFigures,
    },
  );
}
