/**
 * Metrics of the link to the directory of a cluster.
 *
 * @module
 */

import type { Metric } from "@frontier/platform/metrics";
import type { ClusterCounts, ClusterStatus } from "../cluster/status.ts";

/** The link, for {@linkcode clusterMetrics}. */
export interface ClusterSource {
  /** What it is doing. */
  readonly status: ClusterStatus;
  /** What is counted. */
  readonly counts: ClusterCounts;
}

/**
 * @param link The link; there are no such metrics without one.
 * @returns Its metrics.
 */
export function clusterMetrics(link: ClusterSource | undefined): Metric[] {
  if (link === undefined) return [];
  const { counts } = link;
  return [
    {
      name: "frontier_cluster_up",
      help: "Whether there is a link to the directory of the cluster: 1 or 0",
      type: "gauge",
      read: (emit) => emit(link.status.state === "up" ? 1 : 0),
    },
    {
      name: "frontier_cluster_synced",
      help:
        "Whether the directory knows of everybody who was here when the link came up: 1 or 0",
      type: "gauge",
      read: (emit) => emit(link.status.synced ? 1 : 0),
    },
    {
      name: "frontier_cluster_pending",
      help:
        "Peers that have come or gone and that the directory has not confirmed",
      type: "gauge",
      read: (emit) => emit(link.status.pending),
    },
    {
      name: "frontier_cluster_acknowledged_timestamp_seconds",
      help: "When the directory last confirmed something; 0 before that",
      type: "gauge",
      read: (emit) => emit(link.status.acknowledgedMs / 1_000),
    },
    {
      name: "frontier_cluster_links_total",
      help: "Times that a directory has taken the gateway",
      type: "counter",
      read: (emit) => emit(counts.links),
    },
    {
      name: "frontier_cluster_link_failures_total",
      help: "Attempts to connect to a directory that came to nothing",
      type: "counter",
      read: (emit) => emit(counts.failures),
    },
    {
      name: "frontier_cluster_events_total",
      help:
        "Peers that came, went or were told of again, as far as a directory has confirmed it",
      type: "counter",
      read: (emit) => emit(counts.events),
    },
    {
      name: "frontier_cluster_refused_reports_total",
      help: "Reports that a directory did not take",
      type: "counter",
      read: (emit) => emit(counts.refusals),
    },
    {
      name: "frontier_cluster_resyncs_total",
      help:
        "Times everything was told from the beginning, the first of each link included",
      type: "counter",
      read: (emit) => emit(counts.resyncs),
    },
    {
      name: "frontier_cluster_evictions_total",
      help: "Edges closed here because they are connected to another gateway",
      type: "counter",
      read: (emit) => emit(counts.evictions),
    },
  ];
}
