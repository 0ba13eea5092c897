/**
 * Metrics of those who look the directory up.
 *
 * @module
 */

import { controlPortMetrics, type Metric } from "@frontier/platform/metrics";
import type { MetricSources } from "./sources.ts";

/**
 * @param sources Where they are read.
 * @returns Metrics of the control plane.
 */
export function controlMetrics({ frontlas }: MetricSources): Metric[] {
  const figures = () => frontlas.control?.figures;
  return [
    ...controlPortMetrics("frontlas", figures),
    {
      name: "frontlas_watchers",
      help: "Those who follow the gateways",
      type: "gauge",
      read: (emit) => emit(figures()?.watchers.size),
    },
    {
      name: "frontlas_watches_total",
      help: "Watches of the gateways that have begun",
      type: "counter",
      read: (emit) => emit(figures()?.watchers.began),
    },
    {
      name: "frontlas_answers_total",
      help:
        "Answers about the directory, by where they came from: asked (the store), shared (with somebody who asked the same at that moment), stale (kept from before, for the store does not answer), missing (there was none), untold (not recorded, while gateways had not told everything yet: the answer was UNAVAILABLE)",
      type: "counter",
      labels: ["source"],
      read: (emit) => {
        for (const [name, count] of Object.entries(figures()?.answers ?? {})) {
          emit(count, name);
        }
      },
    },
    {
      name: "frontlas_answers_kept",
      help: "Answers kept for the time when the store does not answer",
      type: "gauge",
      read: (emit) => emit(figures()?.kept),
    },
  ];
}
