/**
 * Pages of gateways.
 *
 * @module
 */

import type { FrontierRecord, RecordPage } from "../store/presence_store.ts";

/**
 * Cuts a page out of all gateways. They come in an order that each has for
 * ever, whoever else comes and goes: one that is alive from the first page to
 * the last is on one of them, and the cursor says all there is to know.
 *
 * @param all All gateways that are alive.
 * @param cursor Where the page begins; 0 at first.
 * @param count About how many are wanted; at least 1.
 * @returns The page.
 */
export function frontierPage(
  all: Iterable<FrontierRecord>,
  cursor: number,
  count: number,
): RecordPage<FrontierRecord> {
  const rest = Array.from(
    all,
    (record) => ({ record, place: placeOf(record.frontierId) }),
  ).filter(({ place }) => place >= cursor)
    .sort((a, b) =>
      a.place - b.place || (a.record.frontierId < b.record.frontierId ? -1 : 1)
    );
  let end = Math.min(count, rest.length);
  // A cursor cannot part those who share a place.
  while (end < rest.length && rest[end]!.place === rest[end - 1]!.place) end++;
  return {
    cursor: rest[end]?.place ?? 0,
    records: rest.slice(0, end).map(({ record }) => record),
  };
}

/** FNV-1a, from 1 to 2^32 - 1: 0 is no place to go on from. */
function placeOf(frontierId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < frontierId.length; i++) {
    hash = Math.imul(hash ^ frontierId.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) || 1;
}
