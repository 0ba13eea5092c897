/** Gateways in this process, edges that know where they are, and a Frontlas that a test scripts. */

import { Edge, type EdgeOptions } from "@frontier/client";
import {
  ClusterService,
  type ClusterServiceOptions,
} from "@frontier/client/cluster";
import type { Frontier } from "../../server/mod.ts";
import { startGateway } from "../support/gateway.ts";
import {
  type FrontlasScript,
  ScriptedFrontlas,
} from "../../platform/grpc_client/testing/scripted_frontlas.ts";

/** A small cluster. */
export class TestCluster implements AsyncDisposable {
  readonly frontlas: ScriptedFrontlas;
  readonly gateways = new Map<string, Frontier>();
  readonly edges: Edge[] = [];
  readonly #stack = new AsyncDisposableStack();

  private constructor(frontlas: ScriptedFrontlas) {
    this.frontlas = this.#stack.use(frontlas);
    frontlas.placeOf = (edgeId) => this.placeOf(edgeId);
  }

  /** Starts a Frontlas, and gateways `g0`, `g1` and so on. */
  static async start(
    gateways: number,
    script?: FrontlasScript,
  ): Promise<TestCluster> {
    const cluster = new TestCluster(await ScriptedFrontlas.start(script));
    for (let i = 0; i < gateways; i++) await cluster.addGateway(`g${i}`);
    return cluster;
  }

  /** Starts a gateway, or one more under a name that is in use. */
  async addGateway(id: string): Promise<Frontier> {
    const gateway = this.#stack.use(
      await startGateway({ daemon: { frontierId: id } } as never),
    );
    this.gateways.set(id, gateway);
    this.frontlas.frontiers.set(id, `127.0.0.1:${gateway.serviceAddr.port}`);
    this.frontlas.tell();
    return gateway;
  }

  /** Closes a gateway without a word to anybody. */
  async stopGateway(id: string): Promise<void> {
    const gateway = this.gateways.get(id)!;
    this.gateways.delete(id);
    await gateway.close();
  }

  /** Connects a service to all of them. */
  async service(options: ClusterServiceOptions = {}): Promise<ClusterService> {
    return this.#stack.use(
      await ClusterService.connect({
        frontlas: [this.frontlas.address],
        reconnect: { minDelayMs: 20, firstDelayMs: 50, maxDelayMs: 200 },
        ...options,
      }),
    );
  }

  /** Connects an edge to one gateway, or to some of them in turn. */
  async edge(
    gateways: string | string[],
    options: EdgeOptions = {},
  ): Promise<Edge> {
    const edge = this.#stack.use(
      await Edge.connect({
        addresses: [gateways].flat().map((id) => this.edgeAddress(id)),
        reconnect: { minDelayMs: 10, firstDelayMs: 30, maxDelayMs: 100 },
        ...options,
      }),
    );
    this.edges.push(edge);
    return edge;
  }

  /** Where the edges of a gateway connect. */
  edgeAddress(id: string): string {
    return `127.0.0.1:${this.gateways.get(id)!.edgeAddr.port}`;
  }

  /** Where an edge is. */
  placeOf(edgeId: bigint): string | undefined {
    for (const edge of this.edges.toReversed()) {
      if (edge.edgeId !== edgeId || edge.state !== "connected") continue;
      for (const [id, { edgeAddr }] of this.gateways) {
        if (edgeAddr.port === edge.remoteAddr?.port) return id;
      }
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
    await lastTimers();
  }
}

/** Gives edges ids by the names they say. */
export function idsByMeta(): (meta: Uint8Array) => bigint {
  return (meta) => BigInt(new TextDecoder().decode(meta));
}

/** Lets the pause run out that the gRPC library begins when it loses a connection. */
export function lastTimers(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 300));
}
