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

/** What whoever is in charge has to do about answers that no waiting changes. */
const FIXES: readonly (readonly [RegExp, string])[] = [
  [/\bNOAUTH\b/, 'set "redis.password"'],
  [/\bWRONGPASS\b/, 'set "redis.username" and "redis.password"'],
  [/\bNOPERM\b/, "give the user the permissions that docs/CLUSTER.md names"],
  [/\bDB index is out of range/, "choose a database that the server has"],
  [
    /\bWRONGTYPE\b/,
    'remove the keys of others that begin with "frontlas:", or choose another database',
  ],
  [/\bcluster support disabled/, 'set "redis.mode" to standalone'],
  [
    /\bunknown command .(?:TIME|CLUSTER)\b/,
    'set "redis.mode" to sentinel if it is one',
  ],
  [
    /\bNo such master with that name/,
    'set "redis.sentinel.master_name" to a master that the sentinels watch',
  ],
  [
    /\bunknown command .SENTINEL\b/,
    'set "redis.sentinel.addrs" to sentinels, or "redis.mode" to standalone',
  ],
];

/** What is wrong, and what to do about it where that is known. */
function withFix(why: string): string {
  const [, fix = ""] = FIXES.find(([answer]) => answer.test(why)) ?? [];
  if (fix === "" || why.includes(fix)) return why;
  return `${why.trimEnd().replace(/[.,:]$/, "")}, ${fix}`;
}

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
    `Cannot reach Redis: ${withFix(why)}`,
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
      `Cannot use Redis: it answers ${withFix(reply.message)}`,
      { cause: reply },
    );
  }
  const words = withFix(reply.message);
  if (words === reply.message) throw reply;
  throw new Error(`Cannot use Redis: it answers ${words}`, { cause: reply });
}

/** Whether an answer says that this connection leads to the wrong place. */
export function isWrongPlace(reply: Reply): reply is Error {
  return reply instanceof Error && WRONG_PLACE.test(reply.message);
}

/** Whether a key holds something else than it should: what is not ours is none. */
export function isWrongType(reply: Reply): boolean {
  return reply instanceof Error && reply.message.startsWith("WRONGTYPE");
}
