/**
 * One page of a table, and how many rows all pages have.
 *
 * @module
 */

import { Names } from "../names.ts";
import type { Range } from "../query.ts";
import type { Page } from "../store.ts";
import { textOf } from "../text.ts";
import type { Work } from "../turns.ts";
import { all, type Condition } from "./condition.ts";
import type { Database, Found } from "./database.ts";
import { orderBy, SLICE, type SliceOrder, Slices } from "./slices.ts";

/** Which rows of a table. */
export interface Selection extends SliceOrder {
  /** What they are restricted by. */
  readonly filters: readonly Condition[];
  /** One of the restrictions, if an index finds what it lets pass; few rows are found at once by it. */
  readonly narrow?: Condition | undefined;
}

/**
 * @param db The database.
 * @param selection Which rows.
 * @param range Which page.
 * @returns The rows of the page, and how many there are.
 */
export function* pageOf(
  db: Database,
  selection: Selection,
  range: Range<string>,
): Work<Page<Found>> {
  const { table, columns, descending, filters } = selection;
  const order = orderBy(columns, descending);
  const rows: Found[] = [];
  let { skip } = range;
  let count = filters.length === 0 ? countOf(db, table, all([])) : 0;
  const next = slicesOf(db, selection);
  for (let slice = next(); slice !== undefined; slice = next()) {
    const full = rows.length >= range.take;
    if (filters.length === 0 && (full || skip >= count)) break;
    const where = all([slice, ...filters]);
    const found = countOf(db, table, where);
    if (filters.length > 0) count += found;
    if (skip >= found) skip -= found;
    else if (!full) {
      const most = Math.min(range.take - rows.length, SLICE);
      const sql =
        `SELECT * FROM ${table} WHERE ${where.sql} ORDER BY ${order} LIMIT ? OFFSET ?`;
      rows.push(...db.all(sql, ...where.values, most, skip));
      skip = 0;
    }
    yield;
  }
  return { rows, count };
}

/**
 * @param db The database.
 * @param selection Which rows.
 * @param name The column with the names.
 * @param place The column that decides a name's place.
 * @param range Which page.
 * @returns The distinct names of the page, and how many there are.
 */
export function* namesOf(
  db: Database,
  selection: Selection,
  name: string,
  place: string,
  range: Range<string>,
): Work<Page<string>> {
  const { descending } = range.order;
  const names = new Names(descending);
  const extreme = descending ? "MAX" : "MIN";
  const next = slicesOf(db, selection);
  for (let slice = next(); slice !== undefined; slice = next()) {
    const where = all([slice, ...selection.filters]);
    const sql =
      `SELECT ${name} AS name, ${extreme}(${place}) AS place FROM ${selection.table} WHERE ${where.sql} GROUP BY ${name}`;
    for (const found of db.all(sql, ...where.values)) {
      names.add(textOf(found.name as Uint8Array), found.place as bigint);
    }
    yield;
  }
  return { rows: yield* names.page(range), count: names.size };
}

/** The slices that a selection may be in: one alone if an index finds it to be small. */
function slicesOf(
  db: Database,
  selection: Selection,
): () => Condition | undefined {
  const { table, narrow } = selection;
  if (narrow !== undefined) {
    const few =
      `SELECT COUNT(*) AS n FROM (SELECT 1 FROM ${table} WHERE ${narrow.sql} LIMIT ${
        SLICE + 1
      })`;
    if (Number(db.first(few, ...narrow.values)!.n) <= SLICE) {
      let slice: Condition | undefined = narrow;
      return () => {
        const only = slice;
        slice = undefined;
        return only;
      };
    }
  }
  const slices = new Slices(db, selection);
  return () => slices.next();
}

function countOf(db: Database, table: string, where: Condition): number {
  const sql = `SELECT COUNT(*) AS n FROM ${table} WHERE ${where.sql}`;
  return Number(db.first(sql, ...where.values)!.n);
}
