/**
 * All metrics of a Frontlas.
 *
 * @module
 */

import { FRONTIER_VERSION } from "@frontier/platform/internal";
import { type Metric, programMetrics } from "@frontier/platform/metrics";
import { controlMetrics } from "./control_metrics.ts";
import { gatewayMetrics } from "./gateway_metrics.ts";
import type { MetricSources } from "./sources.ts";
import { storeMetrics } from "./store_metrics.ts";

/**
 * @param sources Where they are read.
 * @returns What a Frontlas says of itself.
 */
export function ownMetrics(sources: MetricSources): Metric[] {
  return programMetrics({
    prefix: "frontlas",
    version: FRONTIER_VERSION,
    whenReady: "Frontlas runs and its store answers",
    readiness: sources.frontlas.readiness,
    logged: sources.logged,
  });
}

/**
 * @param sources Where they are read.
 * @returns The metrics, without those of the process.
 */
export function directoryMetrics(sources: MetricSources): Metric[] {
  return [
    ...storeMetrics(sources),
    ...gatewayMetrics(sources),
    ...controlMetrics(sources),
    ...ownMetrics(sources),
  ];
}
