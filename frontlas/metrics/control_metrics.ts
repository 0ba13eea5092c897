/**
 * Metrics of those who look the directory up.
 *
 * @module
 */

import type { Metric } from "@frontier/platform/metrics";
import type { MetricSources } from "./sources.ts";

/**
 * @param sources Where they are read.
 * @returns Metrics of the control plane.
 */
export function controlMetrics({ frontlas }: MetricSources): Metric[] {
  const figures = () => frontlas.control?.figures;
  return [
    {
      name: "frontlas_control_calls_total",
      help:
        "Calls of the control plane that have ended, by method and status code of gRPC, over REST as well; the code is in words, or OK",
      type: "counter",
      labels: ["method", "code"],
      read: (emit) => {
        for (const [method, code, count] of figures()?.calls.counts() ?? []) {
          emit(count, method, code);
        }
      },
    },
    {
      name: "frontlas_control_call_duration_seconds",
      help:
        "Time of calls of the control plane, the wait for their turn included; watches are not among them",
      type: "histogram",
      labels: ["method"],
      read: (emit) => {
        for (const [method, spans] of figures()?.calls.spans() ?? []) {
          emit(spans, method);
        }
      },
    },
    {
      name: "frontlas_control_connections",
      help: "Connections to the control plane",
      type: "gauge",
      read: (emit) => emit(figures()?.connections),
    },
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
        "Answers about the directory, by where they came from: asked (the store), shared (with somebody who asked the same at that moment), stale (kept from before, for the store does not answer), missing (there was none)",
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
