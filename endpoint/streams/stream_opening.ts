/**
 * Opening a stream, as an operation.
 *
 * @module
 */

import {
  type CloseReason,
  type FrameReader,
  FrontierError,
  type Link,
  type Session,
  Timer,
} from "@frontier/proto/internal";
import type { Waiter } from "../calls/data_operation.ts";
import { Operation, tooMany } from "../calls/operation.ts";
import { NO_BYTES, utf8Length } from "../payload.ts";
import type { StreamCore } from "./stream_core.ts";

/** Room for the fixed parts of a session packet. */
const OVERHEAD = 64;

/** A session that waits for the other side's consent. */
export class StreamOpening extends Operation {
  readonly #peer: string;
  readonly #label: string;
  readonly #trace: string | undefined;
  #meta: Uint8Array;
  readonly #waiter: Waiter<StreamCore>;
  #opening: Session | undefined = undefined;
  #timer: Timer | undefined = undefined;

  /**
   * Prepares the opening.
   *
   * @param target What it is for, what that is called in messages, bytes that go
   * along, and the context of the trace it belongs to.
   * @param timeoutMs Milliseconds it may take.
   * @param signal Gives up when aborted.
   * @param waiter Who waits.
   */
  constructor(
    target: {
      peer: string;
      label: string;
      meta: Uint8Array | undefined;
      trace?: string | undefined;
    },
    timeoutMs: number,
    signal: AbortSignal | undefined,
    waiter: Waiter<StreamCore>,
  ) {
    super(timeoutMs, signal);
    this.#peer = target.peer;
    this.#label = target.label;
    this.#meta = target.meta ?? NO_BYTES;
    this.#trace = target.trace;
    this.#waiter = waiter;
  }

  /** @inheritdoc */
  override get what(): string {
    return `open a stream to ${this.#label}`;
  }

  /** @inheritdoc */
  override get bytes(): number {
    return utf8Length(this.#peer) + this.#meta.length;
  }

  /** @inheritdoc */
  override prepare(maxPayload: number): void {
    this.#check(maxPayload);
    this.#meta = this.#meta.slice();
  }

  #check(maxPayload: number): void {
    const need = OVERHEAD + this.#peer.length * 6 + this.#meta.length * 4 / 3;
    if (need > maxPayload) {
      throw new FrontierError(
        "payload-too-large",
        `Cannot ${this.what}: name and meta have ${this.bytes} bytes`,
      );
    }
  }

  /** @inheritdoc */
  override send(link: Link): void {
    try {
      this.#check(link.settings.maxPayload);
      const meta = this.#meta.length > 0 ? this.#meta : undefined;
      const session = link.openSession(this.#peer, meta, this.#trace);
      if (session === undefined) throw new Error(tooMany(this.what));
      this.#opening = session;
      session.user = this;
    } catch (error) {
      this.fail(FrontierError.from(error, "short-buffer"));
      return;
    }
    const now = link.timers.now();
    if (this.deadline === Infinity) this.deadline = now + this.timeoutMs;
    if (this.deadline === Infinity) return;
    this.#timer = new Timer(() => {
      this.withdraw();
      this.expire();
    });
    link.timers.set(this.#timer, this.deadline);
  }

  /**
   * The other side has consented.
   *
   * @param open Makes the stream.
   */
  succeed(open: () => StreamCore): void {
    if (this.settle()) this.#waiter.resolve(open());
  }

  /**
   * The session is over before it was open.
   *
   * @param link The connection.
   * @param reason Why.
   */
  refused(link: Link, { kind, text }: CloseReason): void {
    if (kind === "timeout") this.expire();
    else if (link.state === "closed") this.lost();
    else this.fail(FrontierError.fromWire(text, false, "", this.what));
  }

  protected override withdraw(): void {
    this.#opening?.close();
  }

  protected override settle(): boolean {
    if (!super.settle()) return false;
    if (this.#timer !== undefined) {
      this.#opening!.link.timers.clear(this.#timer);
    }
    return true;
  }

  protected override reject(error: FrontierError): void {
    this.#waiter.reject(error);
  }

  protected override write(): void {
    throw new Error("Cannot write: the connection opens the session itself");
  }

  protected override answer(_link: Link, _frame: FrameReader): void {
    throw new Error("Cannot answer: the connection opens the session itself");
  }
}
