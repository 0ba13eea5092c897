/**
 * The error every failing assertion of this package throws.
 *
 * @example
 * ```ts
 * import { assert, AssertionError, assertThrows } from "@std/assert";
 *
 * assertThrows(() => assert(false), AssertionError);
 * ```
 */
export class AssertionError extends Error {
  /**
   * Makes the error.
   *
   * @param message What did not hold.
   * @param options The cause, when another error led to this one.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}
