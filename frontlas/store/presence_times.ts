/**
 * How long what a cluster's store holds lives, and how much of it there may be.
 *
 * @module
 */

/** Milliseconds that a gateway, an edge or a service counts as alive after its last sign of life: a Go directory has the same number in its code. */
export const LEASE_MS = 30_000;

/**
 * Milliseconds that an ended connection is remembered. Longer than an event
 * may be on its way: one that comes after its own end must not bring the
 * connection back.
 */
export const TOMBSTONE_MS = 120_000;

/** How many gateways may be alive at once: the part that a gateway has in the ids it gives is 12 bits. */
export const NUMBERS = 4_096;

/** Evictions that wait for one gateway, at most; what does not fit is found again when that gateway tells everything anew. */
export const MAILBOX = 10_000;

/** Milliseconds that evictions wait to be fetched. */
export const MAILBOX_MS = 300_000;

/** Members of a gateway that one part of the list has, about. */
export const MEMBERS_PART = 1_000;

/** How long the records of edges and services live without a sign of life, in milliseconds. */
export interface RecordTimes {
  /** Of an edge. */
  readonly edgeMs: number;
  /** Of a service. */
  readonly serviceMs: number;
}

/** What the configuration files that come with the Go edition say. */
export const USUAL_TIMES: RecordTimes = { edgeMs: 30_000, serviceMs: 30_000 };

/** Records of a part of a list when the reader does not say how many: Redis has the same number. */
export const USUAL_PAGE = 10;
