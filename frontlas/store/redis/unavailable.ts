/**
 * Redis cannot be used now.
 *
 * @module
 */

import { StoreUnavailableError } from "../presence_store.ts";
import type { Reply } from "./command.ts";

/**
 * Answers of a server that refuses now what it may take another time, or from
 * somebody else: whoever is in charge of it has to do something.
 */
const NOT_NOW =
  /^(?:ASK|BUSY|CLUSTERDOWN|LOADING|MASTERDOWN|MISCONF|MOVED|NOAUTH|NOSCRIPT|NOPERM|NOREPLICAS|OOM|READONLY|TRYAGAIN|UNBLOCKED|UNKILLABLE|WRONGPASS|ERR max number of clients)\b/;

/** Of those: answers that another connection may not get. */
const WRONG_PLACE = /^(?:LOADING|MASTERDOWN|NOAUTH|READONLY)\b/;

/**
 * @param why What is wrong.
 * @param cause The error below it.
 * @returns The error that the store rejects with.
 */
export function unavailable(
  why: string,
  cause?: unknown,
): StoreUnavailableError {
  return new StoreUnavailableError(
    `Cannot reach Redis: ${why}`,
    cause === undefined ? undefined : { cause },
  );
}

/**
 * @param reply What Redis has answered.
 * @returns The value.
 * @throws {StoreUnavailableError} If Redis cannot do it now.
 * @throws {Error} If Redis cannot do it at all.
 */
export function valueOf(reply: Reply): unknown {
  if (!(reply instanceof Error)) return reply;
  if (NOT_NOW.test(reply.message)) {
    throw new StoreUnavailableError(
      `Cannot use Redis: it answers ${reply.message}`,
      { cause: reply },
    );
  }
  throw reply;
}

/** Whether an answer says that this connection leads to the wrong place. */
export function isWrongPlace(reply: Reply): reply is Error {
  return reply instanceof Error && WRONG_PLACE.test(reply.message);
}

/** Whether a key holds something else than it should: what is not ours is none. */
export function isWrongType(reply: Reply): boolean {
  return reply instanceof Error && reply.message.startsWith("WRONGTYPE");
}
