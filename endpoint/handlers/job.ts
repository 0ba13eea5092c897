/**
 * One run of a handler.
 *
 * @module
 */

import {
  FrontierError,
  type Session,
  Timer,
  type Timers,
  TYPE_RESPONSE,
} from "@frontier/proto";
import { writeFailure, writeResponse } from "../calls/body_writer.ts";
import type { Method } from "./method_table.ts";
import type { Payload } from "../payload.ts";
import type { HandlerContext, RpcRequest } from "./request.ts";

/** A request, its handler, and where the answer goes. */
export class Job implements HandlerContext {
  /** The session the request came on. */
  readonly session: Session;
  /** High half of the request's packet id. */
  readonly idHi: number;
  /** Low half of the request's packet id. */
  readonly idLo: number;
  /** The request. */
  readonly request: RpcRequest;
  /** Bytes the request holds. */
  readonly bytes: number;
  /** Neighbour among the jobs that run. */
  next: Job | undefined = undefined;
  /** Neighbour among the jobs that run. */
  previous: Job | undefined = undefined;

  readonly #method: Method;
  readonly #outboxBytes: number;
  readonly #endsAt: number;
  #abort: AbortController | undefined = undefined;
  #reason: FrontierError | undefined = undefined;
  #timer: Timer | undefined = undefined;
  #finished = false;

  /**
   * Prepares a run.
   *
   * @param session The session the request came on.
   * @param id Both halves of its packet id.
   * @param method The method called.
   * @param request The request.
   * @param bounds Milliseconds the caller waits, 0 when it did not say; and
   * bytes that may wait to be written before responses are errors.
   */
  constructor(
    session: Session,
    id: readonly [number, number],
    method: Method,
    request: RpcRequest,
    bounds: { timeoutMs: number; outboxBytes: number },
  ) {
    const { timeoutMs, outboxBytes } = bounds;
    this.session = session;
    this.idHi = id[0];
    this.idLo = id[1];
    this.request = request;
    this.bytes = request.data.length + request.rawCustom.length;
    this.#method = method;
    this.#outboxBytes = outboxBytes;
    this.#endsAt = timeoutMs > 0
      ? session.link.timers.now() + timeoutMs
      : Infinity;
  }

  /** Milliseconds the caller still waits. */
  get remainingMs(): number {
    if (this.#endsAt === Infinity) return Infinity;
    return Math.max(0, this.#endsAt - this.#timers.now());
  }

  /** Aborted when nobody waits for the answer. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#reason !== undefined) this.#abort.abort(this.#reason);
      else if (this.#endsAt !== Infinity && !this.#finished) this.#arm();
    }
    return this.#abort.signal;
  }

  get #timers(): Timers {
    return this.session.link.timers;
  }

  /**
   * Runs the handler.
   *
   * @param onFinished Called when a handler that did not finish at once has.
   * @returns Whether it goes on.
   */
  run(onFinished: (job: Job) => void): boolean {
    let promise: Promise<Payload | void>;
    try {
      const result = this.#method.handler(this.request, this);
      if (!isPromise(result)) {
        this.#succeed(result);
        return false;
      }
      promise = Promise.resolve(result);
    } catch (error) {
      this.fail(error);
      return false;
    }
    promise.then(
      (data) => {
        this.#succeed(data);
        onFinished(this);
      },
      (error) => {
        this.fail(error);
        onFinished(this);
      },
    );
    return true;
  }

  /**
   * Tells the handler that nobody waits for its answer.
   *
   * @param reason Why.
   */
  abort(reason: FrontierError): void {
    if (this.#finished || this.#reason !== undefined) return;
    this.#reason = reason;
    this.#disarm();
    this.#abort?.abort(reason);
  }

  /**
   * Answers with an error.
   *
   * @param error What the handler threw, or why it does not run.
   */
  fail(error: unknown): void {
    if (!this.#finish()) return;
    writeFailure(
      this.session,
      TYPE_RESPONSE,
      this.idHi,
      this.idLo,
      this.#method.head,
      FrontierError.from(error).toWire(),
    );
  }

  #succeed(data: Payload | void): void {
    if (!this.#finish()) return;
    try {
      writeResponse(
        this.session,
        this.idHi,
        this.idLo,
        this.#method.head,
        data ?? undefined,
        this.#outboxBytes,
      );
    } catch (error) {
      // The handler returned something that is neither bytes nor text.
      this.#finished = false;
      this.fail(error);
    }
  }

  /** Ends the job; `false` when no answer can be sent any more. */
  #finish(): boolean {
    if (this.#finished) return false;
    this.#finished = true;
    this.#disarm();
    return this.session.state === "open";
  }

  #arm(): void {
    this.#timer = new Timer(() =>
      this.abort(
        new FrontierError(
          "timeout",
          `Cannot go on with ${this.request.method}: the time of the caller is over`,
        ),
      )
    );
    this.#timers.set(this.#timer, this.#endsAt);
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#timers.clear(this.#timer);
    this.#timer = undefined;
  }
}

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | undefined)?.then === "function";
}
