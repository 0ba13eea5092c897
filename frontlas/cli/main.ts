/**
 * The program: what the command line asks for.
 *
 * @module
 */

import { runProgram } from "@frontier/platform/cli";
import { DIRECTORY } from "./directory.ts";

/**
 * The command line of Frontlas: starts it, and stops it when a signal asks for
 * it.
 *
 * @param args The arguments, without the program's name.
 * @returns The exit status: 0 when stopped by a signal or done, 1 when it
 * cannot start, 2 on wrong usage.
 */
export async function main(args: readonly string[]): Promise<number> {
  return await runProgram(DIRECTORY, args);
}
