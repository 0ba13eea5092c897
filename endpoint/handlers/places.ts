/**
 * Places in which handlers run, shared fairly among callers.
 *
 * @module
 */

import {
  type FrontierError,
  SHORT_BUFFER,
  TIMEOUT,
  Timer,
  type Timers,
} from "@frontier/proto";
import { type HeldAnswer, HeldAnswers } from "./held_answers.ts";
import type { Job, JobOwner } from "./job.ts";
import { type QueueBounds, RequestQueue } from "./request_queue.ts";
import { Share } from "./share.ts";
import { type Source, Sources } from "./source.ts";

/** What a lone caller may use. */
export interface PlaceBounds extends QueueBounds {
  /** Handlers that run at a time. */
  readonly handlers: number;
}

/** How much is going on. */
export interface Load {
  /** Handlers whose callers wait. */
  readonly running: number;
  /** Handlers that go on although their callers have given up. */
  readonly abandoned: number;
  /** Requests that wait for a place. */
  readonly waiting: number;
  /** Requests that were turned away. */
  readonly refused: number;
}

/** As many times the places may handlers go on that nobody waits for; more keep their places. */
const ABANDONED_FACTOR = 8;
/** Milliseconds without a request that waits before it counts as calm. */
const CALM_MS = 1_000;

/**
 * A bounded number of handlers runs, a bounded number of requests waits, the
 * rest is turned away at once.
 *
 * Callers {@linkcode Share} both, so that one never takes what the next one
 * needs. Requests that wait get their turns caller by caller.
 *
 * A handler whose caller has given up frees its place, though it goes on.
 */
export class Places implements JobOwner {
  readonly #share: Share;
  readonly #mostAbandoned: number;
  /** Handlers that may run before it matters whose they are. */
  readonly #anonymous: number;
  readonly #onBusy: (busy: boolean) => void;
  readonly #sources = new Sources();
  readonly #queue: RequestQueue;
  readonly #held = new HeldAnswers();
  readonly #due: Timer = new Timer(() => this.#expire());
  readonly #calm: Timer = new Timer(() => this.#calmed());
  #timers: Timers | undefined = undefined;
  #first: Job | undefined = undefined;
  #running = 0;
  #abandoned = 0;
  #refused = 0;
  #busy = false;
  #idle: (() => void)[] = [];

  /**
   * Starts empty.
   *
   * @param bounds What a lone caller may use.
   * @param onBusy Hears when requests begin to wait, and when none has for a while.
   */
  constructor(bounds: PlaceBounds, onBusy: (busy: boolean) => void) {
    this.#share = new Share(bounds.handlers);
    this.#anonymous = bounds.handlers / 4;
    this.#mostAbandoned = bounds.handlers * ABANDONED_FACTOR;
    this.#queue = new RequestQueue(bounds);
    this.#onBusy = onBusy;
  }

  /** How much is going on. */
  get load(): Load {
    return {
      running: this.#running,
      abandoned: this.#abandoned,
      waiting: this.#queue.size,
      refused: this.#refused,
    };
  }

  /** Whether requests wait for a place, or did a moment ago. */
  get busy(): boolean {
    return this.#busy;
  }

