/**
 * Metrics of the store of a cluster, and of what is in it.
 *
 * @module
 */

import type { Metric } from "@frontier/platform/metrics";
import { MeasuredStore } from "./measured_store.ts";
import type { MetricSources } from "./sources.ts";
import {
  OPERATIONS,
  STORE_OUTCOMES,
  type StoreFigures,
} from "./store_figures.ts";

/**
 * @param sources Where they are read.
 * @returns Metrics of the store.
 */
export function storeMetrics({ store, frontlas }: MetricSources): Metric[] {
  const figures: StoreFigures | undefined = store instanceof MeasuredStore
    ? store.figures
    : undefined;
  const cluster = () => frontlas.control?.figures.cluster;
  return [
    {
      name: "frontlas_frontiers",
      help:
        "Gateways of the whole cluster that are alive, as the store last said; every Frontlas tells the same",
      type: "gauge",
      read: (emit) => emit(cluster()?.frontiers),
    },
    {
      name: "frontlas_peers",
      help:
        "Edges and services (once for each gateway) of the whole cluster, as the store last said; every Frontlas tells the same",
      type: "gauge",
      labels: ["side"],
      read: (emit) => {
        emit(cluster()?.edges, "edge");
        emit(cluster()?.services, "service");
      },
    },
    {
      name: "frontlas_view_age_seconds",
      help: "How long ago the store last said who is alive",
      type: "gauge",
      read: (emit) => {
        const age = cluster()?.ageMs;
        emit(age === undefined ? undefined : age / 1_000);
      },
    },
    {
      name: "frontlas_store_info",
      help:
        "Always 1; what keeps the records, and how edges die with their gateway",
      type: "gauge",
      labels: ["kind", "presence"],
      read: (emit) => emit(1, store.kind, store.mode),
    },
    {
      name: "frontlas_store_up",
      help: "Whether the store answers: 1 or 0",
      type: "gauge",
      read: (emit) => emit(store.state === "up" ? 1 : 0),
    },
    {
      name: "frontlas_store_calls_total",
      help:
        "Questions to the store, by outcome: ok, unavailable (it did not answer in time), failed",
      type: "counter",
      labels: ["operation", "outcome"],
      read: (emit) => {
        for (const operation of OPERATIONS) {
          const counts = figures?.counts(operation);
          for (const outcome of STORE_OUTCOMES) {
            emit(counts?.[outcome], operation, outcome);
          }
        }
      },
    },
    {
      name: "frontlas_store_call_duration_seconds",
      help: "Time until the store answered, or was given up",
      type: "histogram",
      labels: ["operation"],
      read: (emit) => {
        for (const operation of OPERATIONS) {
          emit(figures?.spans(operation), operation);
        }
      },
    },
  ];
}
