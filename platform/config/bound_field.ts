/**
 * Limits as they stand in a file.
 *
 * @module
 */

import {
  acceptBounded,
  type Bound,
  ENDLESS_COUNT,
  ENDLESS_MS,
  refusal,
} from "./bounds.ts";
import { type Field, showValue } from "./field.ts";
import { isEndless, wholeNumber } from "./number.ts";
import { type Fields, type Section, section } from "./section.ts";
import type { Value } from "./source.ts";

/**
 * A number of bytes with a unit: of 1024 each (`MiB`, or `Mi` as Kubernetes has
 * it), or of 1000 (`MB`).
 */
const SIZE = /^(\d+(?:\.\d+)?) ?(?:([KMGT])(i?B|i)|B)$/i;

const POWERS = "KMGT";

/** Reads `256MiB` as a number of bytes; NaN if it is none. */
function sizeOf(text: string): number {
  const match = SIZE.exec(text);
  if (!match) return NaN;
  const [, digits, letter, kind] = match;
  const power = letter === undefined
    ? 0
    : POWERS.indexOf(letter.toUpperCase()) + 1;
  const base = /^i/i.test(kind ?? "") ? 1024 : 1000;
  return Number(digits) * base ** power;
}

function numberOf(value: Value, inBytes: boolean): number {
  if (value.kind !== "scalar") return NaN;
  const text = value.text.trim();
  const size = inBytes ? sizeOf(text) : NaN;
  if (!Number.isNaN(size)) return size;
  if (!value.plain) return NaN;
  return isEndless(value) ? Infinity : wholeNumber(text);
}

/**
 * A limit as it stands in a file: a whole number, `.inf`, for bytes also a size
 * such as `256MiB`, and `auto` where the limit has that.
 *
 * @param bound What the limit may be.
 * @param initial Its default.
 * @returns The field.
 */
export function boundField<T extends number | "auto">(
  bound: Bound,
  initial: T,
): Field<T> {
  const isAuto = (value: Value) =>
    bound.auto !== undefined && value.kind === "scalar" &&
    value.text.toLowerCase() === "auto";
  return {
    initial: () => initial,
    write: (value) =>
      value === ENDLESS_MS || value === ENDLESS_COUNT ? Infinity : value,
    read(value, path, findings) {
      if (isAuto(value)) return "auto" as T;
      const words = { key: path, value: showValue(value), inFile: true };
      const number = numberOf(value, bound.unit === "bytes");
      try {
        if (Number.isNaN(number)) throw new RangeError(refusal(bound, words));
        return acceptBounded(bound, number, words) as T;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        findings.error(path, error.message, value.position);
        return initial;
      }
    },
  };
}

/**
 * All limits of a program as they stand in a file.
 *
 * @param rules What each limit may be, in the order of the documents.
 * @param defaults What each is where nothing is said.
 * @returns The section.
 */
export function boundSection<T extends object>(
  rules: Readonly<Record<keyof T, Bound>>,
  defaults: Readonly<T>,
): Section<T> {
  const fields = (Object.keys(rules) as (keyof T & string)[]).map((name) => [
    name,
    boundField(rules[name], defaults[name] as number | "auto"),
  ]);
  return section<T>(Object.fromEntries(fields) as Fields<T>);
}
