/**
 * Parts of statements.
 *
 * @module
 */

import type { Range } from "../query.ts";
import { bytesOf } from "../text.ts";
import type { Value } from "./database.ts";

/** What restricts a statement: its text, and the values in it. */
export interface Condition {
  /** Its text. */
  readonly sql: string;
  /** Its values. */
  readonly values: readonly Value[];
}

/**
 * @param parts Conditions.
 * @returns What holds when all of them do.
 */
export function all(parts: readonly Condition[]): Condition {
  return {
    sql: parts.map(({ sql }) => `(${sql})`).join(" AND ") || "TRUE",
    values: parts.flatMap(({ values }) => values),
  };
}

/**
 * @param sql The text of a condition.
 * @param values One for every question mark in it.
 * @returns The condition.
 */
export function when(sql: string, ...values: Value[]): Condition {
  return { sql, values };
}

/**
 * @param column A column of texts, or of their bytes.
 * @param text What they begin with; every character stands for itself.
 * @returns The condition.
 */
export function startsWith(column: string, text: string): Condition {
  const bytes = bytesOf(text);
  return when(
    `substr(CAST(${column} AS BLOB), 1, ?) = ?`,
    bytes.length,
    bytes,
  );
}

/**
 * @param column A column of the bytes of texts.
 * @param text What they contain; every character stands for itself.
 * @returns The condition.
 */
export function contains(column: string, text: string): Condition {
  return when(`instr(${column}, ?) > 0`, bytesOf(text));
}

/**
 * @param range What a query is restricted to.
 * @param column The column; with a plus before it no index is chosen for it.
 * @returns Its conditions.
 */
export function within(
  { fromMs, untilMs }: Range<string>,
  column = "+create_time",
): Condition[] {
  return [
    ...(fromMs === -Infinity ? [] : [when(`${column} >= ?`, fromMs)]),
    ...(untilMs === Infinity ? [] : [when(`${column} < ?`, untilMs)]),
  ];
}
