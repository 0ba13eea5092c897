/**
 * Settings that are one of a few words.
 *
 * @module
 */

/** The values of {@linkcode HashBy}. */
export const HASHES: readonly HashBy[] = ["edgeid", "srcip", "random"];

/**
 * How one of several services is chosen for an edge's call, message or stream:
 * by the edge's id, by its source address, or at random for each one.
 */
export type HashBy = "edgeid" | "srcip" | "random";

/** The values of {@linkcode ReaskIds}. */
export const REASK_IDS: readonly ReaskIds[] = ["ours", "all", "off"];

/**
 * Which edges that got an id of the gateway's own, because no service could be
 * asked, are asked for again when one registers `get_edge_id`: those that
 * understand a request to reconnect under another id, all of them (a Go edge's
 * connection is closed), or none.
 */
export type ReaskIds = "ours" | "all" | "off";

/** The values of {@linkcode ForwardDeadlines}. */
export const FORWARD_DEADLINES: readonly ForwardDeadlines[] = [
  "services",
  "all",
  "none",
];

/**
 * To whom without our extensions a caller's time limit travels as a deadline by
 * the gateway's clock: to services, whose clocks agree with the gateway's in
 * practice; to all, edges included; or to nobody.
 */
export type ForwardDeadlines = "services" | "all" | "none";
