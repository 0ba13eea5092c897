import { isDeepStrictEqual } from "node:util";
import { AssertionError } from "./assertion_error.ts";
import { show, suffix } from "./message.ts";

/**
 * Whether two values are deeply equal: same type, same prototype, same own enumerable contents. `NaN` equals `NaN`, `0` equals `-0`
 * at the top level.
 *
 * @param a One value.
 * @param b The other value.
 * @returns Whether they are deeply equal.
 */
export function equal(a: unknown, b: unknown): boolean {
  return a === b || isDeepStrictEqual(a, b);
}

/**
 * Asserts that `actual` and `expected` are deeply equal.
 *
 * @typeParam T The type of both values.
 * @param actual The value obtained.
 * @param expected The value wanted.
 * @param msg Added to the error's message.
 * @throws {AssertionError} If they differ.
 */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(
    `Values are not equal${suffix(msg)}\n  actual:   ${
      show(actual)
    }\n  expected: ${show(expected)}`,
  );
}

/**
 * Asserts that `actual` and `expected` are not deeply equal.
 *
 * @typeParam T The type of both values.
 * @param actual The value obtained.
 * @param expected The value it must differ from.
 * @param msg Added to the error's message.
 * @throws {AssertionError} If they are deeply equal.
 */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${show(actual)} not to be: ${show(expected)}${
      suffix(msg)
    }`,
  );
}

/**
 * Asserts that `actual` is the very value `expected`, as by `Object.is`.
 *
 * @typeParam T The type of the value wanted.
 * @param actual The value obtained.
 * @param expected The value wanted.
 * @param msg Added to the error's message.
 * @throws {AssertionError} If it is another value, even a deeply equal one.
 */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  throw new AssertionError(
    equal(actual, expected)
      ? `Values have the same structure but are not reference-equal${
        suffix(msg)
      }\n  ${show(actual)}`
      : `Values are not strictly equal${suffix(msg)}\n  actual:   ${
        show(actual)
      }\n  expected: ${show(expected)}`,
  );
}

/**
 * Asserts that `actual` is not the very value `expected`, as by `Object.is`.
 *
 * @typeParam T The type of both values.
 * @param actual The value obtained.
 * @param expected The value it must not be.
 * @param msg Added to the error's message.
 * @throws {AssertionError} If it is that value.
 */
export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!Object.is(actual, expected)) return;
  throw new AssertionError(
    `Expected "actual" to not be strictly equal to: ${show(actual)}${
      suffix(msg)
    }`,
  );
}
