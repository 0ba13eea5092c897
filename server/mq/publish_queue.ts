/**
 * Messages that wait for their broker.
 *
 * @module
 */

import { Timer, type Timers } from "@frontier/proto";
import { FairItem, FairQueue } from "../quota/fair_queue.ts";
import type { Producer } from "./producer.ts";
import type { Ending, Outcome, Publication } from "./publication.ts";

/** What a message costs in the order of turns beside its bytes. */
const MESSAGE_COST = 1_024;
/** What a source may spend in one turn. */
const TURN = 8_192;
/** Shortest and longest pause after a batch of which something has to be tried again, in milliseconds. */
const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** A message in the hands of a {@linkcode PublishQueue}. */
export class Waiting extends FairItem {
  /** The message. */
  readonly publication: Publication;
  /** When it is answered at the latest, in milliseconds of the clock. */
  readonly expiresAt: number;
  /** Whether it is in the hands of the producer. */
  underWay = false;
  /** Whether the broker may have it, from an earlier try. */
  seen = false;
  /** Called once with what became of it; `undefined` afterwards. */
  done: ((ending: Ending) => void) | undefined;
  /** Neighbours in the order of coming, which is the order of expiry. */
  older: Waiting | undefined = undefined;
  /** The one that came after it. */
  younger: Waiting | undefined = undefined;

  /**
   * @param publication The message.
   * @param expiresAt When it is answered at the latest.
   * @param done Called once with what became of it.
   */
  constructor(
    publication: Publication,
    expiresAt: number,
    done: (ending: Ending) => void,
  ) {
    super();
    this.publication = publication;
    this.expiresAt = expiresAt;
    this.done = done;
  }
}

/** What a {@linkcode PublishQueue} needs. */
export interface PublishQueueOptions {
  /** Where the messages go. */
  readonly producer: Producer;
  /** Milliseconds until a message is answered, whatever the broker does. */
  readonly deadlineMs: number;
  /** The clock. */
  readonly timers: Timers;
  /**
   * Told when a message is neither waiting nor under way any more: what was
   * counted for it is free.
   */
  readonly released: (waiting: Waiting) => void;
}

/**
 * Hands messages to a producer in batches: sources take turns, the messages of
 * each keep their order, and what the broker may not have is tried again, under
 * the same id, before anything newer. Each message is answered within its
 * deadline: `stored`, `refused` when the broker will not take it, `unsent` when
 * the broker surely does not have it, `unknown` when it may.
 */
export class PublishQueue {
  readonly #producer: Producer;
  readonly #deadlineMs: number;
  readonly #timers: Timers;
  readonly #released: (waiting: Waiting) => void;
  readonly #fresh = new FairQueue<Waiting>(TURN);
  /** To be tried again, in the order of the first try. */
  #again: Waiting[] = [];
  #oldest: Waiting | undefined = undefined;
  #youngest: Waiting | undefined = undefined;
  #batches = 0;
  /** Messages handed to the producer, and not settled. */
  #underWay = 0;
  #pauseMs = 0;
  /** Until when nothing is handed over after a failure. */
  #restUntil = 0;
  /** When the batch that is not full yet goes out; 0 while none waits. */
  #lingerUntil = 0;
  #closed = false;
  #idle: (() => void)[] = [];
  readonly #expiry: Timer;
  readonly #wake: Timer;

  /**
   * @param options What it needs.
   */
  constructor(options: PublishQueueOptions) {
    this.#producer = options.producer;
    this.#deadlineMs = options.deadlineMs;
    this.#timers = options.timers;
    this.#released = options.released;
    this.#expiry = new Timer(() => this.#onExpiry());
    this.#wake = new Timer(() => this.pump());
  }

  /** Messages that wait or are under way. */
  get size(): number {
    return this.#fresh.size + this.#again.length + this.#underWay;
  }

  /** Messages handed to the producer that have no outcome yet. */
  get underWay(): number {
    return this.#underWay;
  }

