/**
 * Registers as operations.
 *
 * @module
 */

import {
  type FrameReader,
  FrontierError,
  type Link,
  type Session,
  TYPE_REGISTER,
} from "@frontier/proto";
import type { Waiter } from "./exchange.ts";
import { Operation } from "./operation.ts";

const encoder = new TextEncoder();

/** A method that waits until the gateway routes calls to it. */
export class Register extends Operation {
  /** Its name. */
  readonly method: string;
  readonly #waiter: Waiter<void>;

  /**
   * Prepares a register.
   *
   * @param method Its name.
   * @param timeoutMs Milliseconds it may take.
   * @param signal Gives up when aborted.
   * @param waiter Who waits.
   */
  constructor(
    method: string,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    waiter: Waiter<void>,
  ) {
    super(timeoutMs, signal);
    this.method = method;
    this.#waiter = waiter;
  }

  /** @inheritdoc */
  override get what(): string {
    return `register ${this.method}`;
  }

  /** @inheritdoc */
  override get bytes(): number {
    return this.method.length;
  }

  /** @inheritdoc */
  override prepare(): void {
    // A name alone never is too large to wait.
  }

  /** Tells the caller that the method is routable. */
  succeed(): void {
    if (this.settle()) this.#waiter.resolve();
  }

  protected override write(link: Link, session: Session): void {
    const name = encoder.encode(this.method);
    if (name.length + 8 > link.settings.maxPayload) {
      throw new FrontierError(
        "payload-too-large",
        `Cannot register a method whose name has ${name.length} bytes`,
      );
    }
    link.writeBody(session, TYPE_REGISTER, this.idHi, this.idLo, name);
  }

  protected override answer(_link: Link, _frame: FrameReader): void {
    this.#waiter.resolve();
  }

  protected override reject(error: FrontierError): void {
    this.#waiter.reject(error);
  }
}
