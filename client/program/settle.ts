/**
 * Flags, and the variables that stand for them.
 *
 * @module
 */

import {
  type Arguments,
  type FlagTable,
  parseArguments,
} from "@frontier/platform/process";

/** Reads one variable of the environment. */
export type Environment = (name: string) => string | undefined;

/**
 * A variable of the environment.
 *
 * @param name Its name.
 * @returns Its value; `undefined` also where the runtime does not let us see it.
 */
export function environment(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

/**
 * The variable that stands for a flag: `FRONTIER_AGENT_ID_FILE` for `--id-file`.
 *
 * @param prefix What the variables of the program begin with.
 * @param flag The name of the flag.
 * @returns The name of the variable.
 */
export function variableOf(prefix: string, flag: string): string {
  return prefix + flag.replace(/^--/, "").replaceAll("-", "_").toUpperCase();
}

/**
 * Reads the command line, and what the environment says where it says nothing.
 * A variable of a flag that may be given several times holds all of them,
 * separated by spaces.
 *
 * @param table The flags there are.
 * @param args The arguments, without the program's name.
 * @param prefix What the variables begin with.
 * @param env The environment.
 * @returns What both ask for.
 * @throws {UsageError} If a flag is unknown, lacks its value or has a wrong one.
 */
export function settle<const T extends FlagTable>(
  table: T,
  args: readonly string[],
  prefix: string,
  env: Environment,
): Arguments<T> {
  const given: Record<string, unknown> = parseArguments<FlagTable>(table, args);
  for (const [property, { kind, names }] of Object.entries(table)) {
    if (kind !== "text" && kind !== "list") continue;
    const value = given[property] as string | string[] | undefined;
    if (value !== undefined && value.length > 0) continue;
    const text = env(variableOf(prefix, names[0]!))?.trim();
    if (text === undefined || text === "") continue;
    given[property] = kind === "text" ? text : text.split(/\s+/);
  }
  return given as Arguments<T>;
}