  /**
   * Runs a job now or later, or turns it away.
   *
   * @param job The job.
   */
  admit(job: Job): void {
    // Nobody waits then: no need to know whose it is.
    if (this.#share.isPlenty(this.#running, 1)) {
      this.#start(job);
      return;
    }
    const source = this.#sources.of(job);
    if (source.waiting.length === 0 && this.#mayRun(source)) {
      this.#start(job);
    } else if (this.#queue.hasRoom(source, job.bytes, this.#alone)) {
      this.#queue.add(source, job);
      this.#setBusy(job.session.link.timers);
      if (this.#queue.size > 1) this.#watch(job);
      else this.#watchAll();
    } else {
      this.#refused++;
      this.#setBusy(job.session.link.timers);
      if (this.#queue.size === 0) this.#calmDown();
      job.refuse(SHORT_BUFFER);
    }
    this.#sources.forget(source);
  }

  /**
   * Nobody waits for the answers to some jobs any more.
   *
   * @param reason Why.
   * @param selects Which jobs.
   */
  abort(reason: FrontierError, selects: (job: Job) => boolean): void {
    this.#drop(selects, reason.toWire());
    for (let job = this.#first; job !== undefined;) {
      const { next } = job;
      if (selects(job)) job.abort(reason);
      job = next;
    }
    this.#held.retry();
    this.#next();
  }

  /** An answer must wait for room; its handler keeps its place. */
  onHeld(answer: HeldAnswer): void {
    this.#held.add(answer);
  }

  /** Something was written: answers that wait for room may fit. */
  onWritten(): void {
    this.#held.retry();
  }

  /**
   * Waits for the handlers.
   *
   * @returns When none runs whose caller waits, and no request waits.
   */
  idle(): Promise<void> {
    if (this.#running === 0 && this.#queue.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#timers ??= this.#first?.session.link.timers;
      this.#watchAll();
    });
  }

  /** Tells nobody any more, and waits for nothing. */
  close(): void {
    for (const timer of [this.#due, this.#calm]) this.#timers?.clear(timer);
  }

  /** The caller of a handler that runs has given up. */
  onAbandoned(job: Job): void {
    if (!job.holdsPlace || this.#abandoned >= this.#mostAbandoned) return;
    this.#release(job);
    this.#abandoned++;
    this.#next();
  }

  /** A handler that did not finish at once has finished. */
  onFinished(job: Job): void {
    if (job.previous !== undefined) job.previous.next = job.next;
    else this.#first = job.next;
    if (job.next !== undefined) job.next.previous = job.previous;
    job.next = job.previous = undefined;
    if (job.holdsPlace) this.#release(job);
    else this.#abandoned--;
    this.#next();
  }

  #start(job: Job): void {
    if (!job.run(this)) return;
    job.holdsPlace = true;
    this.#running++;
    job.next = this.#first;
    if (this.#first !== undefined) this.#first.previous = job;
    this.#first = job;
    if (this.#running > this.#anonymous) this.#attribute();
    if (this.#awaited) this.#watch(job);
  }

  /** Finds out whose the handlers are that have begun since it last did. */
  #attribute(): void {
    for (let job = this.#first; job !== undefined; job = job.next) {
      // The older ones are behind it.
      if (job.attributed) return;
      job.attributed = true;
      if (!job.holdsPlace) continue;
      job.source = this.#sources.of(job);
      job.source.running++;
    }
  }

  #release(job: Job): void {
    const { source } = job;
    job.holdsPlace = false;
    job.source = undefined;
    this.#running--;
    if (source === undefined) return;
    source.running--;
    this.#sources.forget(source);
  }

  /** Lets jobs run that may. */
  #next(): void {
    while (this.#queue.size > 0) {
      const job = this.#queue.next(this.#mayRun);
      if (job === undefined) break;
      if (this.#queue.size === 0) this.#calmDown();
      this.#start(job);
      // One that finished at once has left no trace of its caller.
      this.#sources.forget(this.#sources.of(job));
    }
    const quiet = this.#running === 0 && this.#queue.size === 0;
    if (quiet && this.#idle.length > 0) {
      for (const resolve of this.#idle.splice(0)) resolve();
    }
    if (!this.#awaited) this.#timers?.clear(this.#due);
  }

  /** Whether only one caller has handlers that run or requests that wait. */
  get #alone(): boolean {
    return this.#sources.size <= 1;
  }

  readonly #mayRun = (source: Source): boolean =>
    this.#share.allows(source.running, this.#running, 1, this.#alone);

  #drop(selects: (job: Job) => boolean, reason: string): void {
    if (this.#queue.size === 0) return;
    this.#queue.remove(selects, (job, source) => {
      job.refuse(reason);
      this.#sources.forget(source);
    });
    if (this.#queue.size === 0) this.#calmDown();
  }

  /** Whether anybody waits for places to become free: then they are as soon as the time of their caller is over. */
  get #awaited(): boolean {
    return this.#queue.size > 0 || this.#idle.length > 0;
  }

  #watch(job: Job): void {
    if (job.endsAt === Infinity) return;
    if (this.#due.armed && this.#due.at <= job.endsAt) return;
    this.#timers!.set(this.#due, job.endsAt);
  }

  #watchAll(): void {
    let next = this.#queue.earliestEnd();
    for (let job = this.#first; job !== undefined; job = job.next) {
      if (job.holdsPlace && job.endsAt < next) next = job.endsAt;
    }
    if (next < Infinity) this.#timers!.set(this.#due, next);
  }

  #expire(): void {
    const now = this.#timers!.now();
    const late = (job: Job) => job.endsAt <= now;
    // A request whose caller has gone is not carried out.
    this.#drop(late, TIMEOUT);
    for (let job = this.#first; job !== undefined;) {
      const { next } = job;
      if (late(job)) job.expire();
      job = next;
    }
    this.#next();
    if (this.#awaited) this.#watchAll();
  }

  #setBusy(timers: Timers): void {
    this.#timers = timers;
    timers.clear(this.#calm);
    if (this.#busy) return;
    this.#busy = true;
    this.#onBusy(true);
  }

  #calmDown(): void {
    const timers = this.#timers!;
    timers.set(this.#calm, timers.now() + CALM_MS);
  }

  #calmed(): void {
    this.#busy = false;
    this.#onBusy(false);
  }
}
