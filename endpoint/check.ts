/**
 * Checks of arguments.
 *
 * @module
 */

/**
 * Checks a time limit.
 *
 * @param timeoutMs Milliseconds.
 * @returns The same.
 * @throws {RangeError} If it is not a positive number.
 */
export function checkTimeout(timeoutMs: number): number {
  if (!(timeoutMs > 0)) {
    throw new RangeError(`Cannot wait ${timeoutMs} ms: need a positive number`);
  }
  return timeoutMs;
}

/**
 * Checks the id of an edge.
 *
 * @param id The id.
 * @returns The same.
 * @throws {RangeError} If it does not fit into 64 bits.
 */
export function checkId(id: bigint): bigint {
  if (typeof id !== "bigint" || id < 0n || id > 0xffff_ffff_ffff_ffffn) {
    throw new RangeError(`Cannot take ${id} as an id: need 64 unsigned bits`);
  }
  return id;
}
