/**
 * Many who stop with one signal.
 *
 * @module
 */

/** All who wait for one signal. */
class Waiting extends Set<() => void> {
  readonly onAbort = (): void => {
    for (const call of this) call();
    // Whoever leaves after that has nothing to undo.
    this.clear();
  };
}

const waiting: WeakMap<AbortSignal, Waiting> = new WeakMap();

/**
 * Calls something when a signal is aborted. A signal looks through all its
 * listeners each time one comes or goes: with thousands of handshakes or calls
 * under way that costs more than they do. So it has one here, while anybody waits.
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
    const all = calls = new Waiting();
    waiting.set(signal, all);
    signal.addEventListener("abort", all.onAbort, { once: true });
  }
  const all = calls;
  // One of its own: the same function may be here twice.
  const own = () => call();
  all.add(own);
  return () => {
    if (!all.delete(own) || all.size > 0) return;
    // A signal with a listener may keep a timer, and with it the program.
    signal.removeEventListener("abort", all.onAbort);
    waiting.delete(signal);
  };
}
