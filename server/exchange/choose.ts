/**
 * Chooses one of several services.
 *
 * @module
 */

import type { PeerAddress } from "@frontier/platform";
import type { EdgePeer } from "../directory/peer.ts";
import type { Route, RouteSet } from "../directory/route.ts";

/** What the choice depends on. */
export type HashBy = "edgeid" | "srcip" | "random";

/**
 * Chooses one of `count` candidates for an edge. Source: the behaviour of the
 * original, `exchange.hashby`.
 *
 * @param count How many candidates there are; at least 1.
 * @param hashBy What the choice depends on.
 * @param edge Whose id or address decides, by the rule.
 * @param random Returns a number from 0 to 1, 1 excluded.
 * @returns An index below `count`.
 */
export function chooseIndex(
  count: number,
  hashBy: HashBy,
  edge: Pick<EdgePeer, "idHi" | "idLo" | "source">,
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
 * Chooses one of the routes that answer to the same thing. With `random`, calls
 * and streams go to any of them; the messages of one edge to one topic stay with
 * one, chosen at random for that edge, as long as the routes stay the same:
 * their order is promised.
 */
export class Chooser {
  readonly #hashBy: HashBy;
  readonly #random: () => number;
  readonly #salt: number;

  /**
   * @param hashBy What the choice depends on.
   * @param random Returns a number from 0 to 1, 1 excluded.
   */
  constructor(hashBy: HashBy, random: () => number) {
    this.#hashBy = hashBy;
    this.#random = random;
    this.#salt = (random() * 0x1_0000_0000) >>> 0;
  }

  /**
   * Chooses for a call or a stream.
   *
   * @param set The routes.
   * @param edge Who asks.
   * @returns One of them.
   */
  choose({ routes }: RouteSet, edge: EdgePeer): Route {
    const count = routes.length;
    return preferred(
      routes,
      chooseIndex(count, this.#hashBy, edge, this.#random),
    );
  }

  /**
   * Chooses for a message.
   *
   * @param set The routes.
   * @param edge Who publishes.
   * @returns One of them; the same one for the same edge and routes.
   */
  chooseForMessage(set: RouteSet, edge: EdgePeer): Route {
    if (this.#hashBy !== "random") return this.choose(set, edge);
    const { routes } = set;
    // Ids may be consecutive: mixed, they choose as evenly as chance.
    return preferred(
      routes,
      mix(edge.idLo ^ mix(edge.idHi ^ this.#salt)) % routes.length,
    );
  }
}

/** The route at an index, or the next one that is not about to leave. */
function preferred(routes: readonly Route[], index: number): Route {
  const route = routes[index]!;
  if (!route.target.draining) return route;
  for (let i = 1; i < routes.length; i++) {
    const other = routes[(index + i) % routes.length]!;
    if (!other.target.draining) return other;
  }
  return route;
}

/** Spreads a 32-bit number; the finalizer of MurmurHash3. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
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
