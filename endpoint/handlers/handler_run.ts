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
  type Verdict,
} from "@frontier/proto/internal";
import { writeFailure, writeResponse } from "../calls/body_writer.ts";
import type { HeldAnswer } from "./held_answers.ts";
import type { Method } from "./method_table.ts";
import type { Payload } from "../payload.ts";
import type { HandlerContext, RpcRequest } from "./request.ts";
import type { Source } from "./source.ts";

/** Who gave a handler its place. */
export interface RunOwner {
  /** A handler that did not finish at once has finished. */
  onFinished(run: HandlerRun): void;
  /** The caller of a handler that runs has given up. */
  onAbandoned(run: HandlerRun): void;
  /** An answer must wait for room. */
  onHeld(answer: HeldAnswer): void;
}

/** A request, its handler, and where the answer goes. */
export class HandlerRun implements HandlerContext {
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
  /** When the caller stops waiting, in milliseconds of the clock; infinite when it did not say. */
  readonly endsAt: number;
  /** Who called; while the run holds a place and it matters. */
  source: Source<HandlerRun> | undefined = undefined;
  /** Whether it was found out who called. */
  attributed: boolean = false;
  /** Whether it counts among the handlers that run. */
  holdsPlace: boolean = false;
  /** Neighbour among the runs that hold places. */
  next: HandlerRun | undefined = undefined;
  /** Neighbour among the runs that hold places. */
  previous: HandlerRun | undefined = undefined;

  readonly #method: Method;
  readonly #outboxBytes: number;
  #abort: AbortController | undefined = undefined;
  #reason: FrontierError | undefined = undefined;
  #timer: Timer | undefined = undefined;
  #owner: RunOwner | undefined = undefined;
  #finished = false;

  /**
   * Notes the request; the handler is not called yet.
   *
   * @param session The session the request came on.
   * @param id Both halves of its packet id.
   * @param method What was called, and what answers it.
   * @param request What arrived; the handler gets it.
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
    this.endsAt = timeoutMs > 0
      ? session.link.timers.now() + timeoutMs
      : Infinity;
  }

  /** Milliseconds the caller still waits. */
  get remainingMs(): number {
    if (this.endsAt === Infinity) return Infinity;
    return Math.max(0, this.endsAt - this.#timers.now());
  }

  /** Aborted when nobody waits for the answer. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#reason !== undefined) this.#abort.abort(this.#reason);
      else if (this.endsAt !== Infinity && !this.#finished) this.#arm();
    }
    return this.#abort.signal;
  }

  get #timers(): Timers {
    return this.session.link.timers;
  }

  /**
   * Calls the handler.
   *
   * @param owner Told when a handler that did not finish at once has, or when
   * its caller gives up before.
   * @returns Whether it goes on.
   */
  start(owner: RunOwner): boolean {
    let promise: Promise<Payload | void>;
    try {
      const result = this.#method.handler(this.request, this);
      if (!isPromise(result)) {
        if (this.#fits()) {
          this.#succeed(result);
          return false;
        }
        this.#owner = owner;
        this.#hold(owner, result);
        return true;
      }
      promise = Promise.resolve(result);
    } catch (error) {
      this.fail(error);
      return false;
    }
    this.#owner = owner;
    promise.then(
      (data) => {
        if (!this.#fits()) {
          this.#hold(owner, data);
          return;
        }
        this.#succeed(data);
        owner.onFinished(this);
      },
      (error) => {
        this.fail(error);
        owner.onFinished(this);
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
    this.#owner?.onAbandoned(this);
  }

  /** The time of the caller is over. */
  expire(): void {
    this.abort(
      new FrontierError(
        "timeout",
        `Cannot go on with "${this.request.method}": the time of the caller is over`,
      ),
    );
  }

  /**
   * Answers with an error of the handler.
   *
   * @param error What it threw.
   */
  fail(error: unknown): void {
    this.#answer(FrontierError.from(error).toWire(), "");
  }

  /**
   * Answers that the handler was not run.
   *
   * @param reason Why, as the wire words it.
   */
  turnAway(reason: string): void {
    this.#answer(reason, "not-run");
  }

  #answer(reason: string, verdict: Verdict): void {
    if (!this.#finish()) return;
    const { session, idHi, idLo } = this;
    writeFailure(
      session,
      TYPE_RESPONSE,
      idHi,
      idLo,
      this.#method.head,
      reason,
      verdict,
    );
  }

  /** Whether there is room for an answer, or nobody waits for one. */
  #fits(): boolean {
    const { link, state } = this.session;
    return link.outbox.unwritten <= this.#outboxBytes || state !== "open" ||
      this.#reason !== undefined;
  }

  #hold(owner: RunOwner, data: Payload | void): void {
    owner.onHeld({
      fits: () => this.#fits(),
      send: () => {
        this.#succeed(data);
        owner.onFinished(this);
      },
    });
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

  /** Ends the run; `false` when no answer can be sent any more. */
  #finish(): boolean {
    if (this.#finished) return false;
    this.#finished = true;
    this.#disarm();
    return this.session.state === "open";
  }

  #arm(): void {
    this.#timer = new Timer(() => this.expire());
    this.#timers.set(this.#timer, this.endsAt);
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#timers.clear(this.#timer);
    this.#timer = undefined;
  }
}

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | undefined)?.then === "function";
}
