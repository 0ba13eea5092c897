/**
 * How much is done at a time.
 *
 * @module
 */

import type { CallKind } from "./api.ts";
import { ApiError } from "./api_error.ts";
import { Pace, sleep } from "./pace.ts";

/** What may be under way at a time; see {@linkcode Places}. */
export interface PlaceLimits {
  /**
   * Queries under way at most; more wait for their turn. Few, for they share
   * one thread with the traffic.
   * @default 4
   */
  readonly queries?: number;
  /**
   * Queries that begin in a second at most, and at once after one of rest;
   * more wait.
   * @default 500
   */
  readonly queriesPerSecond?: number;
  /**
   * Queries that wait at most, and look-ups that do.
   * @default 256
   */
  readonly waiting?: number;
  /**
   * Look-ups under way at most; more wait for their turn.
   * @default 256
   */
  readonly lookups?: number;
  /**
   * Commands under way at most.
   * @default 64
   */
  readonly commands?: number;
  /**
   * Watches at most.
   * @default 64
   */
  readonly watches?: number;
}

/** Gives every call a place, or refuses it. */
export class Places {
  readonly #limits: Readonly<Record<CallKind, number>>;
  readonly #maxWaiting: number;
  readonly #pace: Pace;
  readonly #taken: Record<CallKind, number> = {
    query: 0,
    lookup: 0,
    command: 0,
    watch: 0,
  };
  /** Those that wait, of the kinds that do. */
  readonly #waiting: Partial<Record<CallKind, Set<() => void>>> = {
    query: new Set(),
    lookup: new Set(),
  };

  /**
   * @param limits How many there are.
   */
  constructor(limits: PlaceLimits = {}) {
    this.#limits = {
      query: limits.queries ?? 4,
      lookup: limits.lookups ?? 256,
      command: limits.commands ?? 64,
      watch: limits.watches ?? 64,
    };
    this.#maxWaiting = limits.waiting ?? 256;
    this.#pace = new Pace(limits.queriesPerSecond ?? 500);
  }

  /**
   * @param kind What kind of call.
   * @returns How many of these are under way.
   */
  taken(kind: CallKind): number {
    return this.#taken[kind];
  }

  /**
   * @param kind What kind of call.
   * @returns How many of these wait.
   */
  waiting(kind: CallKind): number {
    return this.#waiting[kind]?.size ?? 0;
  }

  /**
   * Takes a place.
   *
   * @param kind What kind of call.
   * @param signal Gives up waiting when aborted.
   * @returns Gives the place back; once.
   * @throws {ApiError} If there is none, nor one to wait for.
   */
  async take(kind: CallKind, signal: AbortSignal): Promise<() => void> {
    if (this.#taken[kind] >= this.#limits[kind]) {
      const waiting = this.#waiting[kind];
      if (waiting === undefined) {
        throw new ApiError(
          "RESOURCE_EXHAUSTED",
          `Cannot begin: ${this.#taken[kind]} ${
            NAMES[kind]
          } are under way, which is the limit; try again later`,
        );
      }
      await this.#turn(kind, waiting, signal);
    } else this.#taken[kind]++;
    const release = this.#releaseOf(kind);
    const wait = kind === "query" ? this.#pace.turn(performance.now()) : 0;
    if (wait > 0) {
      try {
        await sleep(wait, signal);
      } catch (error) {
        release();
        throw error;
      }
    }
    return release;
  }

  #releaseOf(kind: CallKind): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      // The next one takes the place over: nobody comes in between.
      const [next] = this.#waiting[kind] ?? [];
      if (next === undefined) this.#taken[kind]--;
      else next();
    };
  }

  async #turn(
    kind: CallKind,
    waiting: Set<() => void>,
    signal: AbortSignal,
  ): Promise<void> {
    if (waiting.size >= this.#maxWaiting) {
      throw new ApiError(
        "RESOURCE_EXHAUSTED",
        `Cannot begin: ${waiting.size} ${
          NAMES[kind]
        } wait already; try again later`,
      );
    }
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const next = () => {
      waiting.delete(next);
      signal.removeEventListener("abort", onAbort);
      resolve();
    };
    const onAbort = () => {
      waiting.delete(next);
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    waiting.add(next);
    await promise;
  }
}

const NAMES: Readonly<Record<CallKind, string>> = {
  query: "queries",
  lookup: "look-ups",
  command: "commands",
  watch: "watches",
};
