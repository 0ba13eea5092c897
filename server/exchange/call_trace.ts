/**
 * The spans of a gateway.
 *
 * @module
 */

import {
  type DataBody,
  FrontierError,
  type Link,
} from "@frontier/proto/internal";
import type { Span, Tracer } from "@frontier/platform/trace";
import type { Call, CallTrace } from "./call.ts";

/**
 * Notes which trace a call belongs to, and begins its span.
 *
 * @param call One that has begun and was not offered to anybody.
 * @param body What came.
 * @param tracer Begins spans; without it the context is passed on as it came.
 */
export function traceCall(
  call: Call,
  body: DataBody,
  tracer: Tracer | undefined,
): void {
  const { kind, link } = call.source!;
  const came = link.trace ? body.traceText() : "";
  if (tracer === undefined) {
    if (came !== "") call.trace = { context: came, span: undefined };
    return;
  }
  const tags = { "frontier.source": kind };
  const span = call.kind === "request"
    ? tracer.call("server", body.methodText(), came, tags)
    : tracer.message("server", body.topicText(), came, tags);
  call.trace = { context: span.traceparent, span };
}

/**
 * The target has answered.
 *
 * @param trace The trace of what it answered.
 * @param body The answer.
 * @param from The connection that answered.
 */
export function showAnswer(
  { span }: CallTrace,
  body: DataBody,
  from: Link,
): void {
  if (span === undefined || body.errorEnd === body.errorStart) return;
  const { verdict } = from;
  const text = body.errorText();
  const { code } = FrontierError.fromWire(text, verdict, body.verdict);
  span.fail(code, text);
}

/**
 * There is no answer.
 *
 * @param span The span of what was asked; `undefined` where nobody traces.
 * @param reason Why, in the text of the wire.
 */
export function showFailure(span: Span | undefined, reason: string): void {
  span?.fail(FrontierError.fromWire(reason).code, reason);
}
