/**
 * A table in slices.
 *
 * @module
 */

import { all, type Condition, when } from "./condition.ts";
import type { Database, Value } from "./database.ts";

/** Rows of a slice: with any filter a statement over so many takes less than a millisecond. */
export const SLICE = 1_024;

/** In which order a table is gone through. */
export interface SliceOrder {
  /** The table. */
  readonly table: string;
  /** Columns of an index; together they are different for every row. */
  readonly columns: readonly string[];
  /** Whether from the end. */
  readonly descending: boolean;
}

/**
 * Cuts a table into slices along an index. Between two slices rows may come and
 * go: every row that is there from the beginning to the end is in one slice.
 */
export class Slices {
  readonly #db: Database;
  readonly #find: string;
  readonly #after: string;
  readonly #until: string;
  readonly #columns: readonly string[];
  readonly #part: readonly Condition[];
  #last: Value[] | undefined = undefined;
  #done = false;

  /**
   * @param db The database.
   * @param order Which table, and in which order.
   * @param part Restricts the first column, if not the whole table is wanted.
   * @param size Rows of a slice.
   */
  constructor(
    db: Database,
    { table, columns, descending }: SliceOrder,
    part?: Condition,
    size = SLICE,
  ) {
    this.#db = db;
    this.#part = part === undefined ? [] : [part];
    this.#columns = columns;
    const row = `(${columns.join(", ")})`;
    const marks = `(${columns.map(() => "?").join(", ")})`;
    this.#after = `${row} ${descending ? "<" : ">"} ${marks}`;
    this.#until = `${row} ${descending ? ">=" : "<="} ${marks}`;
    this.#find = `SELECT ${
      columns.join(", ")
    } FROM ${table} WHERE %s ORDER BY ${
      orderBy(columns, descending)
    } LIMIT 1 OFFSET ${size - 1}`;
  }

  /** @returns What holds for the rows of the next slice; `undefined` after the last. */
  next(): Condition | undefined {
    if (this.#done) return undefined;
    const after = this.#last === undefined
      ? this.#part
      : [...this.#part, when(this.#after, ...this.#last)];
    const { sql, values } = all(after);
    const last = this.#db.first(this.#find.replace("%s", sql), ...values);
    if (last === undefined) {
      this.#done = true;
      return all(after);
    }
    this.#last = this.#columns.map((column) => last[column] as Value);
    return all([...after, when(this.#until, ...this.#last)]);
  }
}

/**
 * @param columns Names, the most significant first.
 * @param descending Whether the largest comes first.
 * @returns What follows `ORDER BY`.
 */
export function orderBy(
  columns: readonly string[],
  descending: boolean,
): string {
  return columns.map((column) => `${column} ${descending ? "DESC" : "ASC"}`)
    .join(", ");
}
