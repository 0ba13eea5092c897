/**
 * Requests that wait for a place.
 *
 * @module
 */

import type { HandlerRun } from "./handler_run.ts";
import { Share } from "./share.ts";
import type { Source } from "./source.ts";

/** What a lone caller may have waiting. */
export interface QueueBounds {
  /** Requests that wait for a place. */
  readonly requests: number;
  /** Bytes of those. */
  readonly requestBytes: number;
}

/**
 * A queue for each caller; the callers take turns, and {@linkcode Share} the
 * room there is.
 */
export class RequestQueue {
  /** Requests that wait. */
  size = 0;
  #bytes = 0;
  readonly #requests: Share;
  readonly #room: Share;
  /** Callers with requests that wait, in the order of their turns. */
  readonly #turns = new Set<Source<HandlerRun>>();

  /**
   * Starts empty.
   *
   * @param bounds What a lone caller may have.
   */
  constructor(bounds: QueueBounds) {
    this.#requests = new Share(bounds.requests);
    this.#room = new Share(bounds.requestBytes);
  }

  /**
   * Tells whether there is room.
   *
   * @param source Whose request it is.
   * @param bytes Its size.
   * @param alone Whether no other caller is there.
   * @returns Whether it may be added.
   */
  hasRoom(source: Source<HandlerRun>, bytes: number, alone: boolean): boolean {
    const { waiting, bytes: own } = source;
    return this.#requests.allows(waiting.length, this.size, 1, alone) &&
      this.#room.allows(own, this.#bytes, bytes, alone);
  }

  /**
   * Adds a request.
   *
   * @param source Whose it is.
   * @param run The request.
   */
  add(source: Source<HandlerRun>, run: HandlerRun): void {
    source.waiting.push(run);
    source.bytes += run.bytes;
    this.#bytes += run.bytes;
    this.size++;
    this.#turns.add(source);
  }

  /**
   * Takes the request whose turn it is; the next turn is another caller's.
   *
   * @param mayRun Whether a caller may have one more place.
   * @returns The request, or `undefined` when nobody's may run.
   */
  next(
    mayRun: (source: Source<HandlerRun>) => boolean,
  ): HandlerRun | undefined {
    for (const source of this.#turns) {
      if (!mayRun(source)) continue;
      const run = source.waiting.shift()!;
      this.#left(source, run);
      this.#turns.delete(source);
      if (source.waiting.length > 0) this.#turns.add(source);
      return run;
    }
    return undefined;
  }

  /**
   * Takes requests out of their turn.
   *
   * @param selects Which.
   * @param drop Gets each, and whose it was.
   */
  remove(
    selects: (run: HandlerRun) => boolean,
    drop: (run: HandlerRun, source: Source<HandlerRun>) => void,
  ): void {
    for (const source of [...this.#turns]) {
      const dropped = source.waiting.filter(selects);
      if (dropped.length === 0) continue;
      source.waiting = source.waiting.filter((run) => !selects(run));
      if (source.waiting.length === 0) this.#turns.delete(source);
      for (const run of dropped) {
        this.#left(source, run);
        drop(run, source);
      }
    }
  }

  /**
   * Finds out who gives up first.
   *
   * @returns When its caller does, in milliseconds of the clock; infinite when nobody says.
   */
  earliestEnd(): number {
    let earliest = Infinity;
    for (const { waiting } of this.#turns) {
      for (const { endsAt } of waiting) {
        if (endsAt < earliest) earliest = endsAt;
      }
    }
    return earliest;
  }

  #left(source: Source<HandlerRun>, run: HandlerRun): void {
    source.bytes -= run.bytes;
    this.#bytes -= run.bytes;
    this.size--;
  }
}
