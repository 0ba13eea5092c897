/**
 * Which gateways are alive, followed as it changes.
 *
 * @module
 */

import { type Deferred, deferred } from "@frontier/platform/internal";
import type { FrontierRecord } from "../store/presence_store.ts";
import type { Answers } from "./answers.ts";

/** Milliseconds between two looks at the store. */
const LOOK_MS = 1_000;
/** Milliseconds between two looks when gateways come and go one after the other. */
const SOON_MS = 50;
/** Watchers that are woken in one turn of the event loop. */
const AT_ONCE = 64;

/** What {@linkcode FrontierView} is made of. */
export interface FrontierViewOptions {
  /** Asks the store. */
  readonly answers: Answers;
  /**
   * Told after each look.
   *
   * @param error Why the store did not say who is alive; `undefined` if it did.
   */
  readonly onLook: (error: unknown) => void;
}

/** One who waits for a change. */
interface Waiter {
  /** Ends the wait. */
  readonly wake: () => void;
  /** When it waits no longer, by `performance.now()`. */
  readonly until: number;
}

/**
 * Looks once a second who is alive, for all who want to know, and at once when
 * told that something has changed. Gateways whose link is elsewhere are seen
 * by the former, those linked here by the latter.
 */
export class FrontierView implements Disposable {
  readonly #options: FrontierViewOptions;
  readonly #waiting: Set<Waiter> = new Set();
  readonly #looks: ReturnType<typeof setInterval>;
  #soon: ReturnType<typeof setTimeout> | undefined = undefined;
  /** Settled when that time is over. */
  #soonOver: Deferred<void> | undefined = undefined;
  #live: ReadonlyMap<string, FrontierRecord> | undefined = undefined;
  /** The look that is under way. */
  #look: Promise<void> | undefined = undefined;
  /** Something has changed since the last look began. */
  #again = false;
  #ended = false;

  /**
   * Begins to look.
   *
   * @param options What it is made of.
   */
  constructor(options: FrontierViewOptions) {
    this.#options = options;
    this.#looks = setInterval(() => {
      this.changed();
      const now = performance.now();
      this.#wake(({ until }) => until <= now);
    }, LOOK_MS);
  }

  /** Stops, and lets go of all who wait. */
  [Symbol.dispose](): void {
    this.#ended = true;
    clearInterval(this.#looks);
    clearTimeout(this.#soon);
    this.#soonOver?.resolve();
    for (const { wake } of [...this.#waiting]) wake();
  }

  /**
   * The gateways that are alive, by id; `undefined` until the store has said
   * so. The same object as long as none comes, goes or moves.
   */
  get live(): ReadonlyMap<string, FrontierRecord> | undefined {
    return this.#live;
  }

  /** Looks, for something may have changed. */
  changed(): void {
    if (this.#look !== undefined || this.#soon !== undefined) {
      this.#again = true;
    } else void this.look();
  }

  /**
   * Looks now, or waits for the look that is under way. One that is over since
   * less than a twentieth of a second is new enough, unless something has changed
   * meanwhile: then the next one is waited for.
   *
   * @returns When that is over, whatever the store has said.
   */
  async look(): Promise<void> {
    const stale = this.#again;
    if (this.#look !== undefined) await this.#look;
    if (stale && this.#again) await this.#soonOver?.promise;
    if (this.#ended || this.#soon !== undefined) return;
    await (this.#look ??= this.#lookNow());
  }

  /**
   * Waits for a change.
   *
   * @param ms Milliseconds after which it waits no longer, give or take a second.
   * @param signal Gives up waiting when aborted.
   */
  async next(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#ended) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    const waiter = { wake, until: performance.now() + ms };
    this.#waiting.add(waiter);
    signal.addEventListener("abort", wake);
    await promise;
    this.#waiting.delete(waiter);
    signal.removeEventListener("abort", wake);
  }

  async #lookNow(): Promise<void> {
    this.#again = false;
    const { answers, onLook } = this.#options;
    let problem: unknown = undefined;
    try {
      await answers.look();
    } catch (error) {
      problem = error;
    }
    this.#look = undefined;
    // What a store says that is closed meanwhile concerns nobody.
    if (this.#ended) return;
    if (problem === undefined) this.#take(answers.lastFrontiers!.value);
    onLook(problem);
    const over = this.#soonOver = deferred<void>();
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      if (this.#again) this.#look ??= this.#lookNow();
      over.resolve();
    }, SOON_MS);
  }

  #take(next: ReadonlyMap<string, FrontierRecord>): void {
    const { online, offline } = differenceOf(this.#live ?? new Map(), next);
    if (this.#live !== undefined && online.length + offline.length === 0) {
      return;
    }
    this.#live = next;
    this.#wake(() => true);
  }

  /** Wakes some, a few in each turn of the event loop: each of them writes what it is told. */
  async #wake(which: (waiter: Waiter) => boolean): Promise<void> {
    const waiters = [...this.#waiting].filter(which);
    for (let at = 0; at < waiters.length; at += AT_ONCE) {
      if (at > 0) await new Promise((resolve) => setTimeout(resolve, 0));
      for (const { wake } of waiters.slice(at, at + AT_ONCE)) wake();
    }
  }
}

/** What is between two views. */
export interface Difference {
  /** Gateways that are alive and were not, or have moved. */
  readonly online: readonly FrontierRecord[];
  /** Ids of gateways that are alive no more. */
  readonly offline: readonly string[];
}

/**
 * @param before Who was alive.
 * @param after Who is.
 * @returns What is between; how much is connected to each is not.
 */
export function differenceOf(
  before: ReadonlyMap<string, FrontierRecord>,
  after: ReadonlyMap<string, FrontierRecord>,
): Difference {
  if (before === after) return { online: [], offline: [] };
  const online = [...after.values()].filter((frontier) => {
    const known = before.get(frontier.frontierId);
    return known === undefined || known.serviceAddr !== frontier.serviceAddr ||
      known.edgeAddr !== frontier.edgeAddr;
  });
  const offline = [...before.keys()].filter((id) => !after.has(id));
  return { online, offline };
}
