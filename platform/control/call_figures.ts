/**
 * How many calls there were, how they ended and how long they took.
 *
 * @module
 */

import { Buckets } from "../metrics/buckets.ts";
import type { ApiCode } from "./api_error.ts";

/** How a call ended. */
export type CallOutcome = "OK" | ApiCode;

/** Counts the calls of a port, by method; methods that nobody has called are not there. */
export class CallFigures {
  readonly #counts: Map<string, Map<CallOutcome, number>> = new Map();
  readonly #spans: Map<string, Buckets> = new Map();

  /**
   * Enters a call that has ended.
   *
   * @param method Its name with that of its service; never a text of a peer.
   * @param outcome How it ended.
   * @param ms How long it took in milliseconds, the wait for its turn included; `undefined` for one that lasts as long as its caller wants.
   */
  add(method: string, outcome: CallOutcome, ms: number | undefined): void {
    let counts = this.#counts.get(method);
    if (counts === undefined) {
      counts = new Map();
      this.#counts.set(method, counts);
    }
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    if (ms === undefined) return;
    let spans = this.#spans.get(method);
    if (spans === undefined) {
      spans = new Buckets();
      this.#spans.set(method, spans);
    }
    spans.add(ms);
  }

  /**
   * Lists how calls ended.
   *
   * @returns Of each method and each way to end how many.
   */
  *counts(): Generator<[method: string, outcome: CallOutcome, count: number]> {
    for (const [method, counts] of this.#counts) {
      for (const [outcome, count] of counts) yield [method, outcome, count];
    }
  }

  /**
   * Lists how long calls took.
   *
   * @returns Of each method the spans of its calls.
   */
  spans(): Iterable<[method: string, spans: Buckets]> {
    return this.#spans;
  }
}
