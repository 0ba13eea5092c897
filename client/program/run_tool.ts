/**
 * What the command lines of small programs have in common.
 *
 * @module
 */

import { FRONTIER_VERSION } from "@frontier/platform/internal";
import {
  complain,
  FAILED,
  OutputError,
  print,
  UsageError,
  WRONG_USAGE,
} from "@frontier/platform/process";

/**
 * Runs a program; says in one line what is wrong with how it was called.
 *
 * @param name What it is called.
 * @param work Does what was asked for.
 * @returns The exit status.
 */
export async function runTool(
  name: string,
  work: () => Promise<number>,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof OutputError)) {
      throw error;
    }
    complain(
      name,
      error.message + (error instanceof UsageError ? "; see --help" : ""),
    );
    return error instanceof UsageError ? WRONG_USAGE : FAILED;
  }
}

/**
 * Prints the help or the version, where that was asked for.
 *
 * @param name What the program is called.
 * @param help Its help.
 * @param given What was asked for.
 * @returns Whether there is nothing else to do.
 */
export function printAsked(
  name: string,
  help: string,
  given: { readonly help?: boolean; readonly version?: boolean },
): boolean {
  if (given.help) print(help);
  else if (given.version) {
    print(
      `${name} ${FRONTIER_VERSION} (deno ${Deno.version.deno}, ${Deno.build.target})\n`,
    );
  } else return false;
  return true;
}
