/**
 * What a query means.
 *
 * @module
 */

import { type ListQuery, QueryError } from "./store.ts";

/** Rows of a page of which nothing is said. */
const PAGE_SIZE = 10;

/** The order of a list. */
export interface Order<F extends string> {
  /** By what. */
  readonly by: F;
  /** Whether the largest comes first. */
  readonly descending: boolean;
}

/** What every list is restricted by, in numbers to compare with. */
export interface Range<F extends string> {
  /** The order. */
  readonly order: Order<F>;
  /** Rows before the page. */
  readonly skip: number;
  /** Rows of the page. */
  readonly take: number;
  /** The first Unix millisecond. */
  readonly fromMs: number;
  /** After the last Unix millisecond. */
  readonly untilMs: number;
}

/**
 * @param query What was asked.
 * @param what What is listed, for messages.
 * @param fields The fields it may be ordered by.
 * @param descending Whether a field without a sign is in descending order.
 * @param since The first Unix second, beside that of the query.
 * @returns What it means.
 * @throws {QueryError} If it asks for an order by another field.
 */
export function readQuery<F extends string>(
  query: ListQuery,
  what: string,
  fields: readonly (F | "create_time")[],
  descending: boolean,
  since = -Infinity,
): Range<F | "create_time"> {
  const { page = 1, pageSize = PAGE_SIZE } = query;
  const usual = page < 1 || pageSize < 1;
  const size = usual ? PAGE_SIZE : Math.floor(pageSize);
  const { startTime = 0, endTime = 0 } = query;
  const within = startTime !== 0 && endTime !== 0;
  return {
    order: readOrder(query.order ?? "", what, fields, descending),
    skip: usual ? 0 : (Math.floor(page) - 1) * size,
    take: size,
    fromMs: Math.max(within ? startTime * 1000 : -Infinity, since * 1000),
    untilMs: within ? endTime * 1000 : Infinity,
  };
}

function readOrder<F extends string>(
  text: string,
  what: string,
  fields: readonly (F | "create_time")[],
  descending: boolean,
): Order<F | "create_time"> {
  if (text === "") return { by: "create_time", descending: true };
  const signed = text[0] === "-" || text[0] === "+";
  const name = signed ? text.slice(1) : text;
  const by = fields.find((field) => field === name);
  if (by === undefined) {
    throw new QueryError(
      `Cannot order ${what} by ${
        JSON.stringify(name)
      }: there is no such field, use one of ${
        fields.join(", ")
      } with - or + before it`,
    );
  }
  return { by, descending: signed ? text[0] === "-" : descending };
}
