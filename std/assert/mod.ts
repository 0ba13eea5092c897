/**
 * Stand-in for `jsr:@std/assert`: the assertions this project uses, with the signatures and the documented behaviour of the
 * real package, so that the project builds where jsr.io cannot be reached. Dropping the root configuration's `links` brings the
 * real one back.
 *
 * @module
 */
export { assert, assertFalse, fail, type Falsy } from "./assert.ts";
export { AssertionError } from "./assertion_error.ts";
export {
  assertAlmostEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertLessOrEqual,
} from "./comparison.ts";
export {
  assertEquals,
  assertNotEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  equal,
} from "./equality.ts";
export { assertIsError, assertRejects, assertThrows } from "./errors.ts";
export {
  type AnyConstructor,
  assertExists,
  assertInstanceOf,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
  type GetConstructorType,
} from "./values.ts";
