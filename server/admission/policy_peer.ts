/**
 * What rules see of a peer.
 *
 * @module
 */

import type { Identity, PeerAddress } from "@frontier/platform";
import type { Peer } from "../directory/peer.ts";
import type { PolicyPeer } from "./policy.ts";

/** The facts of a peer, without the connection behind them. */
class View implements PolicyPeer {
  readonly #peer: Peer;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  get kind(): "edge" | "service" {
    return this.#peer.kind;
  }

  get id(): bigint {
    return this.#peer.id;
  }

  get address(): PeerAddress {
    return this.#peer.address;
  }

  get identity(): Identity | undefined {
    return this.#peer.identity;
  }

  get meta(): Uint8Array | undefined {
    return this.#peer.meta;
  }

  get name(): string {
    return this.#peer.name;
  }
}

/**
 * @param peer Anybody, admitted or not.
 * @returns What rules may see of it.
 */
export function policyPeer(peer: Peer): PolicyPeer {
  return new View(peer);
}
