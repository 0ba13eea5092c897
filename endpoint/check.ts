/**
 * Checks of arguments.
 *
 * @module
 */

import { nearest } from "@frontier/platform/internal";
import type {
  CallOptions,
  OpenStreamOptions,
  OperationOptions,
  PublishToOptions,
} from "./options.ts";

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

/** The name of an option of an operation. */
export type OptionName =
  | keyof OperationOptions
  | keyof CallOptions
  | keyof PublishToOptions
  | keyof OpenStreamOptions;

/** What every operation knows. */
export const OPERATION_KEYS: readonly OptionName[] = ["timeoutMs", "signal"];
/** What a call or a message knows. */
export const CALL_KEYS: readonly OptionName[] = [...OPERATION_KEYS, "custom"];
/** What a message without a topic to go by knows. */
export const PUBLISH_TO_KEYS: readonly OptionName[] = [...CALL_KEYS, "topic"];
/** What the opening of a stream knows. */
export const OPEN_STREAM_KEYS: readonly OptionName[] = [
  ...OPERATION_KEYS,
  "meta",
];

/**
 * Refuses options of an operation that would do nothing: `timeout` instead of
 * `timeoutMs` would wait for the default, and nobody would be told. Looking at
 * the few names costs nanoseconds.
 *
 * @param options The options, perhaps of a program without types.
 * @param known Names of those that there are.
 * @throws {TypeError} If they are no object, or one is not known; the message
 * names the nearest one.
 */
export function checkOperation(
  options: object,
  known: readonly OptionName[],
): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot take ${
        shown(options)
      } as options: need an object, such as { timeoutMs: 5_000 }`,
    );
  }
  for (const key in options) {
    if (known.includes(key as OptionName)) continue;
    const meant = nearest(key, known)?.name;
    throw new TypeError(
      `Cannot use the option "${key}": there is none, the nearest one is "${meant}"`,
    );
  }
}
