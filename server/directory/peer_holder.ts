/**
 * A peer in the ledger.
 *
 * @module
 */

import type { Account } from "../quota/account.ts";
import type { Holder } from "../quota/holder.ts";
import type { Peer } from "./peer.ts";

/**
 * What stands for a peer in the ledger. It knows the peer only while the peer
 * is connected: what is still held of a peer that has gone must not keep its
 * connection and its buffers.
 */
export class PeerHolder implements Holder {
  /** @inheritdoc */
  account: Account | undefined = undefined;
  /** @inheritdoc */
  readonly charged: boolean;
  /** Whom it stands for; `undefined` when that one has gone. */
  peer: Peer | undefined;

  /**
   * @param peer Whom it stands for.
   */
  constructor(peer: Peer) {
    this.peer = peer;
    this.charged = peer.kind === "edge";
  }

  /** @inheritdoc */
  describe(): string {
    return this.peer?.describe() ?? "a peer that has gone";
  }
}
