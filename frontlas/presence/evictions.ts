/**
 * What happens to the older of two connections of one edge.
 *
 * @module
 */

import { type Eviction, MAX_EVICTIONS } from "@frontier/proto/cluster";
import { describeError } from "@frontier/platform/internal";
import type { Logger } from "@frontier/platform/log";
import type { PresenceStore } from "../store/presence_store.ts";
import type { GatewayLink } from "./gateway_link.ts";
import type { PresenceTally } from "./tally.ts";

/** An edge's older connection, and its gateway. */
export interface Moved extends Eviction {
  /** Id of the gateway. */
  readonly from: string;
}

/** A gateway that is connected here. */
export interface Evicting {
  /** Its link. */
  readonly link: Pick<GatewayLink, "over" | "ours">;
  /** Has older connections of its edges end. */
  evict(evictions: readonly Eviction[]): Promise<void>;
}

/** What {@linkcode Evictions} needs. */
export interface EvictionsOptions {
  /** Keeps what is for gateways that are connected elsewhere. */
  readonly store: PresenceStore;
  /** Where it is counted. */
  readonly tally: PresenceTally;
  /** Where to report. */
  readonly log: Logger;
  /** Finds a gateway that is connected here. */
  readonly sessionOf: (frontierId: string) => Evicting | undefined;
}

/**
 * Tells gateways which of their edges have gone elsewhere: those that are
 * connected here by a call, others through the store. Go gateways cannot be
 * told; their edge stays until it leaves, and the directory names the newer
 * gateway all the same.
 */
export class Evictions {
  readonly #options: EvictionsOptions;

  /**
   * @param options What it needs.
   */
  constructor(options: EvictionsOptions) {
    this.#options = options;
  }

  /**
   * Sees to it that older connections end. Whatever comes of it: nobody waits.
   *
   * @param moved The connections.
   */
  evict(moved: readonly Moved[]): void {
    const byGateway = Map.groupBy(moved, ({ from }) => from);
    for (const [from, evictions] of byGateway) {
      for (let i = 0; i < evictions.length; i += MAX_EVICTIONS) {
        const part = evictions.slice(i, i + MAX_EVICTIONS);
        void this.#tell(
          from,
          part.map(({ edgeId, stamp }) => ({ edgeId, stamp })),
        );
      }
    }
  }

  /** Never rejects. */
  async #tell(from: string, evictions: readonly Eviction[]): Promise<void> {
    const { tally, log, sessionOf } = this.#options;
    const session = sessionOf(from);
    if (session === undefined || session.link.over) {
      return await this.#leave(from, evictions);
    }
    if (!session.link.ours) {
      tally.evictionsImpossible += evictions.length;
      log.info("Edges are connected to a Go gateway and to a newer one", {
        peer: from,
        edges: evictions.length,
        edge: String(evictions[0]!.edgeId),
      });
      return;
    }
    try {
      await session.evict(evictions);
      tally.evictionsTold += evictions.length;
    } catch {
      // Its next link, here or elsewhere, hears of them.
      await this.#leave(from, evictions);
    }
  }

  async #leave(from: string, evictions: readonly Eviction[]): Promise<void> {
    const { store, tally, log } = this.#options;
    try {
      await store.leaveEvictions(from, evictions);
      tally.evictionsLeft += evictions.length;
    } catch (error) {
      // Found again when that gateway tells everything anew.
      tally.storeErrors++;
      log.debug("Cannot leave evictions for a gateway", {
        peer: from,
        error: describeError(error),
      });
    }
  }
}
