import { AssertionError } from "./assertion_error.ts";
import { suffix } from "./message.ts";

/** Any class of errors, abstract ones included. */
// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/**
 * Asserts that `error` is an error, of a class and with a message if wanted.
 *
 * @typeParam E The class of the error.
 * @param error The value to test.
 * @param ErrorClass The class it must be an instance of.
 * @param msgMatches Text that its message must include, or a pattern it must match.
 * @param msg Added to the error's message.
 * @throws {AssertionError} If one of them does not hold.
 */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  // deno-lint-ignore no-explicit-any
  ErrorClass?: abstract new (...args: any[]) => E,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    throw new AssertionError(
      `Expected "error" to be an Error object${suffix(msg)}`,
    );
  }
  if (ErrorClass && !(error instanceof ErrorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${ErrorClass.name}", but was "${error.constructor?.name}" with message ${
        JSON.stringify(error.message)
      }${suffix(msg)}`,
      { cause: error },
    );
  }
  if (!msgMatches) return;
  const found = typeof msgMatches === "string"
    ? error.message.includes(msgMatches)
    : msgMatches.test(error.message);
  if (found) return;
  throw new AssertionError(
    `Expected error message to include ${
      typeof msgMatches === "string" ? JSON.stringify(msgMatches) : msgMatches
    }, but got ${JSON.stringify(error.message)}${suffix(msg)}`,
    { cause: error },
  );
}

interface Wanted<E extends Error> {
  errorClass: ErrorClass<E> | undefined;
  includes: string | undefined;
  msg: string | undefined;
}

/** Tells the two overloads apart: a first argument that is text is the message, else the class. */
function wanted<E extends Error>(
  classOrMsg: ErrorClass<E> | string | undefined,
  includes: string | undefined,
  msg: string | undefined,
): Wanted<E> {
  if (typeof classOrMsg === "string") {
    return { errorClass: undefined, includes: undefined, msg: classOrMsg };
  }
  return { errorClass: classOrMsg, includes, msg };
}

function checkThrown<E extends Error>(
  error: unknown,
  how: string,
  want: Wanted<E>,
): void {
  if (!want.errorClass) return;
  if (!(error instanceof Error)) {
    throw new AssertionError(
      `A non-Error object was ${how}${suffix(want.msg)}`,
    );
  }
  assertIsError(error, want.errorClass, want.includes, want.msg);
}

/**
 * Asserts that `fn` throws.
 *
 * @param fn The function to run.
 * @param msg Added to the error's message.
 * @returns What was thrown.
 * @throws {AssertionError} If nothing is thrown.
 */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/**
 * Asserts that `fn` throws an error of a class, with a text in its message if wanted.
 *
 * @typeParam E The class of the error.
 * @param fn The function to run.
 * @param ErrorClass The class the error must be an instance of.
 * @param msgIncludes Text its message must include.
 * @param msg Added to the error's message.
 * @returns The error that was thrown.
 * @throws {AssertionError} If nothing or something else is thrown.
 */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  // deno-lint-ignore no-explicit-any
  ErrorClass: abstract new (...args: any[]) => E,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  classOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const want = wanted(classOrMsg, msgIncludes, msg);
  try {
    fn();
  } catch (error) {
    checkThrown(error, "thrown", want);
    return error;
  }
  throw new AssertionError(`Expected function to throw${suffix(want.msg)}`);
}

/**
 * Asserts that the promise returned by `fn` rejects.
 *
 * @param fn Returns the promise.
 * @param msg Added to the error's message.
 * @returns What it was rejected with.
 * @throws {AssertionError} If it resolves, or if `fn` throws before it returns a promise.
 */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/**
 * Asserts that the promise returned by `fn` rejects with an error of a class, with a text in its message if wanted.
 *
 * @typeParam E The class of the error.
 * @param fn Returns the promise.
 * @param ErrorClass The class the error must be an instance of.
 * @param msgIncludes Text its message must include.
 * @param msg Added to the error's message.
 * @returns The error it was rejected with.
 * @throws {AssertionError} If it resolves, rejects with something else, or if `fn` throws before it returns a promise.
 */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  // deno-lint-ignore no-explicit-any
  ErrorClass: abstract new (...args: any[]) => E,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const want = wanted(classOrMsg, msgIncludes, msg);
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (error) {
    throw new AssertionError(
      `Function throws when expected to reject${suffix(want.msg)}`,
      { cause: error },
    );
  }
  if (typeof promise?.then !== "function") {
    throw new AssertionError(
      `Function throws when expected to reject${suffix(want.msg)}`,
    );
  }
  try {
    await promise;
  } catch (error) {
    checkThrown(error, "rejected", want);
    return error;
  }
  throw new AssertionError(`Expected function to reject${suffix(want.msg)}`);
}
