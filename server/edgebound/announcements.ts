/**
 * Online events on their way.
 *
 * @module
 */

import type { EdgePeer, ServicePeer } from "../directory/peer.ts";

/** An offline event that waits for the verdict on a newer connection. */
export interface OwedOffline {
  /** The edge that has gone. */
  readonly edge: EdgePeer;
  /** Whom to tell by preference. */
  readonly to: ServicePeer | undefined;
}

interface Open {
  count: number;
  owed: OwedOffline | undefined;
}

/**
 * Knows which edge ids are being announced. While one is, no offline event of
 * an older connection with the same id may go out: it would arrive after the
 * newer one's online event and clear it. It is owed instead, and paid only if
 * the newer connection is not admitted.
 */
export class Announcements {
  readonly #open: Map<bigint, Open> = new Map();

  /**
   * An edge is being announced.
   *
   * @param id Its id.
   */
  begin(id: bigint): void {
    const open = this.#open.get(id);
    if (open === undefined) this.#open.set(id, { count: 1, owed: undefined });
    else open.count++;
  }

  /**
   * The verdict on an edge is there.
   *
   * @param id Its id.
   * @returns The offline event that was owed and is due now, if any.
   */
  end(id: bigint): OwedOffline | undefined {
    const open = this.#open.get(id);
    if (open === undefined || --open.count > 0) return undefined;
    this.#open.delete(id);
    return open.owed;
  }

  /**
   * Puts an offline event off.
   *
   * @param edge The edge that has gone.
   * @param to Whom to tell by preference.
   * @returns `false` if nothing stands in its way.
   */
  defer(edge: EdgePeer, to?: ServicePeer): boolean {
    const open = this.#open.get(edge.id);
    if (open === undefined) return false;
    open.owed = { edge, to };
    return true;
  }

  /**
   * An edge with this id is online: nothing is owed any more.
   *
   * @param id The id.
   */
  settle(id: bigint): void {
    const open = this.#open.get(id);
    if (open !== undefined) open.owed = undefined;
  }
}
