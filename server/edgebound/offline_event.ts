/**
 * The news that an edge has gone.
 *
 * @module
 */

import type { PeerAddress } from "@frontier/platform";
import type { ServicePeer } from "../directory/peer.ts";
import type { EdgeFacts } from "./edge_event.ts";

/** Where offline events wait; `hook_lane.ts` is the one there is. */
export interface EventLane {
  /**
   * Takes an event back.
   *
   * @param event One that waits here.
   */
  withdraw(event: OfflineEvent): unknown;
}

/**
 * An offline event from the end of an edge until a service has confirmed it. It
 * keeps the facts and nothing of the connection, for it may have to wait.
 */
export class OfflineEvent implements EdgeFacts {
  /** @inheritdoc */
  readonly idHi: number;
  /** @inheritdoc */
  readonly idLo: number;
  /** @inheritdoc */
  readonly id: bigint;
  /** @inheritdoc */
  readonly source: number;
  /** @inheritdoc */
  readonly address: PeerAddress;
  /** @inheritdoc */
  meta: Uint8Array | undefined;
  /** Whom to tell by preference. */
  readonly to: ServicePeer | undefined;
  /** Where it waits to be sent. */
  lane: EventLane | undefined = undefined;
  /** Whether it was sent. */
  sent = false;
  /** Those who wait until it is confirmed. */
  waiting: (() => void)[] | undefined = undefined;

  /**
   * @param edge The edge that has gone.
   * @param to Whom to tell by preference.
   */
  constructor(edge: EdgeFacts, to?: ServicePeer) {
    this.idHi = edge.idHi;
    this.idLo = edge.idLo;
    this.id = edge.id;
    this.source = edge.source;
    this.address = edge.address;
    this.meta = edge.meta;
    this.to = to;
  }
}
