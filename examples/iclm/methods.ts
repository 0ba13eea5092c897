/**
 * The methods that a program answers.
 *
 * @module
 */

import type { Handler } from "@frontier/client";
import { FlagError } from "../flags.ts";

/**
 * Picks methods by their names.
 *
 * @param names Their names, with commas in between; empty for none.
 * @param known The methods there are.
 * @returns Those that were named.
 * @throws {FlagError} If there is no such method.
 */
export function chosenMethods(
  names: string,
  known: Readonly<Record<string, Handler>>,
): Record<string, Handler> {
  const chosen: Record<string, Handler> = {};
  for (const name of names.split(",").filter((name) => name !== "")) {
    const method = Object.hasOwn(known, name) ? known[name] : undefined;
    if (method === undefined) {
      throw new FlagError(
        `Cannot answer ${name}: there is only ${Object.keys(known).join(", ")}`,
      );
    }
    chosen[name] = method;
  }
  return chosen;
}
