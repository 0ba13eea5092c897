/**
 * Finds out whether there is a tracer, and loads it.
 *
 * @module
 */

import type { Tracer } from "./tracer.ts";

/** Where `@opentelemetry/api`, of whatever copy, keeps what was registered. */
const REGISTERED = Symbol.for("opentelemetry.js.api.1");

/**
 * Tells whether anybody collects spans: Deno with `OTEL_DENO=true`, or a
 * program that has registered a tracer provider with `@opentelemetry/api` 1.
 *
 * @returns Whether there is somebody now.
 */
export function isTracing(): boolean {
  const registered: unknown = Reflect.get(globalThis, REGISTERED);
  return typeof registered === "object" && registered !== null &&
    "trace" in registered;
}

/**
 * Loads the tracer.
 *
 * @returns The tracer; `undefined`, and nothing is loaded, while nobody collects
 * spans.
 */
export async function loadTracer(): Promise<Tracer | undefined> {
  if (!isTracing()) return undefined;
  const { OpenTelemetryTracer } = await import("./open_telemetry.ts");
  return new OpenTelemetryTracer();
}
