/**
 * The edges that a service has heard of, and their ids.
 *
 * @module
 */

import type { ServiceLike } from "@frontier/client";
import { afterReconnect, stillOnline } from "../presence.ts";

/** Lets every edge in, gives it an id, and knows who is there. */
export class OnlineEdges {
  readonly #ids = new Set<bigint>();
  readonly #show: (line: string) => void;
  #lastId = 0n;

  /** @param show Shows the user who comes and goes. */
  constructor(show: (line: string) => void) {
    this.#show = show;
  }

  /** How many are online. */
  get count(): number {
    return this.#ids.size;
  }

  /**
   * Answers what the gateway asks about edges.
   *
   * @param service The service that is asked.
   */
  async follow(service: ServiceLike): Promise<void> {
    void afterReconnect(service, () => void this.#forgetGone(service));
    await service.registerEdgeOnline(({ edgeId, address }) => {
      this.#ids.add(edgeId);
      this.#show(`> online, edgeID: ${edgeId}, addr: ${address}`);
    });
    await service.registerEdgeOffline(({ edgeId, address }) => {
      this.#ids.delete(edgeId);
      this.#show(`> offline, edgeID: ${edgeId}, addr: ${address}`);
    });
    // Last: who has no id is not let in, and nobody comes in unnoticed.
    await service.registerGetEdgeId(() => this.#nextId());
  }

  async #forgetGone(service: ServiceLike): Promise<void> {
    for (const id of [...this.#ids]) {
      if (!await stillOnline(service, id)) this.#ids.delete(id);
    }
  }

  /** Microseconds, as the original's, and never the same twice. */
  #nextId(): bigint {
    const now = BigInt(Date.now()) * 1_000n;
    this.#lastId = now > this.#lastId ? now : this.#lastId + 1n;
    return this.#lastId;
  }
}
