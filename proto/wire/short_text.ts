/**
 * Texts of peers that are kept.
 *
 * @module
 */

/** Most UTF-16 units of a reason that is kept or passed on. */
const LONGEST = 1_024;

/**
 * Shortens a text from a peer to what is worth keeping.
 *
 * @param text The text, of any length.
 * @returns The text, or its beginning in memory of its own.
 */
export function shortText(text: string): string {
  // A slice alone would keep the whole text alive.
  return text.length <= LONGEST
    ? text
    : Array.from(text.slice(0, LONGEST)).join("");
}
