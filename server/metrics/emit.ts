/**
 * Tables of counts as samples.
 *
 * @module
 */

import type { Emit } from "@frontier/platform/metrics";

/**
 * Emits a table that is kept as one array. What is still 0 is left out, but for the first of each row: a rate needs a beginning, and
 * most of what can go wrong never does.
 *
 * @param emit Takes the samples.
 * @param counts The table, row by row.
 * @param rows Labels of the rows.
 * @param columns Labels of the columns.
 * @param from The first of the rows within the table.
 */
export function emitTable(
  emit: Emit,
  counts: Float64Array,
  rows: readonly string[],
  columns: readonly string[],
  from = 0,
): void {
  rows.forEach((row, i) =>
    columns.forEach((column, j) => {
      const count = counts[(from + i) * columns.length + j]!;
      if (count > 0 || j === 0) emit(count, row, column);
    })
  );
}
