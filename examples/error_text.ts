/**
 * Errors as users of the examples see them.
 *
 * @module
 */

import { FrontierError } from "@frontier/client";

/**
 * Says what went wrong, in the words of the other side where it said something:
 * those are the same whatever language it is written in.
 *
 * @param error What was thrown.
 * @returns The text.
 */
export function errorText(error: unknown): string {
  let inner = FrontierError.from(error);
  while (inner.wireText === undefined && inner.cause instanceof FrontierError) {
    inner = inner.cause;
  }
  return inner.wireText ?? inner.message;
}
