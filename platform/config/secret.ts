/**
 * Secrets as they stand in a file.
 *
 * @module
 */

import { type Section, section } from "./section.ts";
import { checked, text } from "./text.ts";

/** A secret: in the file, in another file, or in the environment. */
export interface SecretConfig {
  /** The secret itself, or empty. */
  value: string;
  /**
   * Path of a file that has it, without the line's end; or empty. Read at each
   * connect.
   */
  file: string;
  /**
   * Name of the environment variable that has it, beginning as the variables of
   * the program do (`FRONTIER_` or `FRONTLAS_`); or empty.
   */
  env: string;
}

const NO_SECRET: SecretConfig = { value: "", file: "", env: "" };

const KNOWN = ["value", "file", "env"];

/**
 * A secret's three fields, in a section of their own: `password: {file: ...}`.
 * A plain text is the secret itself.
 *
 * @param prefix How the variables begin that may hold a secret: those that the
 * program may see.
 * @returns The field.
 */
export function secret(prefix: string): Section<SecretConfig> {
  const variable = checked(text(), (name) => {
    const rest = name.slice(prefix.length);
    if (name === "") return;
    if (name.startsWith(prefix) && /^[A-Z0-9_]+$/.test(rest)) return;
    throw new SyntaxError(
      `Cannot read a secret from the environment variable "${name}": its name must begin with ${prefix}`,
    );
  });
  const fields = section<SecretConfig>({
    value: text(),
    file: text(),
    env: variable,
  });
  return {
    ...fields,
    read(value, path, findings) {
      if (value.kind === "scalar") return { ...NO_SECRET, value: value.text };
      if (
        value.kind === "map" &&
        value.entries.every(({ key }) => KNOWN.includes(key))
      ) return fields.read(value, path, findings);
      // Whatever stands there may be the secret: nothing of it is repeated.
      findings.error(
        path,
        "Cannot read this credential: expected a text, or a map with one of value, file and env",
        value.position,
      );
      return { ...NO_SECRET };
    },
  };
}

/**
 * Hides every secret that stands in the file itself, wherever it is.
 *
 * @param part A part of the settings; changed in place.
 */
export function hideSecrets(part: object): void {
  for (const value of Object.values(part)) {
    if (typeof value !== "object" || value === null) continue;
    if (isSecret(value)) {
      if (value.value !== "") value.value = "***";
    } else hideSecrets(value);
  }
}

function isSecret(value: object): value is SecretConfig {
  return KNOWN.every((key) => key in value);
}
