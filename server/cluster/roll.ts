/**
 * Calling the roll of all who are connected.
 *
 * @module
 */

import type { Directory } from "../directory/directory.ts";
import type { Peer } from "../directory/peer.ts";

/**
 * @param directory Who is there.
 * @returns All services, then all edges. Whoever is there from the first to the
 * last is among them; nothing is copied, and it may take any time.
 */
export function* roll(directory: Directory): Generator<Peer, void, undefined> {
  for (const peer of directory.services()) if (peer.online) yield peer;
  for (const peer of directory.edges()) if (peer.online) yield peer;
}

/** Longest time between two looks at who is due, in milliseconds. */
const LOOK_MS = 100;
/** Part of the period in which a round is done: some are always late. */
const HASTE = 0.9;

/**
 * Whose turn it is to be told of again: everybody's once in a period, at an even
 * pace, round after round.
 */
export class Rounds {
  readonly #directory: Directory;
  readonly #periodMs: number;
  #round: Iterator<Peer, void, undefined>;
  #due = 0;
  #at: number;

  /**
   * @param directory Who is there.
   * @param periodMs Milliseconds in which everybody's turn comes.
   * @param now The time, in milliseconds of the clock.
   */
  constructor(directory: Directory, periodMs: number, now: number) {
    this.#directory = directory;
    this.#periodMs = periodMs * HASTE;
    this.#round = roll(directory);
    this.#at = now;
  }

  get #size(): number {
    return this.#directory.edgeCount + this.#directory.serviceCount;
  }

  /**
   * Time has passed.
   *
   * @param now The time, in milliseconds of the clock.
   */
  advance(now: number): void {
    const size = this.#size;
    const passed = (now - this.#at) * size / this.#periodMs;
    this.#at = now;
    // A pause is not made up for more than once.
    this.#due = Math.min(size, this.#due + passed);
  }

  /** @returns A peer whose turn has come; it is online. */
  next(): Peer | undefined {
    if (this.#due < 1) return undefined;
    let peer = this.#round.next().value;
    if (peer === undefined) {
      this.#round = roll(this.#directory);
      peer = this.#round.next().value;
    }
    this.#due = peer === undefined ? 0 : this.#due - 1;
    return peer ?? undefined;
  }

  /** When somebody's turn comes, in milliseconds of the clock; infinite when nobody is there. */
  get nextAt(): number {
    const size = this.#size;
    if (size === 0) return Infinity;
    // There was no time for all of them.
    if (this.#due >= 1) return this.#at;
    const missing = (1 - this.#due) * this.#periodMs / size;
    return this.#at + Math.max(LOOK_MS, Math.ceil(missing));
  }
}
