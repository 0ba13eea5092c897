/**
 * Promises that somebody else settles.
 *
 * @module
 */

/** A promise and what settles it. */
export interface Deferred<T> {
  /** The promise. */
  readonly promise: Promise<T>;
  /** Fulfils it; what comes first counts. */
  readonly resolve: (value: T | PromiseLike<T>) => void;
  /** Rejects it; what comes first counts. */
  readonly reject: (reason?: unknown) => void;
}

/**
 * What `Promise.withResolvers` makes, for Node.js 20 too, which has no such
 * function.
 *
 * @returns A promise that is not settled.
 */
export function deferred<T>(): Deferred<T> {
  let resolve!: Deferred<T>["resolve"];
  let reject!: Deferred<T>["reject"];
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
