import { stringify as write } from "npm:yaml@^2.9.0";
import type { SchemaType } from "./parse.ts";

/** Options for {@linkcode stringify}. */
export interface StringifyOptions {
  /**
   * Spaces per level.
   * @default 2
   */
  indent?: number;
  /**
   * Whether lists within maps are indented.
   * @default true
   */
  arrayIndent?: boolean;
  /**
   * Whether values that YAML cannot write, functions for example, are left out instead of an error.
   * @default false
   */
  skipInvalid?: boolean;
  /**
   * Whether keys are sorted, or how.
   * @default false
   */
  sortKeys?: boolean | ((a: string, b: string) => number);
  /**
   * The longest line, in characters.
   * @default 80
   */
  lineWidth?: number;
  /**
   * Whether a value that occurs twice is written once and referred to.
   * @default true
   */
  useAnchors?: boolean;
  /**
   * The schema.
   * @default "default"
   */
  schema?: SchemaType;
}

/** Throws at, or drops, what YAML has no form for. */
function checkedValue(value: unknown, skipInvalid: boolean): unknown {
  const known = new Map<object, unknown>();
  function visit(value: unknown): unknown {
    if (
      typeof value === "function" || typeof value === "symbol" ||
      value === undefined
    ) {
      if (skipInvalid) return undefined;
      throw new TypeError(
        `Cannot stringify ${
          value === undefined ? "undefined" : `a ${typeof value}`
        }`,
      );
    }
    if (
      typeof value !== "object" || value === null || value instanceof Date ||
      ArrayBuffer.isView(value)
    ) return value;
    const seen = known.get(value);
    if (seen !== undefined) return seen;
    if (Array.isArray(value)) {
      const copy: unknown[] = [];
      known.set(value, copy);
      for (const item of value) copy.push(visit(item) ?? null);
      return copy;
    }
    const copy: Record<string, unknown> = {};
    known.set(value, copy);
    for (const [key, item] of Object.entries(value)) {
      const checked = visit(item);
      if (checked !== undefined) copy[key] = checked;
    }
    return copy;
  }
  return visit(value);
}

/**
 * Writes a value as a YAML document.
 *
 * @param data The value.
 * @param options Options.
 * @returns The document, with a line feed at its end.
 * @throws {TypeError} If the value holds something that YAML has no form for, a function for example.
 */
export function stringify(
  data: unknown,
  options: StringifyOptions = {},
): string {
  const { sortKeys = false } = options;
  return write(checkedValue(data, options.skipInvalid ?? false), {
    indent: options.indent ?? 2,
    indentSeq: options.arrayIndent ?? true,
    lineWidth: options.lineWidth ?? 80,
    aliasDuplicateObjects: options.useAnchors ?? true,
    schema: options.schema === undefined || options.schema === "default"
      ? "core"
      : options.schema,
    sortMapEntries: typeof sortKeys === "function"
      ? (a: { key: unknown }, b: { key: unknown }) =>
        sortKeys(String(a.key), String(b.key))
      : sortKeys,
    customTags: ["timestamp", "binary"],
  });
}
