/**
 * A peer in the ledger.
 *
 * @module
 */

import type { Account, Holder } from "../quota/account.ts";

/** Whom a {@linkcode PeerHolder} stands for; every `Peer` is one. */
export interface Held {
  /** What it is. */
  readonly kind: "edge" | "service";
  /** @returns What to call it in the log. */
  describe(): string;
}

/**
 * What stands for a peer `P` in the ledger. It knows the peer only while the peer
 * is connected: what is still held of a peer that has gone must not keep its
 * connection and its buffers.
 */
export class PeerHolder<P extends Held = Held> implements Holder {
  /** @inheritdoc */
  account: Account | undefined = undefined;
  /** @inheritdoc */
  readonly charged: boolean;
  /** Whom it stands for; `undefined` when that one has gone. */
  peer: P | undefined;

  /**
   * @param peer Whom it stands for.
   */
  constructor(peer: P) {
    this.peer = peer;
    this.charged = peer.kind === "edge";
  }

  /** @inheritdoc */
  describe(): string {
    return this.peer?.describe() ?? "a peer that has gone";
  }
}
