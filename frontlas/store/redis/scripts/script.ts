/**
 * Programs that run inside Redis.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** One program. */
export interface Script {
  /** Its text, in Lua; the first line says which version it is. */
  readonly text: string;
  /** What Redis calls it once it has seen it. */
  readonly sha: string;
}

/**
 * @param name What it is called.
 * @param version Grows with every change: two directories of different releases may share one Redis.
 * @param text The program.
 * @returns The script.
 */
export function script(name: string, version: number, text: string): Script {
  const whole = `-- frontlas ${name} ${version}\n${text.trim()}\n`;
  return {
    text: whole,
    sha: createHash("sha1").update(whole).digest("hex"),
  };
}
