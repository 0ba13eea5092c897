/**
 * What an application has asked for and what waits for an answer.
 *
 * @module
 */

import {
  type FrameReader,
  FrontierError,
  type Link,
  Pending,
  protocolEnd,
  type Session,
  TIMEOUT,
} from "@frontier/proto/internal";
import { whenAborted } from "@frontier/platform/internal";

/** Where operations wait while there is no connection. */
export interface Queue {
  /** Forgets an operation that was given up. */
  remove(operation: Operation): void;
}

/**
 * One operation: it may wait for a connection, is sent once, and ends once: by
 * its answer, by its time, by its caller's signal, or by the loss of the
 * connection.
 */
export abstract class Operation extends Pending<Session> {
  /** When its time is over, in milliseconds of the clock. */
  deadline: number = Infinity;
  /** Where it waits for a connection. */
  queue: Queue | undefined = undefined;
  /** Whether it has ended. */
  settled: boolean = false;
  /** Milliseconds it may take. */
  readonly timeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  /** Stops listening to the signal. */
  #leave: (() => void) | undefined = undefined;

  /**
   * Prepares an operation.
   *
   * @param timeoutMs Milliseconds it may take, the wait for a connection included.
   * @param signal Gives up when aborted.
   */
  constructor(timeoutMs: number, signal: AbortSignal | undefined) {
    super();
    this.timeoutMs = timeoutMs;
    this.#signal = signal;
  }

  /** What it does, for messages: `call "echo"`. */
  abstract get what(): string;

  /** Bytes it holds while it waits; before `prepare` a lower bound. */
  abstract get bytes(): number;

  /** Checks what can be checked, and takes over what the caller may change, before it waits. */
  abstract prepare(maxPayload: number): void;

  /** Writes it; `expect` has given it its id. */
  protected abstract write(link: Link, session: Session, leftMs: number): void;

  /** Tells the caller that it failed. */
  protected abstract reject(error: FrontierError): void;

  /** The answer has arrived; reads it and tells the caller. */
  protected abstract answer(link: Link, frame: FrameReader): void;

  /** Whether the peer is asked to stop when the caller gives up. */
  protected get cancels(): boolean {
    return false;
  }

  /** Stops waiting for the answer. */
  protected withdraw(): void {
    const { session } = this;
    if (session === undefined) return;
    session.link.abandon(this);
    this.#askToStop();
  }

  /** Nobody waits any more: the peer need not go on. */
  #askToStop(): void {
    const { session } = this;
    if (this.cancels && session?.state === "open") {
      session.link.sendCancel(this);
    }
  }

  /**
   * Begins to listen to the caller's signal.
   *
   * @returns `false` when it was aborted already, and the operation has ended.
   */
  watch(): boolean {
    const signal = this.#signal;
    if (signal === undefined) return true;
    if (signal.aborted) {
      this.cancel(signal.reason);
      return false;
    }
    this.#leave = whenAborted(signal, () => this.cancel(signal.reason));
    return true;
  }

  /**
   * Sends it.
   *
   * @param link The connection.
   * @param session Where it is sent; its end ends the operation.
   */
  send(link: Link, session: Session): void {
    const now = this.expect(link, session);
    if (this.settled) return;
    try {
      this.write(link, session, this.deadline - now);
    } catch (error) {
      link.abandon(this);
      this.fail(FrontierError.from(error, "short-buffer"));
    }
  }

  /** Waits for the answer from now on, which is returned. */
  protected expect(link: Link, session: Session): number {
    const now = link.timers.now();
    if (this.deadline === Infinity) this.deadline = now + this.timeoutMs;
    if (!link.expect(this, session, this.deadline)) {
      this.fail(new FrontierError("short-buffer", tooMany(this.what)));
    }
    return now;
  }

  /**
   * Ends it without an answer.
   *
   * @param error Told to the caller.
   */
  fail(error: FrontierError): void {
    if (!this.settle()) return;
    this.reject(error);
  }

  /**
   * Gives it up.
   *
   * @param reason Why; the cause of the error.
   */
  cancel(reason: unknown): void {
    this.giveUp(
      () =>
        new FrontierError(
          "canceled",
          `Cannot ${this.what}: canceled by the caller`,
          { cause: reason },
        ),
    );
  }

  /**
   * Gives it up with an error of its own.
   *
   * @param error Makes the error.
   */
  giveUp(error: () => FrontierError): void {
    if (this.settled) return;
    this.withdraw();
    this.fail(error());
  }

  /** The answer has arrived. */
  override onAnswer(frame: FrameReader): void {
    if (this.settle()) this.answer(this.session!.link, frame);
  }

  /** No answer will come. */
  override onFail(reason: string): void {
    if (reason !== TIMEOUT) {
      this.lost();
      return;
    }
    // By its own clock the peer may take the caller to wait for longer.
    this.#askToStop();
    this.expire();
  }

  /** Its time is over. */
  expire(): void {
    this.fail(
      new FrontierError(
        "timeout",
        `Cannot ${this.what}: no answer within ${Math.ceil(this.timeoutMs)} ms`,
      ),
    );
  }

  /** The connection or stream has ended before the answer. */
  protected lost(): void {
    this.fail(
      new FrontierError(
        "force-closed",
        `Cannot ${this.what}: the connection ended before the answer`,
      ),
    );
  }

  /**
   * Marks it as ended.
   *
   * @returns Whether it had not ended before.
   */
  protected settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.#leave?.();
    this.queue?.remove(this);
    return true;
  }
}

/**
 * The text of the error of an operation that finds no packet id free.
 *
 * @param what The operation.
 * @returns The text.
 */
export function tooMany(what: string): string {
  return `Cannot ${what}: too many operations wait for their answer`;
}

/**
 * The error of an answer that cannot be read; its connection ends.
 *
 * @param link The connection.
 * @param what What was answered.
 * @returns The error.
 */
export function malformed(link: Link, what: string): FrontierError {
  const message = `Cannot ${what}: the answer is malformed`;
  link.fail(protocolEnd(message));
  return new FrontierError("protocol", message);
}
