/**
 * Where a request or message can go.
 *
 * @module
 */

import type { DataBody } from "@frontier/proto/internal";
import type { Call, Taker } from "./call.ts";

/**
 * Something that answers calls: the session of a connected peer, or anything
 * else that takes a body and answers later. Whatever it is, the answer goes
 * through {@linkcode Answers}.
 */
export interface Target extends Taker {
  /** Whether it is about to leave: it is chosen only when nobody else is there. */
  readonly draining: boolean;
  /**
   * Offers a call.
   *
   * @param call The call. Once taken it gets exactly one answer.
   * @param body What was read of it, valid during the offer.
   * @returns An empty text when it was taken, else why not, as it is said on
   * the wire; the call is still the caller's then.
   */
  offer(call: Call, body: DataBody): string;
}
