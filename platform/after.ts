/**
 * Spans of time of any length.
 *
 * @module
 */

/** Longest span that the runtime's own timers take, in milliseconds; more fires at once there. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Does something after a span of time, however long it is: the runtime's own
 * timers fire at once when they are given `Infinity`, or more than 24 days.
 *
 * @param ms Milliseconds; infinite never comes, and what is not positive at once.
 * @param act What to do.
 * @returns Call it to give up; nothing happens when it has been done.
 *
 * @example
 * ```ts
 * import { after } from "@frontier/platform/internal";
 * import { assertEquals } from "@std/assert";
 *
 * let done = 0;
 * await new Promise<void>((resolve) => after(1, () => (done++, resolve())));
 * const giveUp = after(Infinity, () => done++);
 * giveUp();
 * assertEquals(done, 1);
 * ```
 */
export function after(ms: number, act: () => void): () => void {
  if (ms === Infinity) return () => {};
  // A negative one is over, too, and so is what is no number.
  let left = ms > 0 ? ms : 0;
  let handle: ReturnType<typeof setTimeout> | undefined = undefined;
  const wait = () => {
    const span = Math.min(left, LONGEST_MS);
    left -= span;
    handle = setTimeout(() => left > 0 ? wait() : act(), span);
  };
  wait();
  return () => clearTimeout(handle!);
}
