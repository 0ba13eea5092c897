/**
 * Metrics for Prometheus, and the port where they are read. Nothing here is loaded unless a program asks for it.
 *
 * Permissions: `--allow-net` for the port; open files are counted with `--allow-all` only, all else needs none.
 *
 * @example A histogram on a port for Prometheus
 * ```ts
 * import { NULL_LOGGER } from "@frontier/platform/log";
 * import {
 *   Buckets,
 *   MetricRegistry,
 *   metricsPage,
 *   openHttpPort,
 * } from "@frontier/platform/metrics";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const calls = new Buckets([10, 100]);
 * const registry = new MetricRegistry();
 * registry.add({
 *   name: "call_seconds",
 *   help: "How long calls take",
 *   type: "histogram",
 *   read: (emit) => emit(calls),
 * });
 * await using port = await openHttpPort({
 *   hostname: "127.0.0.1",
 *   port: 0,
 *   pages: { "/metrics": metricsPage(registry) },
 *   log: NULL_LOGGER,
 * });
 * calls.add(25);
 * const answer = await fetch(`http://127.0.0.1:${port.addr.port}/metrics`);
 * assertStringIncludes(await answer.text(), 'call_seconds_bucket{le="0.1"} 1\n');
 * ```
 *
 * @module
 */

export {
  type HttpPort,
  type HttpPortOptions,
  openHttpPort,
  type Page,
  type PageAnswer,
  type PageRequest,
} from "../http/http_port.ts";
export { Buckets, LATENCY_BOUNDS, LIFETIME_BOUNDS } from "./buckets.ts";
export * from "./control_port_metrics.ts";
export * from "./event_loop_lag.ts";
export {
  type ObservabilityOptions,
  openObservability,
} from "./observability.ts";
export * from "./process_metrics.ts";
export * from "./program_metrics.ts";
export * from "./registry.ts";
export * from "./scrapes.ts";
