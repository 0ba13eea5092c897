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

/** A place before all rows with the same value. */
export interface Mark {
  /** Less than every id. */
  readonly id: bigint;
  /** The beginning of a meta or name. */
  readonly head?: string;
  /** An address. */
  readonly addr?: string;
  /** A time. */
  readonly createdMs?: number;
}

/** Rows, found by id, and in order by every field; those with the same value are in the order of their ids. */
export class Views<T extends PeerRow> {
  readonly #byId: SortedList<T>;
  readonly #lists: Readonly<Record<ViewField, SortedList<T>>>;

  /** Makes views without rows. */
  constructor() {
    this.#byId = new SortedList<T>(byId);
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
   * @param id Any number.
   * @returns The row with this id.
   */
  get(id: bigint): T | undefined {
    const list = this.#byId;
    const [chunk, index] = list.find(rowOf<T>({ id }));
    const row = list.chunks[chunk]?.[index];
    return row?.id === id ? row : undefined;
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
   * @param from Where to begin: it stands between the rows.
   * @returns A way through the rows in this order.
   */
  walk({ by, descending }: Order<ViewField>, from?: Mark): Walk<T> {
    return new Walk(this.#lists[by], descending, from && rowOf<T>(from));
  }

  /**
   * Sorts a few rows.
   *
   * @param rows The rows; they are moved.
   * @param order By what.
   */
  sort(rows: T[], { by, descending }: Order<ViewField>): void {
    const { compare } = this.#lists[by];
    rows.sort((a, b) => descending ? compare(b, a) : compare(a, b));
  }
}

function byId(a: PeerRow, b: PeerRow): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** A mark is compared with rows, and never met. */
function rowOf<T extends PeerRow>(mark: Mark): T {
  return mark as PeerRow as T;
}
