/**
 * Handles of operations that are waited for later.
 *
 * @module
 */

import type { Operation } from "./operation.ts";
import type { Reply } from "./reply.ts";

/** An operation that was begun and is waited for later, or never. */
export abstract class AsyncOperation<T> {
  /** The outcome. A failure that nobody waits for is not reported as unhandled. */
  readonly result: Promise<T>;
  readonly #operation: Operation;

  /**
   * Wraps an operation that has begun.
   *
   * @param operation The operation.
   * @param result Its outcome.
   */
  constructor(operation: Operation, result: Promise<T>) {
    this.#operation = operation;
    this.result = result;
    result.catch(() => {});
  }

  /** Whether it has ended. */
  get done(): boolean {
    return this.#operation.settled;
  }

  /**
   * Gives it up; nothing happens when it has ended.
   *
   * @param reason Why; the cause of the error.
   */
  cancel(reason?: unknown): void {
    this.#operation.cancel(reason);
  }
}

/** A call under way. */
export class AsyncCall extends AsyncOperation<Reply> {
  /** The method called. */
  readonly method: string;

  /**
   * Wraps a call that has begun.
   *
   * @param method The method called.
   * @param operation The call.
   * @param result Its outcome.
   */
  constructor(method: string, operation: Operation, result: Promise<Reply>) {
    super(operation, result);
    this.method = method;
  }
}

/** A publish under way. */
export class AsyncPublish extends AsyncOperation<void> {
  /** The topic of the message. */
  readonly topic: string;

  /**
   * Wraps a publish that has begun.
   *
   * @param topic The topic of the message.
   * @param operation The publish.
   * @param result Its outcome.
   */
  constructor(topic: string, operation: Operation, result: Promise<void>) {
    super(operation, result);
    this.topic = topic;
  }
}
