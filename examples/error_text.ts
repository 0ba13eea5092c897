/**
 * Errors as users of the examples see them.
 *
 * @module
 */

import { FrontierError } from "@frontier/client";
import { FlagError } from "./flags.ts";
import { printable } from "./printable.ts";

/**
 * Says what went wrong, in the words of the other side where it said something:
 * those are the same whatever language it is written in.
 *
 * @param error What was thrown.
 * @returns The text, in one line.
 */
export function errorText(error: unknown): string {
  let inner = FrontierError.from(error);
  while (inner.wireText === undefined && inner.cause instanceof FrontierError) {
    inner = inner.cause;
  }
  return printable(inner.wireText ?? inner.message);
}

/**
 * Does something, and says in its error what that was.
 *
 * @param what What the error begins with.
 * @param action What to do.
 * @returns What it comes to.
 * @throws {Error} If it fails; what is wrong with the command line is thrown as it is.
 */
export async function explained<T>(
  what: string,
  action: () => T | Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof FlagError) throw error;
    throw new Error(`${what}: ${errorText(error)}`);
  }
}
