/**
 * What a gateway tells a cluster of the peers that are connected to it.
 *
 * @module
 */

import type { Stamp } from "./stamp.ts";

/** A peer went online, or is online still: told again, it says the same. */
export interface OnlineEvent {
  /** What happened. */
  readonly kind: "edge-online" | "service-online";
  /** Id of the edge or the service. */
  readonly id: bigint;
  /** Which connection. */
  readonly stamp: Stamp;
  /** Address of the peer, as the gateway sees it. */
  readonly addr: string;
  /** What a service said about itself, as text; empty for an edge. */
  readonly meta: string;
}

/** A peer went offline. */
export interface OfflineEvent {
  /** What happened. */
  readonly kind: "edge-offline" | "service-offline";
  /** Id of the edge or the service. */
  readonly id: bigint;
  /** Which connection ended; a newer one is not touched. */
  readonly stamp: Stamp;
}

/** One event. */
export type PresenceEvent = OnlineEvent | OfflineEvent;

/** An edge's connection that a newer one at another gateway has replaced. */
export interface Eviction {
  /** Id of the edge. */
  readonly edgeId: bigint;
  /** Which connection is to end. */
  readonly stamp: Stamp;
}
