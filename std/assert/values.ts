import { AssertionError } from "./assertion_error.ts";
import { show, suffix } from "./message.ts";

/**
 * Asserts that `actual` is neither `null` nor `undefined`.
 *
 * @typeParam T The type of the value.
 * @param actual The value to test.
 * @param msg Added to the error's message.
 * @throws {AssertionError} If it is one of the two.
 */
export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to not be null or undefined${suffix(msg)}`,
  );
}

/** Any class. */
// deno-lint-ignore no-explicit-any
export type AnyConstructor = abstract new (...args: any[]) => any;

/** The type of the instances of a class. */
export type GetConstructorType<T extends AnyConstructor> = InstanceType<T>;

/**
 * Asserts that `actual` is an instance of a class.
 *
 * @typeParam T The class.
 * @param actual The value to test.
 * @param expectedType The class.
 * @param msg Added to the error's message.
 * @throws {AssertionError} If it is not.
 */
export function assertInstanceOf<T extends AnyConstructor>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is GetConstructorType<T> {
  if (actual instanceof expectedType) return;
  throw new AssertionError(
    `Expected object to be an instance of "${expectedType.name}" but was ${
      show(actual)
    }${suffix(msg)}`,
  );
}

/**
 * Asserts that a text matches a pattern.
 *
 * @param actual The text.
 * @param expected The pattern.
 * @param msg Added to the error's message.
 * @throws {AssertionError} If it does not match.
 */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (expected.test(actual)) return;
  throw new AssertionError(
    `Expected actual: ${show(actual)} to match: ${expected}${suffix(msg)}`,
  );
}

/**
 * Asserts that a text does not match a pattern.
 *
 * @param actual The text.
 * @param expected The pattern.
 * @param msg Added to the error's message.
 * @throws {AssertionError} If it matches.
 */
export function assertNotMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (!expected.test(actual)) return;
  throw new AssertionError(
    `Expected actual: ${show(actual)} to not match: ${expected}${suffix(msg)}`,
  );
}

/**
 * Asserts that a text includes another.
 *
 * @param actual The text.
 * @param expected What it must include.
 * @param msg Added to the error's message.
 * @throws {AssertionError} If it does not.
 */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    `Expected actual: ${show(actual)} to contain: ${show(expected)}${
      suffix(msg)
    }`,
  );
}
