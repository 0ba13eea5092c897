/**
 * What somebody may have meant.
 *
 * @module
 */

/**
 * How many single-character edits (insert, delete, replace) turn `a` into `b`.
 */
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

/**
 * A name without what is habit in spelling: case, and the sign between words.
 */
export function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]/g, "");
}

/** The least that counts as the beginning of a name. */
const LEAST_PREFIX = 2;

/** Within so many edits a name is a slip of the fingers. */
const SLIP = 2;

/**
 * How far a candidate is from what was written. In this order: the same but for
 * spelling habits; what was written is its beginning (`lev` for `level`); a
 * slip of the fingers; it is the beginning of what was written (`address` for
 * `addr`); anything else.
 */
function rank(name: string, candidate: string): [kind: number, size: number] {
  if (name === candidate) return [0, 0];
  if (name.length >= LEAST_PREFIX && candidate.startsWith(name)) {
    return [1, candidate.length];
  }
  const edits = editDistance(name, candidate);
  if (edits <= SLIP) return [2, edits];
  if (candidate.length >= LEAST_PREFIX && name.startsWith(candidate)) {
    return [3, -candidate.length];
  }
  return [4, edits];
}

/**
 * The name among `known` that `name` was most likely meant to be; the first of
 * several that are equally likely.
 *
 * @param name The name that is not known.
 * @param known The names to choose from.
 * @returns The nearest one, and whether it is likely what was meant;
 * `undefined` if there are none to choose from.
 */
export function nearest(
  name: string,
  known: Iterable<string>,
): { name: string; likely: boolean } | undefined {
  let best: { name: string; kind: number; size: number } | undefined;
  for (const candidate of known) {
    const [kind, size] = rank(fold(name), fold(candidate));
    if (
      best === undefined || kind < best.kind ||
      (kind === best.kind && size < best.size)
    ) best = { name: candidate, kind, size };
  }
  return best && { name: best.name, likely: best.kind < 4 };
}
