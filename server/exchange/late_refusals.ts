/**
 * Refusals of a connection that is about to be closed.
 *
 * @module
 */

import {
  EDGE_NOT_ONLINE,
  SERVICE_NOT_ONLINE,
  TOPIC_NOT_ONLINE,
} from "@frontier/proto/internal";
import type { Answers } from "./answers.ts";
import type { Call, Party } from "./call.ts";
import type { Calls } from "./calls.ts";

/** Refusals that wait for one peer; those beyond are told at once. */
const MOST_HELD = 256;

/**
 * What a peer asks once its turn to leave has come is refused, but not told so
 * at once. Who waits for an answer sends nothing meanwhile, and what crosses
 * the close on its way is lost for its sender: so the refusals go out together
 * with the close, right before it. And who tries again as soon as it is refused
 * would ask without end.
 */
export class LateRefusals {
  readonly #calls: Calls;
  readonly #answers: Answers;
  /** Peers whose refusals wait, and how many do. */
  readonly #held: Map<Party, number> = new Map();

  /**
   * @param calls Knows what has no answer.
   * @param answers Answers those who asked.
   */
  constructor(calls: Calls, answers: Answers) {
    this.#calls = calls;
    this.#answers = answers;
  }

  /**
   * Nothing is taken from a peer from now on, and its refusals wait.
   *
   * @param peer The peer, which is not online any more.
   */
  begin(peer: Party): void {
    this.#held.set(peer, 0);
  }

  /**
   * @param peer Anybody who is connected.
   * @returns Whether nothing is taken from it any more.
   */
  knows(peer: Party): boolean {
    return this.#held.has(peer);
  }

  /**
   * Lets a refusal wait.
   *
   * @param call What is refused; it was not offered to anybody.
   * @returns `false` if it is to be told at once.
   */
  hold(call: Call): boolean {
    const peer = call.source!;
    const held = this.#held.get(peer);
    if (held === undefined || held >= MOST_HELD) return false;
    this.#held.set(peer, held + 1);
    return true;
  }

  /**
   * Tells refusals.
   *
   * @param peer Who is refused.
   * @param since Those that came before, in milliseconds of the clock; all by
   * default.
   * @returns How many were told.
   */
  tell(peer: Party, since = Infinity): number {
    const held = this.#held.get(peer);
    if (held === undefined || held === 0) return 0;
    let told = 0;
    let left = 0;
    for (const call of peer.unanswered) {
      if (call.target !== undefined) continue;
      if (call.startedAt > since) {
        left++;
        continue;
      }
      this.#calls.leave(call);
      this.#answers.fail(call, refusalOf(call), "not-run");
      this.#calls.release(call);
      told++;
    }
    this.#held.set(peer, left);
    return told;
  }

  /**
   * A peer has gone.
   *
   * @param peer Anybody; nothing happens if nothing was held back.
   */
  forget(peer: Party): void {
    this.#held.delete(peer);
  }
}

/**
 * What a peer is told that asks after its turn to leave has come.
 *
 * @param call What it asks.
 * @returns A text that says to everybody: not here, try again.
 */
export function refusalOf(call: Call): string {
  if (call.source?.kind === "service") return EDGE_NOT_ONLINE;
  return call.kind === "request" ? SERVICE_NOT_ONLINE : TOPIC_NOT_ONLINE;
}
