/**
 * Numbers of a configuration file.
 *
 * @module
 */

import { type Field, mismatch } from "./field.ts";
import type { Value } from "./source.ts";

/**
 * Reads a whole number in any notation of YAML 1.1.
 *
 * @param text The number as it stands in the file.
 * @returns Its value, or NaN if the text is no number.
 */
export function wholeNumber(text: string): number {
  const digits = text.replaceAll("_", "");
  const match =
    /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(\d+))$/.exec(
      digits,
    );
  if (!match) {
    return /^[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?$/.test(digits)
      ? Number(digits)
      : NaN;
  }
  const [, sign, hex, binary, octal, decimal] = match;
  const size = hex !== undefined
    ? parseInt(hex, 16)
    : binary !== undefined
    ? parseInt(binary, 2)
    : octal !== undefined
    ? parseInt(octal, 8)
    : Number(decimal);
  return sign === "-" ? 0 - size : size;
}

/**
 * A whole number within bounds.
 *
 * @param initial Its default.
 * @returns The field.
 */
export function int(
  initial: number,
  { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER }: {
    min?: number;
    max?: number;
  } = {},
): Field<number> {
  return {
    initial: () => initial,
    write: (value) => value,
    read(value, path, findings) {
      const number = value.kind === "scalar" && value.plain
        ? wholeNumber(value.text)
        : NaN;
      if (!Number.isSafeInteger(number)) {
        mismatch(value, "a whole number", path, findings);
        return initial;
      }
      if (number < min || number > max) {
        const bounds = max === Number.MAX_SAFE_INTEGER
          ? `of at least ${min}`
          : `from ${min} to ${max}`;
        findings.error(
          path,
          `Cannot use ${number} here: expected a number ${bounds}`,
          value.position,
        );
        return initial;
      }
      return number;
    },
  };
}

/** How YAML and programs write that there is no end. */
export const NO_END: RegExp = /^\+?(?:\.inf|\.Inf|\.INF|Infinity|infinity)$/;

/** Whether a value stands for a number without end. */
export function isEndless(value: Value): boolean {
  return value.kind === "scalar" && value.plain && NO_END.test(value.text);
}

/**
 * A whole number of at least 0, or no end.
 *
 * @param initial Its default.
 * @returns The field.
 */
export function endlessInt(initial: number): Field<number> {
  const finite = int(initial, { min: 0 });
  return {
    ...finite,
    read: (value, path, findings) =>
      isEndless(value) ? Infinity : finite.read(value, path, findings),
  };
}

/**
 * A whole number of which anything below 1 means the default, as the Go gateway
 * has it.
 *
 * @param initial Its default.
 * @returns The field.
 */
export function positiveInt(initial: number): Field<number> {
  const plain = int(initial);
  return {
    ...plain,
    read(value, path, findings) {
      const number = plain.read(value, path, findings);
      return number > 0 ? number : initial;
    },
  };
}

/**
 * A whole number of which it matters whether it is there at all.
 *
 * @returns The field.
 */
export function optionalInt(): Field<number | undefined> {
  return {
    ...int(0),
    initial: () => undefined,
    write: (value) => value ?? null,
  } as Field<number | undefined>;
}
