/**
 * Checks of arguments.
 *
 * @module
 */

/**
 * Shows a wrong value in a message: a text in quotes, so that "5" is not taken
 * for the number that it should have been.
 *
 * @param value Anything.
 * @returns Its text.
 */
export function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/**
 * Checks a time limit.
 *
 * @param timeoutMs Milliseconds.
 * @returns The same.
 * @throws {RangeError} If it is not a positive number.
 */
export function checkTimeout(timeoutMs: number): number {
  if (typeof timeoutMs !== "number" || !(timeoutMs > 0)) {
    throw new RangeError(
      `Cannot wait ${shown(timeoutMs)} ms: need a positive number`,
    );
  }
  return timeoutMs;
}

/**
 * Checks the id of an edge.
 *
 * @param id 64 unsigned bits.
 * @returns The same.
 * @throws {TypeError} If it is no `bigint`.
 * @throws {RangeError} If it does not fit into 64 bits.
 */
export function checkId(id: bigint): bigint {
  if (typeof id !== "bigint") {
    throw new TypeError(
      `Cannot take ${
        shown(id)
      } as an id: need a bigint, such as 42n or BigInt("42")`,
    );
  }
  if (id < 0n || id > 0xffff_ffff_ffff_ffffn) {
    throw new RangeError(`Cannot take ${id} as an id: need 64 unsigned bits`);
  }
  return id;
}

/**
 * Checks a name: of a method, a topic, a service. Programs without types may
 * hand over anything.
 *
 * @param name Any text; an empty one is a name, too.
 * @param what What it names.
 * @returns The same.
 * @throws {TypeError} If it is not a text.
 */
export function checkName(name: string, what: string): string {
  if (typeof name !== "string") {
    throw new TypeError(`Cannot take ${typeof name} as a ${what}: need text`);
  }
  return name;
}

/** Characters of a name that messages show: a name may be as long as a frame. */
const SHOWN = 128;

/**
 * Quotes a name for messages.
 *
 * @param name Any text.
 * @returns It in quotes, the beginning of it when it is very long.
 */
export function quoted(name: string): string {
  return name.length <= SHOWN ? `"${name}"` : `"${name.slice(0, SHOWN)}…"`;
}

/**
 * Checks a handler.
 *
 * @param handler What is to answer calls.
 * @returns The same.
 * @throws {TypeError} If it cannot be called.
 */
export function checkHandler<T>(handler: T): T {
  if (typeof handler !== "function") {
    throw new TypeError(
      `Cannot answer with ${typeof handler}: a handler is a function`,
    );
  }
  return handler;
}
