/**
 * Which process a gateway is.
 *
 * @module
 */

/**
 * @param random Returns a number from 0 to 1, 1 excluded.
 * @returns What tells this process from all others: 16 hex digits.
 */
export function newInstance(random: () => number): string {
  const half = () =>
    Math.floor(random() * 0x1_0000_0000).toString(16).padStart(8, "0");
  return half() + half();
}
