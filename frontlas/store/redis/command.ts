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

/** The words to send. */
export function wordsOf({ key, words, script }: Command): readonly Word[] {
  return script === undefined
    ? words
    : ["EVALSHA", script.sha, 1, key, ...words];
}

/** What makes Redis know the scripts of commands: each is sent once, however many commands run it. */
export function loadsOf(commands: readonly Command[]): readonly Word[][] {
  const texts = new Set(
    commands.flatMap(({ script }) => script === undefined ? [] : [script.text]),
  );
  return [...texts].map((text) => ["SCRIPT", "LOAD", text]);
}

/** Whether a reply says that a script has to be sent as a whole. */
export function isUnknownScript(reply: Reply): boolean {
  return reply instanceof Error && reply.message.startsWith("NOSCRIPT");
}
