/**
 * Many who stop with one signal.
 *
 * @module
 */

const waiting: WeakMap<AbortSignal, Set<() => void>> = new WeakMap();

/**
 * Calls something when a signal is aborted. A signal looks through all its
 * listeners each time one comes or goes: with thousands of handshakes under way
 * that costs more than they do. So it has one here.
 *
 * @param signal The signal; not aborted yet.
 * @param call Called once, when it is.
 * @returns What to call when that is of no interest any more.
 */
export function whenAborted(
  signal: AbortSignal,
  call: () => void,
): () => void {
  let calls = waiting.get(signal);
  if (calls === undefined) {
    const all = calls = new Set<() => void>();
    waiting.set(signal, all);
    signal.addEventListener("abort", () => {
      waiting.delete(signal);
      for (const one of all) one();
    }, { once: true });
  }
  const all = calls;
  // One of its own: the same function may be here twice.
  const own = () => call();
  all.add(own);
  return () => void all.delete(own);
}
