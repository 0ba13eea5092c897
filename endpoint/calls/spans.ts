/**
 * Spans of what this side asks for.
 *
 * @module
 */

import type { FrontierError } from "@frontier/proto";
import type { Span } from "@frontier/platform/trace";
import type { Waiter } from "./data_operation.ts";

/** Somebody who waits, and the span that ends when the wait does. */
export class SpanWaiter<T> implements Waiter<T> {
  /** Set before the operation is submitted. */
  span: Span | undefined = undefined;
  readonly #waiter: Waiter<T>;

  /**
   * @param waiter Who waits.
   */
  constructor(waiter: Waiter<T>) {
    this.#waiter = waiter;
  }

  /** @inheritdoc */
  resolve(value: T): void {
    this.span?.end();
    this.#waiter.resolve(value);
  }

  /** @inheritdoc */
  reject(error: FrontierError): void {
    this.span?.fail(error.code, error.message);
    this.span?.end();
    this.#waiter.reject(error);
  }
}
