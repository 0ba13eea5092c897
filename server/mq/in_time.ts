/**
 * Waiting, but not for ever.
 *
 * @module
 */

/**
 * @param work What is waited for; it goes on when the wait is over, and its
 * rejection then reaches nobody.
 * @param ms Longest wait, in milliseconds.
 * @returns What it resolves to.
 * @throws {Error} If it does not settle in time, or whatever it rejects with.
 */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`no answer within ${ms} ms`)),
    ms,
  );
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
