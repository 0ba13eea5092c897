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
  /** A new copy of the value where the file has none. */
  initial(): T;
  /** The value as it would stand in a file. */
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

/** Notes that a value has the wrong type. */
export function mismatch(
  value: Value,
  wanted: string,
  path: string,
  findings: Findings,
): void {
  const message = `Cannot read ${showValue(value)} as ${wanted}`;
  findings.error(path, message, value.position);
}

/** Gives a field other names than its property's. */
export function named<T>(field: Field<T>, ...names: string[]): Field<T> {
  return { ...field, names };
}

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

function truth(value: Value): boolean | undefined {
  if (value.kind !== "scalar" || !value.plain) return undefined;
  return TRUE.has(value.text)
    ? true
    : FALSE.has(value.text)
    ? false
    : undefined;
}

/** A switch. The spellings of YAML 1.1 count, for the Go gateway takes them. */
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

/** A switch of which it matters whether it is there at all. */
export function optionalBool(): Field<boolean | undefined> {
  return {
    ...bool(),
    initial: () => undefined,
    write: (value) => value ?? null,
  } as Field<boolean | undefined>;
}

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

/** A whole number within bounds. */
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

/** A whole number of at least 0, or no end. */
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

/** A whole number of which it matters whether it is there at all. */
export function optionalInt(): Field<number | undefined> {
  return {
    ...int(0),
    initial: () => undefined,
    write: (value) => value ?? null,
  } as Field<number | undefined>;
}

/** A text. A number or a truth value counts as the text it was written with. */
export function text(initial = ""): Field<string> {
  return {
    initial: () => initial,
    write: (value) => value,
    read(value, path, findings) {
      if (value.kind === "scalar") return value.text;
      mismatch(value, "a text", path, findings);
      return initial;
    },
  };
}

/**
 * A text that is also checked: `check` throws a SyntaxError that says what is
 * wrong with it.
 */
export function checked(
  field: Field<string>,
  check: (text: string) => void,
): Field<string> {
  return {
    ...field,
    read(value, path, findings) {
      const read = field.read(value, path, findings);
      if (value.kind === "scalar") {
        try {
          check(read);
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
          findings.error(path, error.message, value.position);
        }
      }
      return read;
    },
  };
}

/** One of a few texts, in any case of letters. An empty text is the default. */
export function choice<T extends string>(
  what: string,
  options: readonly T[],
  initial: T,
): Field<T> {
  return {
    initial: () => initial,
    write: (value) => value,
    read(value, path, findings) {
      if (value.kind !== "scalar") {
        mismatch(value, "a text", path, findings);
        return initial;
      }
      if (value.text === "") return initial;
      const found = options.find((option) =>
        option === value.text.toLowerCase()
      );
      if (found === undefined) {
        findings.error(
          path,
          unsupported(what, value.text, options),
          value.position,
        );
      }
      return found ?? initial;
    },
  };
}

/** The message for a text that is not one of the options. */
export function unsupported(
  what: string,
  text: string,
  options: readonly string[],
): string {
  return `Unsupported ${what} "${text}", options: ${options.join(", ")}`;
}

/** A list of one kind of value. */
export function list<T>(item: Field<T>): Field<T[]> {
  return {
    initial: () => [],
    write: (value) => value.map((one) => item.write(one)),
    read(value, path, findings) {
      if (value.kind !== "list") {
        mismatch(value, "a list", path, findings);
        return [];
      }
      return value.items.map((one, i) => {
        const place = `${path}[${i}]`;
        findings.at(place, one.position);
        return one.kind === "null"
          ? item.initial()
          : item.read(one, place, findings);
      });
    },
  };
}

/** A map with any contents. */
export function anyMap(): Field<Record<string, unknown>> {
  return {
    initial: () => ({}),
    write: (value) => value,
    read(value, path, findings) {
      if (value.kind === "map") return plainMap(value);
      mismatch(value, "a map", path, findings);
      return {};
    },
  };
}

function plainMap(
  value: Extract<Value, { kind: "map" }>,
): Record<string, unknown> {
  return Object.fromEntries(
    value.entries.map((entry) => [entry.key, plainValue(entry.value)]),
  );
}

function plainValue(value: Value): unknown {
  switch (value.kind) {
    case "null":
      return null;
    case "list":
      return value.items.map(plainValue);
    case "map":
      return plainMap(value);
    case "scalar": {
      const number = value.plain ? wholeNumber(value.text) : NaN;
      return truth(value) ??
        (Number.isSafeInteger(number) ? number : value.text);
    }
  }
}
