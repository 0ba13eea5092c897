/**
 * Online events on their way.
 *
 * @module
 */

import type { OfflineEvent } from "./offline_event.ts";

interface Open {
  count: number;
  owed: OfflineEvent | undefined;
}

/**
 * Knows which edge ids are being announced. While one is, no offline event of
 * an older connection with the same id may go out: it would arrive after the
 * newer one's online event and clear it. It is owed instead, and paid only if
 * nobody is online under the id in the end.
 */
export class Announcements {
  readonly #open: Map<bigint, Open> = new Map();

  /** Ids that are being announced. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * An edge is being announced.
   *
   * @param id Of an edge that wants to come in.
   * @param owed An offline event of the id that was not sent yet.
   */
  begin(id: bigint, owed?: OfflineEvent): void {
    const open = this.#open.get(id);
    if (open === undefined) this.#open.set(id, { count: 1, owed });
    else {
      open.count++;
      open.owed ??= owed;
    }
  }

  /**
   * The verdict on an edge is there.
   *
   * @param id As it was announced.
   * @returns The offline event that was owed and is due now, if any.
   */
  end(id: bigint): OfflineEvent | undefined {
    const open = this.#open.get(id);
    if (open === undefined || --open.count > 0) return undefined;
    this.#open.delete(id);
    return open.owed;
  }

  /**
   * Puts an offline event off.
   *
   * @param event Of an older edge with an id that may be announced.
   * @returns `false` if nothing stands in its way.
   */
  defer(event: OfflineEvent): boolean {
    const open = this.#open.get(event.id);
    if (open === undefined) return false;
    open.owed = event;
    return true;
  }

  /**
   * An edge with this id is online: nothing is owed any more.
   *
   * @param id Of an edge that has just come in.
   * @returns Whether something was.
   */
  settle(id: bigint): boolean {
    const open = this.#open.get(id);
    if (open?.owed === undefined) return false;
    open.owed = undefined;
    return true;
  }
}
