/**
 * How long a caller waits.
 *
 * @module
 */

import type { DataBody } from "@frontier/proto/internal";

/**
 * The caller's own limit. A relative one is exact. An absolute one is used only
 * while it lies ahead: a clock that is wrong must not fail a call.
 *
 * @param body The request, which was read.
 * @param wallClock The wall clock in Unix milliseconds.
 * @returns Milliseconds; 0 when there is none.
 */
export function timeLimit(body: DataBody, wallClock: () => number): number {
  const limit = body.timeoutMs;
  if (body.deadlineMs === 0) return limit;
  const left = body.deadlineMs - wallClock();
  return left > 0 && (limit === 0 || left < limit) ? left : limit;
}
