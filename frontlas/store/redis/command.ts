/**
 * What is sent to Redis, whichever way it is run.
 *
 * @module
 */

import type { Script } from "./scripts/script.ts";

/** A word of a command. */
export type Word = string | number;

/** One command. */
export interface Command {
  /** A key it is about: says which node of a cluster gets it. */
  readonly key: string;
  /** The command and its words; those of a script without program, keys and their number. */
  readonly words: readonly Word[];
  /** The script to run, with the key as its only one. */
  readonly script?: Script;
}

/** What came back: a value of Redis, or the error it answered with. */
export type Reply = unknown;

/** A command about a key. */
export function command(key: string, ...words: Word[]): Command {
  return { key, words };
}

/** A script about a key. */
export function scripted(
  script: Script,
  key: string,
  ...words: readonly Word[]
): Command {
  return { key, words, script };
}

/**
 * @param command The command.
 * @param known Whether Redis is believed to have seen the script.
 * @returns The words to send.
 */
export function wordsOf(
  { key, words, script }: Command,
  known: boolean,
): readonly Word[] {
  if (script === undefined) return words;
  return known
    ? ["EVALSHA", script.sha, 1, key, ...words]
    : ["EVAL", script.text, 1, key, ...words];
}

/** Whether a reply says that a script has to be sent as a whole. */
export function isUnknownScript(reply: Reply): boolean {
  return reply instanceof Error && reply.message.startsWith("NOSCRIPT");
}
