/**
 * Reads `values.yaml` of a chart together with its comments.
 *
 * @module
 */

import { parse } from "@std/yaml";

/** A value of a chart. */
export interface ChartValue {
  /** Its key. */
  readonly key: string;
  /** Its keys from the top on, such as `frontier.service.edgebound.port`. */
  readonly path: string;
  /** What it is, from the comment above it; empty without one. */
  readonly description: string;
  /** What stands in brackets at the end of the comment; empty without. */
  readonly type: string;
  /** The default. */
  readonly fallback: unknown;
  /** The values below it, where it is a map with any. */
  readonly children?: readonly ChartValue[];
}

/** A comment: what it says, and the type at its end. */
interface Comment {
  readonly description: string;
  readonly type: string;
}

/** The comments of all keys, by their paths. */
function comments(text: string): Map<string, Comment> {
  const found = new Map<string, Comment>();
  /** Keys around the present line, with the columns they begin at. */
  const around: { column: number; key: string }[] = [];
  let said: string[] = [];
  for (const line of text.split("\n")) {
    const [, comment] = /^\s*# (.*)$/.exec(line) ?? [];
    if (comment !== undefined) {
      said.push(comment);
      continue;
    }
    const [, indent, key] = /^( *)([\w-]+):/.exec(line) ?? [];
    if (indent !== undefined && key !== undefined) {
      while ((around.at(-1)?.column ?? -1) >= indent.length) around.pop();
      around.push({ column: indent.length, key });
      const [, description = "", type = ""] =
        /^(.*?)(?: \[([^[\]{}]*)\])?$/.exec(said.join(" ")) ?? [];
      const path = around.map(({ key }) => key).join(".");
      found.set(path, { description, type: type.trimEnd() });
    }
    said = [];
  }
  return found;
}

/**
 * @param text A `values.yaml`.
 * @returns Its values, in their order.
 */
export function readChartValues(text: string): ChartValue[] {
  const said = comments(text);
  function valuesOf(map: object, above: string): ChartValue[] {
    return Object.entries(map).map(([key, fallback]) => {
      const path = `${above}${key}`;
      const { description = "", type = "" } = said.get(path) ?? {};
      const isMap = typeof fallback === "object" && fallback !== null &&
        !Array.isArray(fallback) && Object.keys(fallback).length > 0;
      return {
        key,
        path,
        description,
        type,
        fallback,
        ...(isMap && { children: valuesOf(fallback, `${path}.`) }),
      };
    });
  }
  return valuesOf(parse(text) as object, "");
}
