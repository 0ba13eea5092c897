/**
 * What is wrong with a broker, in words.
 *
 * @module
 */

import { hideCredentials } from "../config/credentials.ts";

/** Causes that are looked at, one below the other. */
const MOST_CAUSES = 4;

/**
 * @param error Whatever a client has thrown.
 * @returns Its message and those of its causes, without credentials.
 */
export function problemOf(error: unknown): string {
  const texts: string[] = [];
  let cause: unknown = error;
  for (let i = 0; i < MOST_CAUSES && cause !== undefined; i++) {
    const text = cause instanceof Error ? cause.message : String(cause);
    if (text !== "" && !texts.some((other) => other.includes(text))) {
      texts.push(text);
    }
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return texts.map(withoutCredentials).join(": ") || "unknown problem";
}

function withoutCredentials(text: string): string {
  return text.replace(/\S*@\S*/g, hideCredentials);
}
