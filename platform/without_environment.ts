/**
 * Loading clients that look into the environment.
 *
 * @example What is loaded sees no variables; afterwards they are there again
 * ```ts
 * import { withoutEnvironment } from "@frontier/platform/environment";
 * import { assertEquals } from "@std/assert";
 * import process from "node:process";
 *
 * const before = process.env;
 * const seen = await withoutEnvironment(async () => {
 *   await import("node:querystring");
 *   return Object.keys(process.env);
 * });
 * assertEquals(seen, []);
 * assertEquals(process.env, before);
 * ```
 *
 * @module
 */

import process from "node:process";

let users = 0;
let kept: typeof process.env | undefined = undefined;

/**
 * Loads a module while `process.env` is empty. The clients of Redis and Kafka
 * list all variables when they are loaded, for switches of their tracing; to
 * list them takes the permission to see them all. What reads `Deno.env` sees no
 * difference.
 *
 * @param load Loads the module.
 * @returns What was loaded.
 */
export async function withoutEnvironment<T>(
  load: () => Promise<T>,
): Promise<T> {
  if (users++ === 0) {
    kept = process.env;
    process.env = {};
  }
  try {
    return await load();
  } finally {
    if (--users === 0) process.env = kept!;
  }
}
