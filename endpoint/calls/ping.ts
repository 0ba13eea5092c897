/**
 * Measuring the way to the peer and back.
 *
 * @module
 */

import {
  type FrontierError,
  type Link,
  TYPE_HEARTBEAT,
  TYPE_HEARTBEAT_ACK,
} from "@frontier/proto/internal";
import type { Waiter } from "./data_operation.ts";
import { Operation } from "./operation.ts";

/** A heartbeat whose answer is waited for. Only the side that dialled may send one. */
export class Ping extends Operation {
  override answerType: number = TYPE_HEARTBEAT_ACK;
  readonly #waiter: Waiter<number>;
  #sentAt = 0;

  /**
   * Prepares a heartbeat.
   *
   * @param timeoutMs Milliseconds the answer may take.
   * @param signal Gives up when aborted.
   * @param waiter Gets the milliseconds it took.
   */
  constructor(
    timeoutMs: number,
    signal: AbortSignal | undefined,
    waiter: Waiter<number>,
  ) {
    super(timeoutMs, signal);
    this.#waiter = waiter;
  }

  /** @inheritdoc */
  override get what(): string {
    return "measure the round trip";
  }

  /** @inheritdoc */
  override get bytes(): number {
    return 0;
  }

  /** @inheritdoc */
  override prepare(): void {
    // There is nothing that the caller may change.
  }

  protected override write(link: Link): void {
    this.#sentAt = performance.now();
    link.commitFrame(TYPE_HEARTBEAT, this.idHi, this.idLo, link.outbox.open(0));
  }

  protected override answer(): void {
    this.#waiter.resolve(performance.now() - this.#sentAt);
  }

  protected override reject(error: FrontierError): void {
    this.#waiter.reject(error);
  }
}
