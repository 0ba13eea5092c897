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
import { all, type Condition, when } from "./condition.ts";
import type { Database, Found } from "./database.ts";
import { orderBy, SLICE, type SliceOrder, Slices } from "./slices.ts";

/** Rows fetched at once: an object for each takes longer than to find it. */
const FETCHED = 256;

/** Which rows of a table. */
export interface Selection {
  /** The table. */
  readonly table: string;
  /** How many rows it has. */
  readonly size: number;
  /** The column, or the columns, that no two rows share; the table is sorted by them. */
  readonly key: readonly string[];
  /** What they are restricted by. */
  readonly filters: readonly Condition[];
  /** Restrictions, or what follows from them, that an index finds the rows of. */
  readonly parts: readonly Part[];
}

/** What restricts the first column of an index. */
export interface Part extends Condition {
  /** The column. */
  readonly column: string;
}

/** In which order the rows of a page are: by an index that ends with the key. */
export type PageOrder = Omit<SliceOrder, "table">;

/**
 * Rows that match are counted along the key, as that reads the table from one
 * end to the other, or along the index of their order, if it has them together. If they are few, they are remembered by the way; if they
 * are many, a page of them is soon found along the index of its order.
 *
 * @param db The database.
 * @param selection Which rows.
 * @param order In which order.
 * @param range Which page.
 * @returns The rows of the page, and how many there are.
 */
export function* pageOf(
  db: Database,
  selection: Selection,
  order: PageOrder,
  range: Range<string>,
): Work<Page<Found>> {
  const { table, filters } = selection;
  const part = fewOf(db, selection);
  if (part !== undefined) {
    const where = all([part, ...filters]);
    const count = countOf(db, table, where);
    yield;
    return { rows: pageWhere(db, table, where, order, range), count };
  }
  const slices = (along: PageOrder, size?: number) => {
    const together = selection.parts.find(({ column }) =>
      column === along.columns[0]
    );
    return new Slices(db, { table, ...along }, together, size);
  };
  const alongKey = { columns: selection.key, descending: false };
  const together = selection.parts.some(({ column }) =>
    column === order.columns[0]
  );
  const [keys, count] = filters.length === 0
    ? [undefined, selection.size]
    : yield* matching(db, selection, slices(together ? order : alongKey));
  if (range.skip >= count) return { rows: [], count };
  if (keys === undefined) {
    const along = slices(order, range.take > FETCHED ? FETCHED : SLICE);
    const rows = yield* pageAlong(db, selection, order, range, along);
    return { rows, count };
  }
  const among = when(
    `${selection.key[0]} IN (SELECT value FROM json_each(?))`,
    `[${keys.join()}]`,
  );
  return { rows: pageWhere(db, table, among, order, range), count };
}

/** How many rows match; and their keys, if they are few. */
function* matching(
  db: Database,
  { table, key, filters }: Selection,
  slices: Slices,
): Work<[bigint[] | undefined, number]> {
  let keys: bigint[] | undefined = [];
  let count = 0;
  for (let slice = slices.next(); slice !== undefined; slice = slices.next()) {
    const where = all([slice, ...filters]);
    const found = countOf(db, table, where);
    count += found;
    if (count > SLICE) keys = undefined;
    if (found > 0 && keys !== undefined) {
      const sql = `SELECT ${key[0]} AS key FROM ${table} WHERE ${where.sql}`;
      for (const row of db.all(sql, ...where.values)) {
        keys.push(row.key as bigint);
      }
    }
    yield;
  }
  return [keys, count];
}

/** A page of many rows, found slice by slice in its order. */
function* pageAlong(
  db: Database,
  { table, filters }: Selection,
  order: PageOrder,
  { skip, take }: Range<string>,
  slices: Slices,
): Work<Found[]> {
  const rows: Found[] = [];
  for (let slice = slices.next(); slice !== undefined; slice = slices.next()) {
    const where = all([slice, ...filters]);
    const found = skip === 0 ? SLICE : countOf(db, table, where);
    if (skip >= found) skip -= found;
    else {
      const more = { skip, take: take - rows.length };
      rows.push(...pageWhere(db, table, where, order, more));
      if (rows.length >= take) break;
      skip = 0;
    }
    yield;
  }
  return rows;
}

/** A page of few rows. */
function pageWhere(
  db: Database,
  table: string,
  { sql, values }: Condition,
  { columns, descending }: PageOrder,
  { skip, take }: Pick<Range<string>, "skip" | "take">,
): Found[] {
  if (skip > SLICE) return [];
  return db.all(
    `SELECT * FROM ${table} WHERE ${sql} ORDER BY ${
      orderBy(columns, descending)
    } LIMIT ? OFFSET ?`,
    ...values,
    Math.min(take, SLICE),
    skip,
  );
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
  selection: Omit<Selection, "size">,
  name: string,
  place: string,
  range: Range<string>,
): Work<Page<string>> {
  const { table, key, filters } = selection;
  const { descending } = range.order;
  const names = new Names(descending);
  const extreme = descending ? "MAX" : "MIN";
  const add = (slice: Condition) => {
    const where = all([slice, ...filters]);
    const sql =
      `SELECT ${name} AS name, ${extreme}(${place}) AS place FROM ${table} WHERE ${where.sql} GROUP BY ${name}`;
    for (const found of db.all(sql, ...where.values)) {
      names.add(textOf(found.name as Uint8Array), found.place as bigint);
    }
  };
  const part = fewOf(db, selection);
  if (part !== undefined) add(part);
  else {
    const slices = new Slices(db, { table, columns: key, descending: false });
    for (
      let slice = slices.next();
      slice !== undefined;
      slice = slices.next()
    ) {
      add(slice);
      yield;
    }
  }
  return { rows: yield* names.page(range), count: names.size };
}

/** The part with all rows that can match, if an index finds it to be small. */
function fewOf(
  db: Database,
  { table, parts }: Pick<Selection, "table" | "parts">,
): Condition | undefined {
  return parts.find(({ sql, values }) => {
    const few =
      `SELECT COUNT(*) AS n FROM (SELECT 1 FROM ${table} WHERE ${sql} LIMIT ${
        SLICE + 1
      })`;
    return Number(db.first(few, ...values)!.n) <= SLICE;
  });
}

function countOf(
  db: Database,
  table: string,
  { sql, values }: Condition,
): number {
  const count = `SELECT COUNT(*) AS n FROM ${table} WHERE ${sql}`;
  return Number(db.first(count, ...values)!.n);
}
