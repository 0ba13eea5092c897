/**
 * What lists of the control plane are asked for. Source: docs/spec/frontlas.md
 * §3.6.
 *
 * @module
 */

import { ApiError } from "@frontier/platform/control";

/** Records of a page of which nothing is said, as with Redis. */
const PAGE = 10;

/** The fields of a request that ask for a page. */
export interface PageRequest {
  /** Where it begins. */
  readonly cursor?: number;
  /** About how many are wanted. */
  readonly count?: number;
}

/** A page that is asked for. */
export interface WantedPage {
  /** Where it begins. */
  readonly cursor: number;
  /** About how many are wanted; at least 1. */
  readonly count: number;
}

/**
 * @param request What was asked.
 * @param most Records of a page at most: the wish for more is one for so many.
 * @returns The page that is wanted; `undefined` unless both of its fields are there.
 */
export function wantedPage(
  { cursor, count }: PageRequest,
  most: number,
): WantedPage | undefined {
  if (cursor === undefined || count === undefined) return undefined;
  return { cursor, count: Math.min(count || PAGE, most) };
}

/**
 * @param ids Ids that are asked for.
 * @param field Where they were given.
 * @param most How many may be asked for at once.
 * @returns Each of them once, in order.
 * @throws {ApiError} If they are too many.
 */
export function wantedIds<T>(
  ids: readonly T[],
  field: string,
  most: number,
): readonly T[] {
  if (ids.length > most) {
    throw new ApiError(
      "INVALID_ARGUMENT",
      `Cannot look up ${ids.length} ids at once: ${field} may have at most ${most}`,
      { metadata: { parameter: field, max: String(most) } },
    );
  }
  return [...new Set(ids)];
}

/**
 * @param field Where ids may be given.
 * @returns The error, with the code and the words of the Go Frontlas.
 */
export function illegalRequest(field: string): ApiError {
  return new ApiError(
    "UNKNOWN",
    `illegal request: give cursor and count, or ${field}`,
    { reason: "" },
  );
}
