/**
 * Switches of a configuration file.
 *
 * @module
 */

import { type Field, mismatch } from "./field.ts";
import type { Value } from "./source.ts";

// What yaml.v2, which reads the Go gateway's files, takes for a truth value.
const TRUE = new Set([
  "y",
  "Y",
  "yes",
  "Yes",
  "YES",
  "true",
  "True",
  "TRUE",
  "on",
  "On",
  "ON",
]);
const FALSE = new Set([
  "n",
  "N",
  "no",
  "No",
  "NO",
  "false",
  "False",
  "FALSE",
  "off",
  "Off",
  "OFF",
]);

/**
 * Reads a truth value in any spelling of YAML 1.1.
 *
 * @param value A value of the file.
 * @returns What it says; `undefined` if it is no truth value.
 */
export function truth(value: Value): boolean | undefined {
  if (value.kind !== "scalar" || !value.plain) return undefined;
  return TRUE.has(value.text)
    ? true
    : FALSE.has(value.text)
    ? false
    : undefined;
}

/**
 * A switch. The spellings of YAML 1.1 count, for the Go gateway takes them.
 *
 * @param initial Its default.
 * @returns The field.
 */
export function bool(initial = false): Field<boolean> {
  return {
    initial: () => initial,
    write: (value) => value,
    read(value, path, findings) {
      const read = truth(value);
      if (read === undefined) mismatch(value, "true or false", path, findings);
      return read ?? initial;
    },
  };
}

/**
 * A switch of which it matters whether it is there at all.
 *
 * @returns The field.
 */
export function optionalBool(): Field<boolean | undefined> {
  return {
    ...bool(),
    initial: () => undefined,
    write: (value) => value ?? null,
  } as Field<boolean | undefined>;
}