  /**
   * Takes a message.
   *
   * @param publication The message.
   * @param source Whose it is; compared by identity.
   * @param done Called once with what became of it.
   * @returns The message in the queue.
   */
  push(
    publication: Publication,
    source: unknown,
    done: (ending: Ending) => void,
  ): Waiting {
    const expiresAt = this.#timers.now() + this.#deadlineMs;
    const waiting = new Waiting(publication, expiresAt, done);
    const cost = publication.data.length + MESSAGE_COST;
    this.#fresh.push(waiting, source, cost);
    waiting.older = this.#youngest;
    if (this.#youngest === undefined) this.#oldest = waiting;
    else this.#youngest.younger = waiting;
    this.#youngest = waiting;
    if (!this.#expiry.armed) this.#timers.set(this.#expiry, expiresAt);
    this.pump();
    return waiting;
  }

  /** Hands over what can be handed over now. Called when the producer's state has changed. */
  pump(): void {
    const { batch, state } = this.#producer;
    while (
      state.kind === "up" && this.#batches < batch.concurrent &&
      this.#fresh.size + this.#again.length > 0
    ) {
      const now = this.#timers.now();
      const at = Math.max(this.#restUntil, this.#lingers(now));
      if (at > now) {
        this.#timers.set(this.#wake, at);
        return;
      }
      this.#lingerUntil = 0;
      this.#send(this.#take());
    }
  }

  /**
   * Takes no more, and waits for what is there.
   *
   * @returns When each message has its answer, at the latest by its deadline.
   */
  drain(): Promise<void> {
    this.#closed = true;
    this.pump();
    if (this.#oldest === undefined && this.#underWay === 0) {
      return Promise.resolve();
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.push(resolve);
    return promise;
  }

  /**
   * Answers everything that is left now.
   *
   * @param reason Why, for those that were never sent.
   */
  abandon(reason: string): void {
    this.#closed = true;
    while (this.#oldest !== undefined) this.#giveUp(this.#oldest, reason);
    this.#timers.clear(this.#expiry);
    this.#timers.clear(this.#wake);
  }

  /** Until when a batch that is not full waits for more. */
  #lingers(now: number): number {
    const { lingerMs, maxMessages, maxBytes } = this.#producer.batch;
    if (lingerMs === 0 || this.#closed || this.#again.length > 0) return 0;
    if (
      this.#fresh.size >= maxMessages ||
      this.#fresh.cost - this.#fresh.size * MESSAGE_COST >= maxBytes
    ) return 0;
    return this.#lingerUntil ||= now + lingerMs;
  }

  /** The next batch. */
  #take(): Waiting[] {
    const { maxMessages, maxBytes } = this.#producer.batch;
    const taken: Waiting[] = [];
    let bytes = 0;
    while (taken.length < maxMessages) {
      const next = this.#again[0] ?? this.#fresh.peek();
      if (next === undefined) break;
      bytes += next.publication.data.length;
      if (taken.length > 0 && bytes > maxBytes) break;
      if (next === this.#again[0]) this.#again.shift();
      else this.#fresh.shift();
      taken.push(next);
    }
    return taken;
  }

  async #send(taken: readonly Waiting[]): Promise<void> {
    this.#batches++;
    this.#underWay += taken.length;
    for (const waiting of taken) waiting.underWay = true;
    let outcomes: readonly Outcome[];
    try {
      outcomes = await this.#producer.publish(
        taken.map(({ publication }) => publication),
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      outcomes = taken.map(() => ({ kind: "again", reason, stored: "maybe" }));
    }
    this.#batches--;
    this.#underWay -= taken.length;
    const again: Waiting[] = [];
    for (const [i, waiting] of taken.entries()) {
      const outcome = outcomes[i] ??
        { kind: "again", reason: "no outcome", stored: "maybe" };
      waiting.underWay = false;
      // Answered already: the broker was too slow.
      if (waiting.done === undefined) this.#released(waiting);
      else if (outcome.kind === "again") {
        waiting.seen ||= outcome.stored === "maybe";
        again.push(waiting);
      } else this.#finish(waiting, outcome);
    }
    if (again.length > 0) {
      this.#again = [...again, ...this.#again];
      this.#pauseMs = Math.min(
        LONGEST_PAUSE_MS,
        Math.max(SHORTEST_PAUSE_MS, this.#pauseMs * 2),
      );
      this.#restUntil = this.#timers.now() + this.#pauseMs;
    } else this.#pauseMs = 0;
    this.#settle();
    this.pump();
  }

  /** Answers a message that nothing is done with any more. */
  #finish(waiting: Waiting, ending: Ending): void {
    this.#leave(waiting);
    this.#released(waiting);
    answer(waiting, ending);
  }

  /** Answers a message whose time is over. */
  #giveUp(waiting: Waiting, reason: string): void {
    this.#leave(waiting);
    const at = this.#again.indexOf(waiting);
    if (at >= 0) this.#again.splice(at, 1);
    else if (waiting.flow !== undefined) this.#fresh.remove(waiting);
    // What is under way is counted until the producer lets go of it.
    if (!waiting.underWay) this.#released(waiting);
    const kind = waiting.underWay || waiting.seen ? "unknown" : "unsent";
    answer(waiting, { kind, reason });
    this.#settle();
  }

  #leave(waiting: Waiting): void {
    const { older, younger } = waiting;
    if (older === undefined) this.#oldest = younger;
    else older.younger = younger;
    if (younger === undefined) this.#youngest = older;
    else younger.older = older;
    waiting.older = waiting.younger = undefined;
  }

  #onExpiry(): void {
    const now = this.#timers.now();
    while (this.#oldest !== undefined && this.#oldest.expiresAt <= now) {
      const { state } = this.#producer;
      const problem = state.kind === "down" ? state.problem : "";
      this.#giveUp(this.#oldest, problem);
    }
    if (this.#oldest !== undefined) {
      this.#timers.set(this.#expiry, this.#oldest.expiresAt);
    }
  }

  /** Tells those who wait for the end. */
  #settle(): void {
    if (this.#idle.length === 0 || this.#oldest !== undefined) return;
    if (this.#underWay > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

function answer(waiting: Waiting, ending: Ending): void {
  const { done } = waiting;
  waiting.done = undefined;
  done?.(ending);
}
