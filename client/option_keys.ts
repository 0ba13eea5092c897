/**
 * Options that nobody knows.
 *
 * @module
 */

import { nearest } from "@frontier/platform/internal";

/**
 * Refuses options that would do nothing: what is misspelt keeps its default
 * otherwise, and nobody is told.
 *
 * @param what What to call one of them in messages.
 * @param given The options.
 * @param known Names of those that there are.
 * @throws {TypeError} If one is not known; the message names the one that was
 * most likely meant.
 */
export function checkKeys(
  what: string,
  given: object,
  known: readonly string[],
): void {
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const meant = nearest(key, known)?.name;
    throw new TypeError(
      `Cannot use the ${what} "${key}": there is none, the nearest one is "${meant}"`,
    );
  }
}
