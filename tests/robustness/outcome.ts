/** What becomes of operations whose peer goes away: never nothing. */

import { FrontierError, type FrontierErrorCode } from "@frontier/proto";

/**
 * Waits for something that must happen in bounded time.
 *
 * @param what What it is, for the error.
 * @param promise Settled when it has happened.
 * @param limitMs Milliseconds it may take.
 * @returns What the promise was resolved with.
 * @throws {Error} If it hangs, or what the promise was rejected with.
 */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  limitMs: number,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what}: nothing happened in ${limitMs} ms`)),
      limitMs,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits for an operation to fail.
 *
 * @param what What it does, for the error.
 * @param operation The operation.
 * @param limitMs Milliseconds it may take.
 * @returns The code of its error.
 * @throws {Error} If it hangs, succeeds, or fails with an error of another class.
 */
export async function failure(
  what: string,
  operation: Promise<unknown>,
  limitMs: number,
): Promise<FrontierErrorCode> {
  const error = await within(
    what,
    operation.then(
      (value) => new Error(`${what}: succeeded with ${value}`),
      (error: unknown) => error,
    ),
    limitMs,
  );
  if (error instanceof FrontierError) return error.code;
  throw error;
}

/**
 * Waits until a condition holds.
 *
 * @param what What is waited for, for the error.
 * @param condition Looked at again and again.
 * @param limitMs Milliseconds it may take.
 * @throws {Error} If it does not hold in time.
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs: number,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!await condition()) {
    if (performance.now() > end) {
      throw new Error(`${what}: not so within ${limitMs} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
