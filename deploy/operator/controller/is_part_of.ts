/**
 * Whether an object is as it should be.
 *
 * @module
 */

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Tells whether everything that is wanted is there. What is there beyond that, defaults above all, does not matter; neither does the
 * order of a list.
 *
 * @param wanted What is wanted.
 * @param there What is there.
 * @returns Whether it is there.
 */
export function isPartOf(wanted: unknown, there: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(there)) return wanted.length === 0;
    return wanted.length === there.length &&
      wanted.every((item, i) =>
        isPartOf(item, there[i]) || there.some((other) => isPartOf(item, other))
      );
  }
  if (isObject(wanted)) {
    // The API server leaves out what is empty.
    const other = isObject(there) ? there : {};
    return Object.entries(wanted).every(([key, value]) =>
      value === undefined || isPartOf(value, other[key])
    );
  }
  return wanted === there;
}
