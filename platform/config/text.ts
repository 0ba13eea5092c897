/**
 * Texts of a configuration file.
 *
 * @module
 */

import { type Field, mismatch } from "./field.ts";

/**
 * A text. A number or a truth value counts as the text it was written with.
 *
 * @param initial Its default.
 * @returns The field.
 */
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
 * A text that is also checked.
 *
 * @param field How the text is read.
 * @param check Throws a SyntaxError that says what is wrong with a text.
 * @returns The field.
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

/**
 * One of a few texts, in any case of letters. An empty text is the default.
 *
 * @param what What is chosen, for messages.
 * @param options The texts there are, in lower case.
 * @param initial The default.
 * @returns The field.
 */
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

/**
 * What to say of a text that is not one of a few.
 *
 * @param what What is chosen.
 * @param text What was given.
 * @param options The texts there are.
 * @returns The message, without a full stop.
 */
export function unsupported(
  what: string,
  text: string,
  options: readonly string[],
): string {
  return `Unsupported ${what} "${text}", options: ${options.join(", ")}`;
}
