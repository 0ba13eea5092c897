/**
 * All metrics of a gateway.
 *
 * @module
 */

import { controlPortMetrics, type Metric } from "@frontier/platform/metrics";
import { clusterMetrics } from "./cluster_metrics.ts";
import { peerMetrics } from "./peer_metrics.ts";
import type { MetricSources } from "./sources.ts";
import { stateMetrics } from "./state_metrics.ts";
import { trafficMetrics } from "./traffic_metrics.ts";

/**
 * @param sources Where they are read.
 * @returns The metrics, without those of the process.
 */
export function gatewayMetrics(sources: MetricSources): Metric[] {
  return [
    ...trafficMetrics(sources),
    ...peerMetrics(sources),
    ...stateMetrics(sources),
    ...clusterMetrics(sources.cluster),
    ...controlPortMetrics("frontier", sources.control),
  ];
}
