/**
 * Chooses one of several services.
 *
 * @module
 */

import type { PeerAddress } from "@frontier/platform";
import type { EdgePeer } from "../directory/peer.ts";

/** What the choice depends on. */
export type HashBy = "edgeid" | "srcip" | "random";

/**
 * Chooses one of `count` candidates for an edge. Source: the behaviour of the
 * original, `exchange.hashby`.
 *
 * @param count How many candidates there are; at least 1.
 * @param hashBy What the choice depends on.
 * @param edge The edge.
 * @param random Returns a number from 0 to 1, 1 excluded.
 * @returns An index below `count`.
 */
export function chooseIndex(
  count: number,
  hashBy: HashBy,
  edge: EdgePeer,
  random: () => number,
): number {
  if (count === 1) return 0;
  switch (hashBy) {
    case "edgeid":
      // The 64-bit id modulo count, in halves: every product stays exact.
      return ((edge.idHi % count) * (0x1_0000_0000 % count) +
        edge.idLo % count) % count;
    case "srcip":
      return edge.source % count;
    case "random":
      return Math.floor(random() * count);
  }
}

/**
 * An address as the number that `srcip` divides: an IPv4 address, or the last
 * four bytes of an IPv6 address, big-endian.
 *
 * @param addr The address.
 * @returns An unsigned 32-bit number; 0 where the network has no addresses.
 */
export function sourceNumber(addr: PeerAddress): number {
  if (addr.network !== "tcp") return 0;
  const host = addr.hostname;
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(host);
  if (dotted !== null) {
    return dotted.slice(1).reduce((sum, part) => sum * 256 + Number(part), 0);
  }
  if (!host.includes(":")) return 0;
  // `::` stands for as many zero groups as are missing.
  const [head, tail] = host.split("%")[0]!.split("::");
  const before = head === "" ? [] : head!.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = tail === undefined ? before : [
    ...before,
    ...new Array(8 - before.length - after.length).fill("0"),
    ...after,
  ];
  const [high = "0", low = "0"] = groups.slice(-2);
  return parseInt(high, 16) * 65_536 + parseInt(low, 16);
}
