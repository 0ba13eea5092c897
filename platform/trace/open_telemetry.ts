/**
 * Spans of `@opentelemetry/api`, named as OpenTelemetry's semantic conventions
 * name those of calls and messages.
 *
 * @module
 */

import {
  type Context,
  context,
  ROOT_CONTEXT,
  type Span as ApiSpan,
  SpanKind as ApiKind,
  SpanStatusCode,
  trace,
  type Tracer as ApiTracer,
} from "@opentelemetry/api";
import type { Span, SpanKind, SpanTags, Tracer } from "./tracer.ts";

const SYSTEM = "frontier";

const KINDS: Readonly<Record<SpanKind, ApiKind>> = {
  client: ApiKind.CLIENT,
  server: ApiKind.SERVER,
  producer: ApiKind.PRODUCER,
  consumer: ApiKind.CONSUMER,
};

/** What is done with a message, by whose part it is: the verb, and its type. */
const MESSAGE_WORK: Readonly<Record<SpanKind, readonly [string, string]>> = {
  client: ["publish", "send"],
  producer: ["publish", "send"],
  server: ["relay", "send"],
  consumer: ["process", "process"],
};

/** The context that a `traceparent` of our own wire stands for; that one is valid, or empty. */
function contextOf(traceparent: string | undefined): Context {
  if (traceparent === undefined) return context.active();
  if (traceparent === "") return ROOT_CONTEXT;
  const [, traceId, spanId, flags] = traceparent.split("-");
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: traceId!,
    spanId: spanId!,
    traceFlags: parseInt(flags!, 16),
    isRemote: true,
  });
}

/** A span of the API, and the context it makes. */
class OpenTelemetrySpan implements Span {
  readonly traceparent: string;
  readonly #span: ApiSpan;
  readonly #context: Context;
  #over = false;

  constructor(span: ApiSpan, parent: Context) {
    this.#span = span;
    this.#context = trace.setSpan(parent, span);
    const { traceId, spanId, traceFlags } = span.spanContext();
    const flags = traceFlags.toString(16).padStart(2, "0");
    this.traceparent = `00-${traceId}-${spanId}-${flags}`;
  }

  run<T>(action: () => T): T {
    return context.with(this.#context, action);
  }

  fail(type: string, message: string): void {
    if (this.#over) return;
    this.#span.setAttribute("error.type", type);
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message });
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#span.end();
  }
}

/** A {@linkcode Tracer} over whatever provider is registered with the API. */
export class OpenTelemetryTracer implements Tracer {
  readonly #tracer: ApiTracer = trace.getTracer(SYSTEM);

  /** @inheritdoc */
  call(kind: SpanKind, method: string, parent?: string, tags?: SpanTags): Span {
    return this.#start(kind, method === "" ? "call" : method, parent, {
      "rpc.system": SYSTEM,
      "rpc.method": method,
      ...tags,
    });
  }

  /** @inheritdoc */
  message(
    kind: SpanKind,
    topic: string,
    parent?: string,
    tags?: SpanTags,
  ): Span {
    const [verb, type] = MESSAGE_WORK[kind];
    return this.#start(kind, topic === "" ? verb : `${verb} ${topic}`, parent, {
      "messaging.system": SYSTEM,
      "messaging.operation.name": verb,
      "messaging.operation.type": type,
      ...(topic !== "" && { "messaging.destination.name": topic }),
      ...tags,
    });
  }

  /** @inheritdoc */
  stream(kind: SpanKind, peer: string, parent?: string, tags?: SpanTags): Span {
    // Whom it is for may be the id of one edge: too much for a name.
    return this.#start(kind, "open stream", parent, {
      "rpc.system": SYSTEM,
      ...(peer !== "" && { "frontier.stream.peer": peer }),
      ...tags,
    });
  }

  #start(
    kind: SpanKind,
    name: string,
    parent: string | undefined,
    attributes: SpanTags,
  ): Span {
    const within = contextOf(parent);
    const options = { kind: KINDS[kind], attributes };
    return new OpenTelemetrySpan(
      this.#tracer.startSpan(name, options, within),
      within,
    );
  }
}
