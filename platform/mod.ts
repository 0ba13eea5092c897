/**
 * Everything that touches the outside and that more than one program of
 * Frontier needs: transports, the clock, the log.
 *
 * @module
 */

export * from "./after.ts";
export * from "./metrics/buckets.ts";
export * from "./backoff.ts";
export * from "./describe_error.ts";
export * from "./driver.ts";
export * from "./log/mod.ts";
export * from "./memory_transport.ts";
export * from "./nearest.ts";
export * from "./log/stranger_log.ts";
export * from "./log/repeat_log.ts";
export * from "./system_timers.ts";
export * from "./tcp.ts";
export * from "./transport.ts";
export type * from "@frontier/proto";
