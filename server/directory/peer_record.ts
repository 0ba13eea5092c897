/**
 * What is known of a peer.
 *
 * @module
 */

import type { Identity, PeerAddress } from "@frontier/platform";

/** What is known of an edge or a service, for whoever reports or stores it. */
export interface PeerRecord {
  /** Its id; 0 before it has one. */
  readonly id: bigint;
  /** What it is. */
  readonly kind: "edge" | "service";
  /** A service's name; empty for an edge. */
  readonly name: string;
  /** What an edge said of itself; `undefined` when it said nothing. */
  readonly meta: Uint8Array | undefined;
  /** Where it connected from. */
  readonly address: PeerAddress;
  /** Who it is, by a certificate that was verified; `undefined` without one. */
  readonly identity: Identity | undefined;
  /** When its connection came, in Unix milliseconds. */
  readonly created: number;
  /** Names of the methods it answers, as text. */
  readonly methods: readonly string[];
  /** The topics it takes. */
  readonly topics: readonly string[];
  /** The extensions it understands. */
  readonly features: readonly string[];
}

/**
 * @param peer A connected peer.
 * @returns A copy of what is known of it at this moment.
 */
export function recordOf(peer: PeerRecord): PeerRecord {
  const { id, kind, name, meta, address, identity, created } = peer;
  return Object.freeze({
    id,
    kind,
    name,
    meta,
    address,
    identity,
    created,
    methods: [...peer.methods],
    topics: [...peer.topics],
    features: [...peer.features],
  });
}
