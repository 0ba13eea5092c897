/**
 * Pauses between attempts.
 *
 * @module
 */

/**
 * @param ms Milliseconds to wait.
 * @param signal Ends the pause early.
 * @returns When the pause is over.
 */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
