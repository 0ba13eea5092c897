/**
 * Sorting that can be interrupted.
 *
 * @module
 */

import type { Work } from "./turns.ts";

/** Items sorted, or merged, without a pause. */
const PIECE = 256;

/**
 * @param items What to sort; changed on the way.
 * @param compare The order.
 * @returns The items in order.
 */
export function* sort<T>(
  items: T[],
  compare: (a: T, b: T) => number,
): Work<T[]> {
  for (let at = 0; at < items.length; at += PIECE) {
    const piece = items.slice(at, at + PIECE).sort(compare);
    for (let i = 0; i < piece.length; i++) items[at + i] = piece[i]!;
    yield;
  }
  let from = items;
  let to: T[] = [];
  for (let width = PIECE; width < items.length; width *= 2) {
    to = [];
    for (let at = 0; at < from.length; at += 2 * width) {
      let left = at;
      const middle = Math.min(at + width, from.length);
      let right = middle;
      const end = Math.min(at + 2 * width, from.length);
      for (let n = 0; left < middle || right < end; n++) {
        const takeLeft = right >= end ||
          left < middle && compare(from[left]!, from[right]!) <= 0;
        to.push(from[takeLeft ? left++ : right++]!);
        if (n % PIECE === 0) yield;
      }
    }
    from = to;
  }
  return from;
}
