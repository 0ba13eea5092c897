/**
 * Traces by OpenTelemetry: spans for calls, messages and the opening of
 * streams. `@opentelemetry/api` is loaded when a program asks for a tracer, and
 * it asks only where the runtime or the program itself has one: with
 * `OTEL_DENO=true` Deno has.
 *
 * Permissions: none. The runtime itself reads `OTEL_*` and sends the spans.
 *
 * @module
 */

export { isTracing, loadTracer } from "./load.ts";
export type { Span, SpanKind, SpanTags, Tracer } from "./tracer.ts";
