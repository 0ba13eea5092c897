/**
 * How often a store is asked, how it answers and how long that takes.
 *
 * @module
 */

import { Buckets } from "@frontier/platform/metrics";
import { StoreUnavailableError } from "../store/presence_store.ts";

/** What a store is asked for, as metrics name it. */
export const OPERATIONS = [
  "register",
  "renew",
  "release",
  "apply",
  "touch",
  "remove",
  "members",
  "evictions",
  "remove_dead",
  "look_up",
  "list",
  "ping",
] as const;

/** One of {@linkcode OPERATIONS}. */
export type Operation = typeof OPERATIONS[number];

/** How a store answers. */
export const STORE_OUTCOMES = ["ok", "unavailable", "failed"] as const;

/** One of {@linkcode STORE_OUTCOMES}. */
export type StoreOutcome = typeof STORE_OUTCOMES[number];

/** Counts what a store is asked for. */
export class StoreFigures {
  readonly #counts: Map<Operation, Record<StoreOutcome, number>> = new Map(
    OPERATIONS.map((name) => [name, { ok: 0, unavailable: 0, failed: 0 }]),
  );
  readonly #spans: Map<Operation, Buckets> = new Map(
    OPERATIONS.map((name) => [name, new Buckets()]),
  );

  /**
   * Asks, and counts it.
   *
   * @param operation What for.
   * @param ask Asks.
   * @returns The answer.
   * @throws {Error} What the store rejects with.
   */
  async timed<T>(operation: Operation, ask: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    const counts = this.#counts.get(operation)!;
    try {
      const answer = await ask();
      counts.ok++;
      return answer;
    } catch (error) {
      if (error instanceof StoreUnavailableError) counts.unavailable++;
      else counts.failed++;
      throw error;
    } finally {
      this.#spans.get(operation)!.add(performance.now() - begun);
    }
  }

  /**
   * @param operation One of them.
   * @returns How often it was answered, and how.
   */
  counts(operation: Operation): Readonly<Record<StoreOutcome, number>> {
    return this.#counts.get(operation)!;
  }

  /**
   * @param operation One of them.
   * @returns How long its answers took.
   */
  spans(operation: Operation): Buckets {
    return this.#spans.get(operation)!;
  }
}
