/**
 * Traces by OpenTelemetry: spans for calls, messages and the opening of
 * streams. `@opentelemetry/api` is loaded when a program asks for a tracer, and
 * it asks only where the runtime or the program itself has one: with
 * `OTEL_DENO=true` Deno has.
 *
 * Permissions: none. The runtime itself reads `OTEL_*` and sends the spans.
 *
 * @example A span around a call, where somebody collects spans
 * ```ts
 * import { isTracing, loadTracer } from "@frontier/platform/trace";
 * import { assertEquals } from "@std/assert";
 *
 * const tracer = await loadTracer();
 * assertEquals(tracer !== undefined, isTracing());
 *
 * function greet(name: string): string {
 *   const span = tracer?.call("client", "greet");
 *   try {
 *     return `hello ${name}`;
 *   } finally {
 *     span?.end();
 *   }
 * }
 * assertEquals(greet("edge"), "hello edge");
 * ```
 *
 * @module
 */

export { isTracing, loadTracer } from "./load.ts";
export type { Span, SpanKind, SpanTags, Tracer } from "./tracer.ts";
