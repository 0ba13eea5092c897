/**
 * Handlers whose runs are traced.
 *
 * @module
 */

import { FrontierError } from "@frontier/proto";
import type { Span, Tracer } from "@frontier/platform/trace";
import type { Payload } from "../payload.ts";
import type { Method } from "./method_table.ts";

/**
 * Makes the method of one call: its handler runs inside a span of its own.
 *
 * @param method What was called.
 * @param tracer Begins the span, when the handler is called.
 * @param parent The context that came with the call; empty for none.
 * @returns The same method, for this call only.
 */
export function tracedMethod(
  method: Method,
  tracer: Tracer,
  parent: string,
): Method {
  return {
    ...method,
    handler: (request, context) => {
      const span = tracer.call("server", method.name, parent);
      return endWith(span, () => method.handler(request, context));
    },
  };
}

type Result = Payload | void | PromiseLike<Payload | void>;

/** Runs code inside a span, which ends when the code has: now or, when it returns a promise, later. */
function endWith(span: Span, action: () => Result): Result {
  let result: Result;
  try {
    result = span.run(action);
  } catch (error) {
    throw failed(span, error);
  }
  if (
    typeof (result as PromiseLike<unknown> | undefined)?.then !== "function"
  ) {
    span.end();
    return result;
  }
  return (result as PromiseLike<Payload | void>).then(
    (data) => {
      span.end();
      return data;
    },
    (error) => {
      throw failed(span, error);
    },
  );
}

function failed(span: Span, error: unknown): unknown {
  const { code, message } = FrontierError.from(error);
  span.fail(code, message);
  span.end();
  return error;
}
