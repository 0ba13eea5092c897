/**
 * Operations that wait for a connection.
 *
 * @module
 */

import { FrontierError, Timer, type Timers } from "@frontier/proto";
import type { ClientLimits } from "../limits.ts";
import type { Operation, Queue } from "@frontier/endpoint/internal";

/** A queue bounded in number and bytes, in which each one's time runs. */
export class WaitingQueue implements Queue {
  /** Each with the bytes it is accounted with: what it holds changes when it is sent. */
  readonly #operations = new Map<Operation, number>();
  readonly #limits: ClientLimits;
  readonly #timers: Timers;
  readonly #timer: Timer = new Timer(() => this.#expire());
  #bytes = 0;

  /**
   * Starts empty.
   *
   * @param limits Bounds.
   * @param timers The clock.
   */
  constructor(limits: ClientLimits, timers: Timers) {
    this.#limits = limits;
    this.#timers = timers;
  }

  /** How many wait. */
  get size(): number {
    return this.#operations.size;
  }

  /**
   * Keeps an operation; rejects it when there is no room or it is too large to
   * be sent at all.
   *
   * @param operation What waits; its time runs from now on.
   * @param maxPayload Largest payload that can be sent later, in bytes.
   */
  add(operation: Operation, maxPayload: number): void {
    // Before it is encoded, which may be much work for nothing.
    if (!this.#hasRoom(operation.bytes)) {
      operation.fail(full(operation));
      return;
    }
    try {
      operation.prepare(maxPayload);
    } catch (error) {
      operation.fail(FrontierError.from(error));
      return;
    }
    // Text has more bytes than characters.
    const { bytes } = operation;
    if (!this.#hasRoom(bytes)) {
      operation.fail(full(operation));
      return;
    }
    operation.deadline = this.#timers.now() + operation.timeoutMs;
    operation.queue = this;
    this.#operations.set(operation, bytes);
    this.#bytes += bytes;
    const { deadline } = operation;
    if (
      deadline < Infinity && (!this.#timer.armed || deadline < this.#timer.at)
    ) {
      this.#timers.set(this.#timer, deadline);
    }
  }

  /** @inheritdoc */
  remove(operation: Operation): void {
    const bytes = this.#operations.get(operation);
    if (bytes === undefined) return;
    this.#operations.delete(operation);
    operation.queue = undefined;
    this.#bytes -= bytes;
    if (this.#operations.size === 0) this.#timers.clear(this.#timer);
  }

  /** @returns All that waited, in order; the queue is empty then. */
  takeAll(): Operation[] {
    const operations = [...this.#operations.keys()];
    for (const operation of operations) this.remove(operation);
    return operations;
  }

  #hasRoom(bytes: number): boolean {
    const { waiting, waitingBytes } = this.#limits;
    return this.#operations.size < waiting &&
      this.#bytes + bytes <= waitingBytes;
  }

  #expire(): void {
    const now = this.#timers.now();
    let next = Infinity;
    for (const operation of [...this.#operations.keys()]) {
      if (operation.deadline <= now) {
        operation.fail(
          new FrontierError(
            "timeout",
            `Cannot ${operation.what}: no connection within ${
              Math.ceil(operation.timeoutMs)
            } ms`,
            { retryable: true },
          ),
        );
      } else if (operation.deadline < next) next = operation.deadline;
    }
    if (next < Infinity) this.#timers.set(this.#timer, next);
  }
}

function full(operation: Operation): FrontierError {
  return new FrontierError(
    "short-buffer",
    `Cannot ${operation.what}: too much waits for a connection already`,
  );
}
