/** Attackers, in a process of their own. */

import { AskedProcess } from "../support/asked_process.ts";
import { obey } from "../support/obey.ts";
import {
  type HelloOptions,
  RawSocket,
  type RawSocketOptions,
} from "../support/raw_socket.ts";
import { ATTACKS } from "./attacks.ts";

/** What an attack has to work with. */
export interface Battle {
  /** Port for edges. */
  readonly port: number;
  /** Port for services. */
  readonly servicePort: number;
  /** Port of the control plane; 0 without one. */
  readonly controlPort: number;
  /** Connections it may have at a time. */
  readonly connections: number;
  /**
   * Connects without a word.
   *
   * @param options From where, unless from the next address.
   */
  dial(options?: RawSocketOptions): Promise<RawSocket>;
  /**
   * Connects to the control plane without a word.
   *
   * @returns The connection; of what comes on it only the bytes are counted.
   */
  control(): Promise<RawSocket>;
  /**
   * Connects as an edge.
   *
   * @param hello What it says of itself.
   * @param options From where, unless from the next address.
   */
  edge(hello?: HelloOptions, options?: RawSocketOptions): Promise<RawSocket>;
  /**
   * Connects as a service.
   *
   * @param meta What it says of itself.
   */
  service(meta: string): Promise<RawSocket>;
  /**
   * Runs the attack of one connection on all of them at once, again and again
   * until the process is ended.
   *
   * @param one What one of them does; when it ends it begins anew.
   */
  each(one: (index: number) => Promise<void>): Promise<void>;
  /**
   * @param connections How many of the connections.
   * @returns The same with fewer of them.
   */
  part(connections: number): Battle;
  /** Waits. */
  pause(ms: number): Promise<void>;
}

type Ports = readonly [edge: number, service: number, control: number];

/** Attackers at work. */
export class Attacker implements AsyncDisposable {
  readonly #process: AskedProcess<string>;

  private constructor(process: AskedProcess<string>) {
    this.#process = process;
  }

  /**
   * Makes attackers ready.
   *
   * @param ports Ports of the gateway: for edges, for services, and of the control plane.
   * @param attack Name of the attack.
   * @param connections Connections they may have.
   * @returns Attackers that wait for their sign.
   */
  static async start(
    ports: Ports,
    attack: string,
    connections: number,
  ): Promise<Attacker> {
    const script = new URL(import.meta.url);
    const args = [...ports.map(String), attack, `${connections}`];
    return new Attacker(await AskedProcess.start(script, args));
  }

  /** Begins the attack. */
  async begin(): Promise<void> {
    await this.#process.ask("begin");
  }

  /** @returns What the attackers did so far: connections made, bytes sent, connections lost. */
  report(): Promise<AttackReport> {
    return this.#process.ask("report");
  }

  /** Ends the process, and with it the attack. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}

/** What attackers did. */
export interface AttackReport {
  /** Connections made. */
  readonly dialed: number;
  /** Of them, those that are over. */
  readonly lost: number;
  /** Errors of the attack itself, which would make the test worthless. */
  readonly errors: readonly string[];
}

class Battlefield implements Battle {
  readonly port: number;
  readonly servicePort: number;
  readonly controlPort: number;
  readonly connections: number;
  readonly sockets: RawSocket[];
  readonly errors: string[] = [];
  #addresses = 0;

  constructor(
    ports: Ports,
    connections: number,
    sockets: RawSocket[] = [],
  ) {
    [this.port, this.servicePort, this.controlPort] = ports;
    this.connections = connections;
    this.sockets = sockets;
  }

  dial(options: RawSocketOptions = {}): Promise<RawSocket> {
    return this.#dial(this.port, options);
  }

  control(): Promise<RawSocket> {
    return this.#dial(this.controlPort, { onBytes: () => {} });
  }

  async #dial(port: number, options: RawSocketOptions): Promise<RawSocket> {
    // No victim comes from one of these.
    this.#addresses = this.#addresses % 250 + 1;
    const from = `127.0.0.${this.#addresses + 1}`;
    const socket = await RawSocket.dial(port, { from, ...options });
    this.sockets.push(socket);
    return socket;
  }

  async edge(
    hello: HelloOptions = {},
    options: RawSocketOptions = {},
  ): Promise<RawSocket> {
    const socket = await this.dial(options);
    await socket.admit(hello);
    return socket;
  }

  async service(meta: string): Promise<RawSocket> {
    const socket = await this.#dial(this.servicePort, {});
    await socket.admit({ meta });
    return socket;
  }

  async each(one: (index: number) => Promise<void>): Promise<void> {
    await Promise.all(
      Array.from({ length: this.connections }, async (_, index) => {
        for (;;) {
          await one(index);
          await this.pause(50);
        }
      }),
    );
  }

  part(connections: number): Battle {
    return new Battlefield(
      [this.port, this.servicePort, this.controlPort],
      connections,
      this.sockets,
    );
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}

if (import.meta.main) {
  const [edgePort, servicePort, controlPort, name, connections] = Deno.args;
  const { run } = ATTACKS[name!]!;
  const field = new Battlefield(
    [Number(edgePort), Number(servicePort), Number(controlPort)],
    Number(connections),
  );
  await obey("ready", {
    begin: () => {
      run(field).catch((error) => field.errors.push(`${error}`));
    },
    report: (): AttackReport => ({
      dialed: field.sockets.length,
      lost: field.sockets.filter((socket) => socket.closed).length,
      errors: field.errors,
    }),
  });
}
