import { AssertionError } from "./assertion_error.ts";
import { show, suffix } from "./message.ts";

function refuse(
  actual: unknown,
  relation: string,
  expected: unknown,
  msg: string | undefined,
): never {
  throw new AssertionError(
    `Expect ${show(actual)} ${relation} ${show(expected)}${suffix(msg)}`,
  );
}

/**
 * Asserts that `actual > expected`.
 *
 * @typeParam T The type of both.
 * @param actual The value obtained.
 * @param expected The bound.
 * @param msg Added to the error's message.
 * @throws {AssertionError} If it is not.
 */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) refuse(actual, ">", expected, msg);
}

/**
 * Asserts that `actual >= expected`.
 *
 * @typeParam T The type of both.
 * @param actual The value obtained.
 * @param expected The bound.
 * @param msg Added to the error's message.
 * @throws {AssertionError} If it is not.
 */
export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!(actual >= expected)) refuse(actual, ">=", expected, msg);
}

/**
 * Asserts that `actual < expected`.
 *
 * @typeParam T The type of both.
 * @param actual The value obtained.
 * @param expected The bound.
 * @param msg Added to the error's message.
 * @throws {AssertionError} If it is not.
 */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) refuse(actual, "<", expected, msg);
}

/**
 * Asserts that `actual <= expected`.
 *
 * @typeParam T The type of both.
 * @param actual The value obtained.
 * @param expected The bound.
 * @param msg Added to the error's message.
 * @throws {AssertionError} If it is not.
 */
export function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!(actual <= expected)) refuse(actual, "<=", expected, msg);
}

/**
 * Asserts that two numbers are almost equal.
 *
 * @param actual The number obtained.
 * @param expected The number wanted.
 * @param tolerance The greatest difference allowed; without it 1e-7 of `expected`, or 1e-7 where that is 0 or infinite.
 * @param msg Added to the error's message.
 * @throws {AssertionError} If they differ by more.
 */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const delta = Math.abs(expected - actual);
  const allowed = tolerance ??
    (Number.isFinite(expected) && expected !== 0
      ? Math.abs(expected * 1e-7)
      : 1e-7);
  if (delta <= allowed) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to be close to "${expected}": delta "${delta}" is greater than "${allowed}"${
      suffix(msg)
    }`,
  );
}
