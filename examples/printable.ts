/**
 * Text of others, for a terminal.
 *
 * @module
 */

/**
 * Makes text harmless: what would move the cursor, clear the screen or begin a
 * line of its own is shown as `�`.
 *
 * @param text What somebody else has sent.
 * @returns One line to show; tabs stay.
 */
export function printable(text: string): string {
  return text.replace(/(?!\t)\p{Cc}/gu, "\ufffd");
}
