/**
 * A gateway with a control plane, and some who are connected to it.
 *
 * @module
 */

import { Edge, Service } from "@frontier/client";
import {
  type ControlplaneOptions,
  type Frontier,
  type FrontierOptions,
  startFrontier,
} from "@frontier/server";

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };

/** What a {@linkcode Stage} may have otherwise. */
export interface StageOptions extends Partial<FrontierOptions> {
  /** How its control plane differs. */
  control?: ControlplaneOptions;
  /** Where the store is. */
  backend?: "buntdb" | "sqlite3";
}

/** A gateway with a control plane. */
export class Stage implements AsyncDisposable {
  /** The gateway. */
  readonly gateway: Frontier;
  readonly #peers: (Edge | Service)[] = [];

  private constructor(gateway: Frontier) {
    this.gateway = gateway;
  }

  /**
   * @param options What differs.
   * @returns The gateway, running.
   */
  static async open(options: StageOptions = {}): Promise<Stage> {
    const { control, backend = "buntdb", ...rest } = options;
    return new Stage(
      await startFrontier({
        edgebound: LOOPBACK,
        servicebound: LOOPBACK,
        controlplane: { enable: true, listen: LOOPBACK, ...control },
        dao: { backend, debug: false },
        ...rest,
      }),
    );
  }

  /** Port of the control plane. */
  get port(): number {
    return this.gateway.controlAddr!.port;
  }

  /** Where the control plane is, as `host:port`. */
  get target(): string {
    return `127.0.0.1:${this.port}`;
  }

  /**
   * Connects an edge.
   *
   * @param meta What it says of itself.
   * @returns The edge.
   */
  async edge(meta: string | Uint8Array): Promise<Edge> {
    const { port } = this.gateway.edgeAddr;
    const edge = await Edge.connect({ ...LOOPBACK, port, meta });
    this.#peers.push(edge);
    return edge;
  }

  /**
   * Connects a service.
   *
   * @param name Its name.
   * @param topics The topics it takes.
   * @returns The service.
   */
  async service(name: string, topics: string[] = []): Promise<Service> {
    const { port } = this.gateway.serviceAddr;
    const service = await Service.connect({ ...LOOPBACK, port, name, topics });
    this.#peers.push(service);
    return service;
  }

  /**
   * Asks over REST.
   *
   * @param path Path and query.
   * @param init How.
   * @returns Status and body.
   */
  async rest(
    path: string,
    init: RequestInit = {},
  ): Promise<{ status: number; body: Record<string, unknown>; text: string }> {
    const response = await fetch(`http://${this.target}${path}`, {
      redirect: "manual",
      ...init,
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type") === "application/json";
    return {
      status: response.status,
      body: isJson ? JSON.parse(text) : {},
      text,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#peers.map((peer) => peer.close()));
    await this.gateway.close();
  }
}
