/** How many single-character edits (insert, delete, replace) turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(
        Math.min(replace, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1),
      );
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** Spelling habits that are no edits: case, and the sign between words. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, "");
}

/**
 * The name among `known` that `name` was most likely meant to be: the one with the fewest edits, case and word separators
 * aside; the first of several.
 *
 * @param name The name that is not known.
 * @param known The names to choose from.
 * @returns The nearest one and its distance, or `undefined` if there are none.
 */
export function nearest(
  name: string,
  known: Iterable<string>,
): { name: string; distance: number } | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(fold(name), fold(candidate));
    if (best === undefined || distance < best.distance) {
      best = { name: candidate, distance };
    }
  }
  return best;
}
