/**
 * Metrics for Prometheus, and the port where they are read. Nothing here is loaded unless a program asks for it.
 *
 * Permissions: `--allow-net` for the port; open files are counted with `--allow-all` only, all else needs none.
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
