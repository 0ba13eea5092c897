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
} from "@frontier/proto/internal";
import { Abandoned } from "./abandoned.ts";
import { type HeldAnswer, HeldAnswers } from "./held_answers.ts";
import type { HandlerRun, RunOwner } from "./handler_run.ts";
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

/** As many times the places may handlers go on that nobody waits for; then their methods are not run any more. */
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
 * A handler whose caller has given up frees its place, though it goes on. Of a
 * method of which very many do, requests are turned away.
 */
export class Places implements RunOwner {
  readonly #share: Share;
  readonly #abandoned: Abandoned;
  /** Handlers that may run before it matters whose they are. */
  readonly #anonymous: number;
  readonly #onBusy: (busy: boolean) => void;
  readonly #sources = new Sources<HandlerRun>();
  readonly #queue: RequestQueue;
  readonly #held = new HeldAnswers();
  readonly #due: Timer = new Timer(() => this.#expire());
  readonly #calm: Timer = new Timer(() => this.#calmed());
  #timers: Timers | undefined = undefined;
  #first: HandlerRun | undefined = undefined;
  #running = 0;
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
    this.#abandoned = new Abandoned(bounds.handlers * ABANDONED_FACTOR);
    this.#queue = new RequestQueue(bounds);
    this.#onBusy = onBusy;
  }

  /** How much is going on. */
  get load(): Load {
    return {
      running: this.#running,
      abandoned: this.#abandoned.count,
      waiting: this.#queue.size,
      refused: this.#refused,
    };
  }

  /** Whether requests wait for a place, or did a moment ago. */
  get busy(): boolean {
    return this.#busy;
  }

  /**
   * Calls a handler now or later, or turns its request away.
   *
   * @param run The request and its handler.
   */
  admit(run: HandlerRun): void {
    if (
      this.#abandoned.count > 0 && !this.#abandoned.allows(run.request.method)
    ) {
      this.#turnAway(run);
      return;
    }
    // Nobody waits then: no need to know whose it is.
    if (this.#share.isPlenty(this.#running, 1)) {
      this.#start(run);
      return;
    }
    const source = this.#sources.of(run);
    if (source.waiting.length === 0 && this.#mayRun(source)) {
      this.#start(run);
    } else if (this.#queue.hasRoom(source, run.bytes, this.#alone)) {
      this.#queue.add(source, run);
      this.#setBusy(run.session.link.timers);
      if (this.#queue.size > 1) this.#watch(run);
      else this.#watchAll();
    } else {
      this.#turnAway(run);
    }
    this.#sources.forget(source);
  }

  /**
   * Nobody waits for the answers to some requests any more.
   *
   * @param reason Why.
   * @param selects Which of them.
   */
  abort(reason: FrontierError, selects: (run: HandlerRun) => boolean): void {
    this.#drop(selects, reason.toWire());
    for (const run of this.#select(selects)) run.abort(reason);
    this.#held.retry();
    this.#next();
  }

  /**
   * Tells whether a handler runs for somebody who waits.
   *
   * @param selects For whom.
   * @returns Whether one does.
   */
  runs(selects: (run: HandlerRun) => boolean): boolean {
    for (let run = this.#first; run !== undefined; run = run.next) {
      if (run.holdsPlace && selects(run)) return true;
    }
    return false;
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
  onAbandoned(run: HandlerRun): void {
    if (!run.holdsPlace) return;
    this.#release(run);
    this.#abandoned.add(run.request.method);
    this.#next();
  }

  /** A handler that did not finish at once has finished. */
  onFinished(run: HandlerRun): void {
    if (run.holdsPlace) this.#release(run);
    else this.#abandoned.remove(run.request.method);
    this.#next();
  }

  #turnAway(run: HandlerRun): void {
    this.#refused++;
    this.#setBusy(run.session.link.timers);
    if (this.#queue.size === 0) this.#calmDown();
    run.turnAway(SHORT_BUFFER);
  }

  #start(run: HandlerRun): void {
    if (!run.start(this)) return;
    run.holdsPlace = true;
    this.#running++;
    run.next = this.#first;
    if (this.#first !== undefined) this.#first.previous = run;
    this.#first = run;
    if (this.#running > this.#anonymous) this.#attribute();
    if (this.#awaited) this.#watch(run);
  }

  /** Finds out whose the handlers are that have begun since it last did. */
  #attribute(): void {
    for (let run = this.#first; run !== undefined; run = run.next) {
      // The older ones are behind it.
      if (run.attributed) return;
      run.attributed = true;
      if (!run.holdsPlace) continue;
      run.source = this.#sources.of(run);
      run.source.running++;
    }
  }

  #release(run: HandlerRun): void {
    // One that is abandoned is of no interest: nobody is to walk past thousands.
    const { source, next, previous } = run;
    if (previous !== undefined) previous.next = next;
    else this.#first = next;
    if (next !== undefined) next.previous = previous;
    run.next = run.previous = undefined;
    run.holdsPlace = false;
    run.source = undefined;
    this.#running--;
    if (source === undefined) return;
    source.running--;
    this.#sources.forget(source);
  }

  /** Starts those that wait and may start now. */
  #next(): void {
    while (this.#queue.size > 0) {
      const run = this.#queue.next(this.#mayRun);
      if (run === undefined) break;
      if (this.#queue.size === 0) this.#calmDown();
      this.#start(run);
      // One that finished at once has left no trace of its caller.
      this.#sources.forget(this.#sources.of(run));
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

  readonly #mayRun = (source: Source<HandlerRun>): boolean =>
    this.#share.allows(source.running, this.#running, 1, this.#alone);

  #drop(selects: (run: HandlerRun) => boolean, reason: string): void {
    if (this.#queue.size === 0) return;
    this.#queue.remove(selects, (run, source) => {
      run.turnAway(reason);
      this.#sources.forget(source);
    });
    if (this.#queue.size === 0) this.#calmDown();
  }

  /** Whether anybody waits for places to become free: then they are as soon as the time of their caller is over. */
  get #awaited(): boolean {
    return this.#queue.size > 0 || this.#idle.length > 0;
  }

  /** Some of those that hold places; they lose them when they are told to stop. */
  #select(selects: (run: HandlerRun) => boolean): HandlerRun[] {
    const found: HandlerRun[] = [];
    for (let run = this.#first; run !== undefined; run = run.next) {
      if (selects(run)) found.push(run);
    }
    return found;
  }

  #watch(run: HandlerRun): void {
    if (run.endsAt === Infinity) return;
    if (this.#due.armed && this.#due.at <= run.endsAt) return;
    this.#timers!.set(this.#due, run.endsAt);
  }

  #watchAll(): void {
    let next = this.#queue.earliestEnd();
    for (let run = this.#first; run !== undefined; run = run.next) {
      if (run.holdsPlace && run.endsAt < next) next = run.endsAt;
    }
    if (next < Infinity) this.#timers!.set(this.#due, next);
  }

  #expire(): void {
    const now = this.#timers!.now();
    const late = (run: HandlerRun) => run.endsAt <= now;
    // A request whose caller has gone is not carried out.
    this.#drop(late, TIMEOUT);
    for (const run of this.#select(late)) run.expire();
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
