/**
 * The edges that a service has heard of, and their ids.
 *
 * @module
 */

import type { ServiceLike } from "@frontier/client";
import { KnownEdges } from "../known_edges.ts";

/** Lets every edge in, gives it an id, and knows who is there. */
export class OnlineEdges {
  #known: KnownEdges | undefined = undefined;
  readonly #show: (line: string) => void;
  #lastId = 0n;

  /** @param show Shows the user who comes and goes. */
  constructor(show: (line: string) => void) {
    this.#show = show;
  }

  /** How many are online. */
  get count(): number {
    return this.#known?.size ?? 0;
  }

  /**
   * Answers what the gateway asks about edges.
   *
   * @param service The service that is asked.
   */
  async follow(service: ServiceLike): Promise<void> {
    const known = new KnownEdges(service);
    this.#known = known;
    await service.registerEdgeOnline(({ edgeId, address }) => {
      known.add(edgeId);
      this.#show(`> online, edgeID: ${edgeId}, addr: ${address}`);
    });
    await service.registerEdgeOffline(({ edgeId, address }) => {
      known.delete(edgeId);
      this.#show(`> offline, edgeID: ${edgeId}, addr: ${address}`);
    });
    // Last: who has no id is not let in, and nobody comes in unnoticed.
    await service.registerGetEdgeId(() => this.#nextId());
  }

  /** Microseconds, as the original's, and never the same twice. */
  #nextId(): bigint {
    const now = BigInt(Date.now()) * 1_000n;
    this.#lastId = now > this.#lastId ? now : this.#lastId + 1n;
    return this.#lastId;
  }
}
