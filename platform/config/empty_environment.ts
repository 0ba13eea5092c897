/**
 * Variables of the environment that say nothing.
 *
 * @module
 */

import process from "node:process";

/**
 * Runs a function while `process.env` is empty.
 *
 * The YAML library looks into the environment with each text it parses: with
 * `LOG_TOKENS` or `LOG_STREAM` set it prints what it reads, the passwords of a
 * configuration file included, and without the permission to see them it cannot
 * parse at all. Neither is wanted, and the library has no option to leave it.
 *
 * @param run The function; synchronous, so that nobody else can meet the empty
 * environment.
 * @returns What the function returns.
 */
export function withEmptyEnvironment<T>(run: () => T): T {
  const { env } = process;
  process.env = {};
  try {
    return run();
  } finally {
    process.env = env;
  }
}
