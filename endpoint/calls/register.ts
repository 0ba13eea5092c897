/**
 * Registers as operations.
 *
 * @module
 */

import {
  decodeDataBody,
  type FrameReader,
  FrontierError,
  type Link,
  type Session,
  TYPE_REGISTER,
} from "@frontier/proto/internal";
import type { Waiter } from "./data_operation.ts";
import { quoted } from "../check.ts";
import { utf8Length } from "../payload.ts";
import { Operation } from "./operation.ts";

const encoder = new TextEncoder();

/** A method that waits until the gateway routes calls to it. */
export class Register extends Operation {
  /** Its name. */
  readonly method: string;
  /** Whether the peer knows the method. */
  confirmed: boolean = false;
  /** Called once when it has ended. */
  onSettled: () => void = () => {};
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

  /** What it does, for messages. */
  override get what(): string {
    return `register method ${quoted(this.method)}`;
  }

  /** Bytes it holds while it waits. */
  override get bytes(): number {
    return utf8Length(this.method);
  }

  /** A name alone never is too large to wait. */
  override prepare(): void {
    // Nothing that the caller may change.
  }

  /** Tells the caller that the method is routable. */
  succeed(): void {
    this.confirmed = true;
    const { session } = this;
    if (session !== undefined) session.link.abandon(this);
    if (this.settle()) this.#waiter.resolve();
  }

  /** Waits for the answer to another register of the same method. */
  follow(link: Link, session: Session): void {
    this.expect(link, session);
  }

  /** Asks, after all, in place of the one it followed. */
  ask(): void {
    const { session } = this;
    if (session?.link.state === "open") this.write(session.link, session);
  }

  /** The peer has confirmed the method. */
  override onAnswer(frame: FrameReader): void {
    this.confirmed = true;
    super.onAnswer(frame);
  }

  /** Marks it as ended. */
  protected override settle(): boolean {
    if (!super.settle()) return false;
    this.onSettled();
    return true;
  }

  /** Writes it. */
  protected override write(link: Link, session: Session): void {
    const name = encoder.encode(this.method);
    if (name.length + 8 > link.settings.maxPayload) {
      throw new FrontierError(
        "payload-too-large",
        `Cannot ${this.what}: its name has ${name.length} bytes`,
      );
    }
    link.writeBody(session, TYPE_REGISTER, this.idHi, this.idLo, name);
  }

  /** Tells the caller that the method is routable, or why not. */
  protected override answer(_link: Link, frame: FrameReader): void {
    const { error } = decodeDataBody(frame.buf, frame.bodyStart, frame.bodyEnd);
    if (error === "") this.#waiter.resolve();
    else {
      this.#waiter.reject(
        new FrontierError(
          "refused",
          `Cannot ${this.what}: ${error}`,
        ),
      );
    }
  }

  /** Tells the caller that it failed. */
  protected override reject(error: FrontierError): void {
    this.#waiter.reject(error);
  }
}
