/**
 * Room in the outboxes of peers.
 *
 * @module
 */

import type { Ledger } from "../quota/ledger.ts";
import { OutboxShares } from "../quota/outbox_shares.ts";
import type { Party } from "./call.ts";

/**
 * Shares the outbox of a peer among those whose frames wait in it. An outbox
 * that is written as fast as it fills is nobody's business: only one with much
 * in it has a trail of who put it there.
 */
export class OutboxRoom {
  /** Peers with much in their outbox. */
  readonly congested: Set<Party> = new Set();
  /** Told when there is one such peer again, and when there is none any more. */
  onCongested: ((any: boolean) => void) | undefined = undefined;
  readonly #ledger: Ledger;
  readonly #limit: number;
  /** Bytes in an outbox below which nobody is asked. */
  readonly #free: number;

  /**
   * @param ledger Where it is counted.
   * @param limit Bytes that all together may have in one outbox.
   */
  constructor(ledger: Ledger, limit: number) {
    this.#ledger = ledger;
    this.#limit = limit;
    this.#free = OutboxShares.freeBytes(limit);
  }

  /** Whether memory is so short that nobody may have more than its share, not even of what cannot be refused. */
  get scarce(): boolean {
    return this.#ledger.level >= 2;
  }

  /**
   * Takes room for a frame.
   *
   * @param peer Whose outbox it goes into.
   * @param source Whose frame it is.
   * @param bytes Its length.
   * @returns `false` when the source has too much in it.
   */
  take(peer: Party, source: Party, bytes: number): boolean {
    const { unwritten } = peer.link.outbox;
    return (unwritten + bytes < this.#free && peer.trail === undefined) ||
      this.#take(peer, source, bytes, unwritten);
  }

  /**
   * Takes room for a frame that cannot be refused.
   *
   * @param peer Whose outbox it goes into.
   * @param bytes Its length.
   */
  force(peer: Party, bytes: number): void {
    if (peer.trail === undefined) this.#follow(peer);
    peer.trail!.force(peer.holder, bytes, peer.link.outbox.unwritten);
  }

  /**
   * Something of an outbox was written.
   *
   * @param peer Whose outbox it is.
   */
  drained(peer: Party): void {
    const { trail } = peer;
    if (trail === undefined) return;
    const { unwritten, written } = peer.link.outbox;
    // Frames may be shorter than what was taken for them.
    if (unwritten > 0) trail.upTo(written);
    else trail.clear();
    if (trail.empty) this.#forget(peer);
  }

  /**
   * An outbox was dropped with all that was in it.
   *
   * @param peer Whose outbox it is.
   */
  dropped(peer: Party): void {
    peer.trail?.clear();
    this.#forget(peer);
  }

  #forget(peer: Party): void {
    peer.trail = undefined;
    if (this.congested.delete(peer) && this.congested.size === 0) {
      this.onCongested?.(false);
    }
  }

  #take(peer: Party, source: Party, bytes: number, unwritten: number): boolean {
    if (peer.trail === undefined) this.#follow(peer);
    return peer.trail!.take(source.holder, bytes, unwritten);
  }

  #follow(peer: Party): void {
    const { written } = peer.link.outbox;
    peer.trail = new OutboxShares(
      this.#ledger,
      peer.holder,
      this.#limit,
      written,
    );
    this.congested.add(peer);
    if (this.congested.size === 1) this.onCongested?.(true);
  }
}
