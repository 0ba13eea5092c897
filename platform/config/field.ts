/**
 * The values of a configuration file, each checked for its kind.
 *
 * @module
 */

import { hideCredentials } from "./credentials.ts";
import type { Findings } from "./diagnostics.ts";
import type { Value } from "./source.ts";

/**
 * One kind of setting: how it is read from a file, and how it is written back.
 */
export interface Field<T> {
  /**
   * Reads a value that is present and not null. A value of the wrong type is
   * noted as an error.
   *
   * @param value The value in the file.
   * @param path Its key path.
   * @param findings Where errors are noted.
   * @returns What was read; anything, the default for example, once an error is
   * noted.
   */
  read(value: Value, path: string, findings: Findings): T;
  /**
   * The value where the file has none.
   *
   * @returns A new copy.
   */
  initial(): T;
  /**
   * Turns a value into what would stand in a file.
   *
   * @param value A value, as {@linkcode Field.read} returns it.
   * @returns The same for a YAML library.
   */
  write(value: T): unknown;
  /**
   * The names it may have in a file, the preferred one first; without them the
   * property's name in snake_case.
   */
  names?: readonly string[];
}

/** What a value is, for messages. */
function describe(value: Value): string {
  switch (value.kind) {
    case "null":
      return "nothing";
    case "list":
      return "a list";
    case "map":
      return "a map";
    case "scalar": {
      const text = hideCredentials(value.text);
      return `"${text.length > 80 ? `${text.slice(0, 80)}...` : text}"`;
    }
  }
}

/** What a value is, for messages in which it matters whether it was quoted. */
export function showValue(value: Value): string {
  return value.kind === "scalar" && !value.plain
    ? `the quoted text ${describe(value)}`
    : describe(value);
}

/**
 * Notes that a value has the wrong type.
 *
 * @param value What stands in the file.
 * @param wanted What is expected, such as `a whole number`.
 * @param path Its key path.
 * @param findings Where the error is noted.
 */
export function mismatch(
  value: Value,
  wanted: string,
  path: string,
  findings: Findings,
): void {
  const message = `Cannot read ${showValue(value)} as ${wanted}`;
  findings.error(path, message, value.position);
}

/**
 * Gives a field other names than its property's.
 *
 * @param field The kind of setting.
 * @param names Names in a file, the preferred one first.
 * @returns A field that differs in nothing else.
 */
export function named<T>(field: Field<T>, ...names: string[]): Field<T> {
  return { ...field, names };
}
