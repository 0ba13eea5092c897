/**
 * How many handlers run.
 *
 * @module
 */

import { FrontierError, type Session, SHORT_BUFFER } from "@frontier/proto";
import type { Job } from "./job.ts";
import type { EndpointLimits } from "../limits.ts";

/**
 * The jobs of one end: a bounded number runs, a bounded number waits, the rest
 * is turned away at once.
 */
export class Workload {
  /** Handlers that run and have not finished. */
  running = 0;
  readonly #limits: EndpointLimits;
  #first: Job | undefined = undefined;
  #queue: Job[] = [];
  #queuedBytes = 0;
  #idle: (() => void)[] = [];

  /**
   * Starts without jobs.
   *
   * @param limits How many.
   */
  constructor(limits: EndpointLimits) {
    this.#limits = limits;
  }

  /**
   * Runs a job now or later, or answers it `short buffer`.
   *
   * @param job The job.
   */
  admit(job: Job): void {
    const limits = this.#limits;
    if (this.running < limits.handlers) {
      this.#run(job);
    } else if (
      this.#queue.length < limits.requests &&
      this.#queuedBytes + job.bytes <= limits.requestBytes
    ) {
      this.#queue.push(job);
      this.#queuedBytes += job.bytes;
    } else {
      job.fail(FrontierError.fromWire(SHORT_BUFFER));
    }
  }

  /**
   * The caller of one request no longer waits.
   *
   * @param session The session of the request.
   * @param idHi High half of its packet id.
   * @param idLo Low half of it.
   */
  cancel(session: Session, idHi: number, idLo: number): void {
    const reason = new FrontierError(
      "canceled",
      "Cannot go on: the caller canceled the call",
    );
    this.#abort(
      reason,
      (job) =>
        job.idLo === idLo && job.idHi === idHi && job.session === session,
    );
  }

  /**
   * Nobody waits for the answers to the requests of a session, or of a whole
   * connection.
   *
   * @param reason Why.
   * @param concerns Selects the session.
   */
  abort(reason: FrontierError, concerns: (session: Session) => boolean): void {
    this.#abort(reason, (job) => concerns(job.session));
  }

  /**
   * Waits for the handlers.
   *
   * @returns When none runs or waits.
   */
  idle(): Promise<void> {
    if (this.running === 0 && this.#queue.length === 0) {
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #abort(reason: FrontierError, selects: (job: Job) => boolean): void {
    if (this.#queue.length > 0) {
      const kept: Job[] = [];
      for (const job of this.#queue) {
        if (selects(job)) {
          this.#queuedBytes -= job.bytes;
          job.fail(reason);
        } else kept.push(job);
      }
      this.#queue = kept;
    }
    for (let job = this.#first; job !== undefined;) {
      const { next } = job;
      if (selects(job)) job.abort(reason);
      job = next;
    }
    this.#checkIdle();
  }

  #run(job: Job): void {
    if (!job.run(this.#onFinished)) return;
    this.running++;
    job.next = this.#first;
    if (this.#first !== undefined) this.#first.previous = job;
    this.#first = job;
  }

  readonly #onFinished = (job: Job): void => this.#finished(job);

  #finished(job: Job): void {
    this.running--;
    if (job.previous !== undefined) job.previous.next = job.next;
    else this.#first = job.next;
    if (job.next !== undefined) job.next.previous = job.previous;
    job.next = job.previous = undefined;
    while (this.running < this.#limits.handlers) {
      const waiting = this.#queue.shift();
      if (waiting === undefined) break;
      this.#queuedBytes -= waiting.bytes;
      this.#run(waiting);
    }
    this.#checkIdle();
  }

  #checkIdle(): void {
    if (this.running > 0 || this.#queue.length > 0) return;
    const resolvers = this.#idle;
    this.#idle = [];
    for (const resolve of resolvers) resolve();
  }
}
