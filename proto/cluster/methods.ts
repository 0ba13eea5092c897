/**
 * The names of what is called on a cluster's link.
 *
 * @module
 */

/** What a directory answers to any gateway, in the order in which Go's registers it. */
export const REPORT_METHODS = [
  "edge_online",
  "edge_offline",
  "edge_heartbeat",
  "service_online",
  "service_offline",
  "service_heartbeat",
  "frontier_stats",
] as const;

/** One of {@linkcode REPORT_METHODS}. */
export type ReportMethod = typeof REPORT_METHODS[number];

/** Gateway of ours to directory of ours: what holds on this link. */
export const METHOD_HELLO = "cluster_hello";
/** Gateway of ours to directory of ours: a batch of events. */
export const METHOD_PRESENCE = "presence";
/** Directory of ours to gateway of ours: edges that are connected elsewhere by now. */
export const METHOD_EVICT = "edge_evict";
/** Directory of ours to gateway of ours: tell everything again. */
export const METHOD_RESYNC = "presence_resync";
