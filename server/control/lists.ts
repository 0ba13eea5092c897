/**
 * What all lists of the control plane have in common.
 *
 * @module
 */

import { ApiError } from "@frontier/platform/control";
import { type ListQuery, QueryError } from "../store/store.ts";

/** Entries of a page of which nothing is said. */
const PAGE_SIZE = 10;

/** The fields of a request that say which part of a list is wanted. */
export interface ListRequest {
  /** Which page, from 1. */
  readonly page: bigint;
  /** Entries of a page. */
  readonly pageSize: bigint;
  /** The first Unix second. */
  readonly startTime?: bigint;
  /** After the last Unix second. */
  readonly endTime?: bigint;
  /** The field to order by, with its sign. */
  readonly order?: string;
}

/**
 * @param request What was asked.
 * @param maxPageSize Entries of a page at most.
 * @returns The same for the store.
 * @throws {ApiError} If the page is larger than allowed.
 */
export function readList(
  request: ListRequest,
  maxPageSize: number,
): ListQuery {
  const { page, pageSize, startTime, endTime, order } = request;
  if (pageSize > BigInt(maxPageSize)) {
    throw new ApiError(
      "INVALID_ARGUMENT",
      `Cannot list ${pageSize} entries at once: page_size may be at most ${maxPageSize}`,
      { metadata: { parameter: "page_size", max: String(maxPageSize) } },
    );
  }
  return {
    page: toNumber(page),
    pageSize: toNumber(pageSize),
    startTime: toNumber(startTime ?? 0n),
    endTime: toNumber(endTime ?? 0n),
    order: order ?? "",
  };
}

/**
 * As {@linkcode readList}, but what is left out of `page` and `page_size` does
 * not change the other one: the Go gateway's methods have to ignore
 * `page_size=50` without a page, those beyond them have not.
 *
 * @param request What was asked.
 * @param maxPageSize Entries of a page at most.
 * @returns The same for the store.
 * @throws {ApiError} If the page is larger than allowed.
 */
export function readAdminList(
  request: ListRequest,
  maxPageSize: number,
): ListQuery {
  return readList({
    ...request,
    page: request.page > 0n ? request.page : 1n,
    pageSize: request.pageSize > 0n
      ? request.pageSize
      : BigInt(Math.min(PAGE_SIZE, maxPageSize)),
  }, maxPageSize);
}

/**
 * Cuts a page out of a list as the store does.
 *
 * @param all The list.
 * @param query Which page.
 * @returns What is on the page.
 */
export function pageOf<T>(all: readonly T[], query: ListQuery): readonly T[] {
  const { page = 1, pageSize = PAGE_SIZE } = query;
  if (page < 1 || pageSize < 1) return all.slice(0, PAGE_SIZE);
  return all.slice((page - 1) * pageSize, page * pageSize);
}

/**
 * @param value A number of any size.
 * @returns The nearest one that is exact; whoever asks beyond gets the same answer.
 */
export function toNumber(value: bigint): number {
  const max = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > max ? max : value < -max ? -max : value);
}

/**
 * Keeps the fields that are there.
 *
 * @param fields Fields, absent ones as `undefined`; empty text restricts nothing, either.
 * @returns The others.
 */
export function present<T extends object>(
  fields: { [K in keyof T]: T[K] | undefined },
): T {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) =>
      value !== undefined && value !== ""
    ),
  ) as T;
}

/**
 * Asks the store.
 *
 * @param ask The question.
 * @returns The answer.
 * @throws {ApiError} If the question is wrong.
 */
export async function asked<T>(ask: Promise<T>): Promise<T> {
  try {
    return await ask;
  } catch (error) {
    if (error instanceof QueryError) {
      throw new ApiError("INVALID_ARGUMENT", error.message, { cause: error });
    }
    throw error;
  }
}

/**
 * @param ms Unix milliseconds.
 * @returns Unix seconds.
 */
export function toSeconds(ms: number): bigint {
  return BigInt(Math.floor(ms / 1000));
}
