/**
 * What is wrong with a broker, in words.
 *
 * @module
 */

/** Causes that are looked at, one below the other. */
const MOST_CAUSES = 5;

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
    cause = causeOf(cause);
  }
  return texts.map(withoutCredentials).join(": ").replaceAll(".: ", ": ") ||
    "unknown problem";
}

/** What is below an error; of several attempts the last, for they are often alike. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  const { errors } = error as { errors?: unknown };
  return error.cause ?? (Array.isArray(errors) ? errors.at(-1) : undefined);
}

function withoutCredentials(text: string): string {
  return text.replace(/\S*@\S*/g, hideCredentials);
}
import { hideCredentials } from "@frontier/platform/config";
