/**
 * The same rows in several orders.
 *
 * @module
 */

import type { Order } from "../query.ts";
import { compareText } from "../text.ts";
import type { PeerRow } from "./rows.ts";
import { SortedList } from "./sorted_list.ts";
import { Walk } from "./walk.ts";

/** What rows are ordered by. */
export type ViewField = "id" | "text" | "addr" | "create_time";

/** Rows, found by id, and in order by every field; those with the same value are in the order of their ids. */
export class Views<T extends PeerRow> {
  readonly #byId: SortedList<PeerRow>;
  readonly #lists: Readonly<Record<ViewField, SortedList<PeerRow>>>;

  /** Makes views without rows. */
  constructor() {
    this.#byId = new SortedList<PeerRow>(byId);
    this.#lists = {
      id: this.#byId,
      text: new SortedList((a, b) => compareText(a.head, b.head) || byId(a, b)),
      addr: new SortedList((a, b) => compareText(a.addr, b.addr) || byId(a, b)),
      create_time: new SortedList((a, b) =>
        a.createdMs - b.createdMs || byId(a, b)
      ),
    };
  }

  /** How many rows there are. */
  get size(): number {
    return this.#byId.size;
  }

  /**
   * @param id An id.
   * @returns The row with this id.
   */
  get(id: bigint): T | undefined {
    const list = this.#byId;
    const [chunk, index] = list.find({ id } as PeerRow);
    const row = list.chunks[chunk]?.[index];
    return row?.id === id ? row as T : undefined;
  }

  /**
   * @param row A row whose id is not taken.
   */
  add(row: T): void {
    for (const list of Object.values(this.#lists)) list.add(row);
  }

  /**
   * @param id The id of a row that goes.
   */
  delete(id: bigint): void {
    const row = this.get(id);
    if (row === undefined) return;
    for (const list of Object.values(this.#lists)) list.delete(row);
  }

  /**
   * @param order By what.
   * @returns A way through the rows in this order.
   */
  walk({ by, descending }: Order<ViewField>): Walk<T> {
    return new Walk(this.#lists[by] as SortedList<unknown>, descending) as Walk<
      T
    >;
  }
}

function byId(a: PeerRow, b: PeerRow): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
