/**
 * Which of two connections with one id is the newer.
 *
 * @module
 */

/**
 * Names one connection of an edge or a service within a cluster. Two
 * connections of one gateway never share a stamp.
 */
export interface Stamp {
  /** When it went online: milliseconds by the clock of the cluster. */
  readonly since: number;
  /** A count of the gateway's process, from 0 to 2^32 - 1. */
  readonly seq: number;
}

/** A stamp and the gateway that gave it. */
export interface OwnedStamp extends Stamp {
  /** Id of the gateway. */
  readonly frontierId: string;
}

/**
 * Orders connections of one id: the newer one counts.
 *
 * @param a One connection.
 * @param b Another.
 * @returns Below 0 when `a` is older, above 0 when `a` is newer, 0 when both are one.
 */
export function compareStamps(a: OwnedStamp, b: OwnedStamp): number {
  return a.since - b.since ||
    (a.frontierId < b.frontierId ? -1 : a.frontierId > b.frontierId ? 1 : 0) ||
    a.seq - b.seq;
}
