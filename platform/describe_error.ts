/**
 * The text of an error.
 *
 * @module
 */

/**
 * Tells what was thrown, whatever it was.
 *
 * @param error What was thrown or rejected with.
 * @returns Its message, or its text. Never throws.
 */
export function describeError(error: unknown): string {
  try {
    return error instanceof Error ? `${error.message}` : String(error);
  } catch {
    // Without a prototype, or with a getter that throws.
    return "an error without a text";
  }
}
