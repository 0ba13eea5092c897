/**
 * A gateway that tests kill.
 *
 * @module
 */

import { freePorts } from "../../tests/support/free_ports.ts";
import { Program } from "./run_program.ts";

/** A gateway in a process of its own, which comes back where it was. */
export class GatewayProgram implements AsyncDisposable {
  readonly #file: string;
  #program!: Program;
  // Nobody else is given them while the gateway is away.
  readonly #ports = freePorts();

  private constructor(file: string) {
    this.#file = file;
  }

  /** @returns A gateway on free ports; it waits for a service to give ids to edges. */
  static async start(): Promise<GatewayProgram> {
    const gateway = new GatewayProgram(
      await Deno.makeTempFile({ suffix: ".yaml" }),
    );
    await gateway.restart();
    return gateway;
  }

  /** Where it listens for edges. */
  get edgeAddr(): string {
    return `127.0.0.1:${this.#ports.edge}`;
  }

  /** Where it listens for services. */
  get serviceAddr(): string {
    return `127.0.0.1:${this.#ports.service}`;
  }

  /** Kills it; nobody is told. */
  async kill(): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }

  /** Starts it again, on the same ports. */
  async restart(): Promise<void> {
    await Deno.writeTextFile(
      this.#file,
      `servicebound: {listen: {addr: '${this.serviceAddr}'}}
edgebound: {listen: {addr: '${this.edgeAddr}'}}
observability: {enable: false}
`,
    );
    const server = import.meta.resolve("@frontier/server");
    this.#program = new Program(Deno.execPath(), [
      ...["run", "-A", "--quiet", server, "--config", this.#file],
    ]);
    for (const side of ["edgebound", "servicebound"]) {
      await this.#program.prints(`${side} server listening on: `);
    }
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#file);
  }
}
