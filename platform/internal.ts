/**
 * What the programs of Frontier itself share: the driver of connections, pauses
 * between attempts, reports that repeat. Not covered by semantic versioning; what
 * is, stands in `mod.ts`.
 *
 * @example One more attempt, after a pause that others do not share
 * ```ts
 * import { after, Backoff, deferred } from "@frontier/platform/internal";
 * import { assertEquals } from "@std/assert";
 *
 * const backoff = new Backoff({ minDelayMs: 10, firstDelayMs: 20 });
 * const connected = deferred<string>();
 * let attempts = 0;
 *
 * function attempt(): void {
 *   if (++attempts === 2) connected.resolve("connected");
 *   else after(backoff.next(), attempt);
 * }
 * attempt();
 * assertEquals(await connected.promise, "connected");
 * assertEquals(attempts, 2);
 * ```
 *
 * @module
 */

export * from "./file_watch.ts";
export * from "./accept_again.ts";
export * from "./after.ts";
export * from "./metrics/buckets.ts";
export * from "./backoff.ts";
export * from "./deferred.ts";
export * from "./describe_error.ts";
export * from "./driver.ts";
export * from "./log/mod.ts";
export * from "./memory_transport.ts";
export * from "./nearest.ts";
export * from "./log/stranger_log.ts";
export * from "./log/repeat_log.ts";
export * from "./stray_errors.ts";
export * from "./system_timers.ts";
export * from "./tcp.ts";
export * from "./transport.ts";
export * from "./version.ts";
export * from "./when_aborted.ts";
export type * from "@frontier/proto/internal";
