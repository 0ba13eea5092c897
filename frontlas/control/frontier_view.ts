/**
 * Which gateways are alive, followed as it changes.
 *
 * @module
 */

import type { FrontierRecord } from "../store/presence_store.ts";
import type { Answers } from "./answers.ts";

/** Milliseconds between two looks at the store. */
const LOOK_MS = 1_000;
/** Milliseconds between two looks when gateways come and go one after the other. */
const SOON_MS = 50;

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

/**
 * Looks once a second who is alive, for all who want to know, and at once when
 * told that something has changed. Gateways whose link is elsewhere are seen
 * by the former, those linked here by the latter.
 */
export class FrontierView implements Disposable {
  readonly #options: FrontierViewOptions;
  readonly #waiting: Set<() => void> = new Set();
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  readonly #ticks: ReturnType<typeof setInterval>;
  #live: ReadonlyMap<string, FrontierRecord> | undefined = undefined;
  #looking = false;
  #again = false;
  #ended = false;

  /**
   * Begins to look.
   *
   * @param options What it is made of.
   */
  constructor(options: FrontierViewOptions) {
    this.#options = options;
    this.#ticks = setInterval(() => {
      this.changed();
      this.#wake();
    }, LOOK_MS);
    this.changed();
  }

  /** Stops, and lets go of all who wait. */
  [Symbol.dispose](): void {
    this.#ended = true;
    clearInterval(this.#ticks);
    clearTimeout(this.#timer);
    this.#wake();
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
    if (this.#ended) return;
    if (this.#looking || this.#timer !== undefined) this.#again = true;
    else void this.#look();
  }

  /**
   * @param signal Gives up waiting when aborted.
   * @returns When it has looked again, or a second has passed.
   */
  next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || this.#ended) return resolve();
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      signal.addEventListener("abort", wake);
      this.#waiting.add(wake);
    });
  }

  async #look(): Promise<void> {
    this.#looking = true;
    this.#again = false;
    try {
      await this.#options.answers.look();
      this.#take(this.#options.answers.lastFrontiers!.value);
      this.#options.onLook(undefined);
    } catch (error) {
      this.#options.onLook(error);
    }
    this.#looking = false;
    if (this.#ended) return;
    this.#wake();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#again) void this.#look();
    }, SOON_MS);
  }

  #take(next: ReadonlyMap<string, FrontierRecord>): void {
    const { online, offline } = differenceOf(this.#live ?? new Map(), next);
    if (this.#live === undefined || online.length + offline.length > 0) {
      this.#live = next;
    }
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
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
