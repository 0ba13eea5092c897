/**
 * The maps of a configuration file.
 *
 * @module
 */

import type { Findings } from "./diagnostics.ts";
import type { Field } from "./field.ts";
import { mismatch } from "./field.ts";
import { fold, nearest } from "../nearest.ts";
import type { Value } from "./source.ts";

/** A map with known keys. */
export interface Section<T> extends Field<T> {
  /** Every key below this section as a path, such as `listen.addr`. */
  paths(): string[];
}

/** The fields of a section, by the property each of them fills. */
export type Fields<T> = { [K in keyof T]-?: Field<T[K]> };

function snakeCase(property: string): string {
  return property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function isSection(field: object): field is Section<unknown> {
  return "paths" in field;
}

/**
 * Builds a map with known keys.
 *
 * @param fields Its fields, by the property each of them fills.
 * @returns The section.
 */
export function section<T>(fields: Fields<T>): Section<T> {
  type Property = keyof T & string;
  const properties = Object.keys(fields) as Property[];
  const names = new Map<Property, readonly string[]>(
    properties.map((
      property,
    ) => [property, fields[property].names ?? [snakeCase(property)]]),
  );
  const owners = new Map<string, Property>();
  for (const [property, all] of names) {
    for (const name of all) owners.set(name, property);
  }

  function initial(): T {
    return Object.fromEntries(
      properties.map((property) => [property, fields[property].initial()]),
    ) as T;
  }

  function paths(): string[] {
    return properties.flatMap((property) => {
      const field: Field<unknown> = fields[property];
      const name = names.get(property)?.[0] ?? property;
      return [
        name,
        ...(isSection(field)
          ? field.paths().map((path) => `${name}.${path}`)
          : []),
      ];
    });
  }

  /**
   * The likeliest meaning of an unknown key, as a path, and whether it is
   * likely at all.
   */
  function suggestion(
    key: string,
    path: string,
    findings: Findings,
  ): [meant: string, likely: boolean] {
    const whole = findings.knownKeys.find((known) => fold(known) === fold(key));
    if (whole !== undefined && !owners.has(whole)) return [whole, true];
    const own = nearest(key, owners.keys());
    if (own?.likely) return [join(path, own.name), true];
    const elsewhere = misplaced(key, path, findings.knownKeys);
    if (elsewhere !== undefined) return [elsewhere, true];
    return [own ? join(path, own.name) : path, false];
  }

  return {
    initial,
    paths,
    write: (value) =>
      Object.fromEntries(
        properties.map((
          property,
        ) => [
          names.get(property)?.[0],
          fields[property].write(value[property]),
        ]),
      ),
    read(value: Value, path: string, findings: Findings): T {
      const result = initial();
      if (value.kind !== "map") {
        mismatch(value, "a map", path, findings);
        return result;
      }
      const filled = new Map<Property, string>();
      for (const entry of value.entries) {
        const full = join(path, entry.key);
        const property = owners.get(entry.key);
        if (property === undefined) {
          const meant = suggestion(entry.key, path, findings);
          findings.unknown(full, ...meant, entry.position);
          continue;
        }
        findings.at(full, entry.position);
        if (entry.value.kind === "null") continue;
        const other = filled.get(property);
        if (other !== undefined) {
          findings.warn(
            full,
            `Key "${full}" means the same as "${
              join(path, other)
            }", which is used`,
            entry.position,
          );
          continue;
        }
        filled.set(property, entry.key);
        result[property] = fields[property].read(entry.value, full, findings);
      }
      return result;
    },
  };
}

/**
 * A section that a file may leave out, and that means something then.
 *
 * @param inner The section where it stands.
 * @returns The same; `undefined` where the file has none.
 */
export function optional<T>(inner: Section<T>): Section<T | undefined> {
  return {
    ...inner,
    initial: () => undefined,
    write: (value) => value === undefined ? undefined : inner.write(value),
  };
}

/** How much two paths have in common, from the beginning. */
function inCommon(a: string, b: string): number {
  let count = 0;
  while (count < a.length && a[count] === b[count]) count++;
  return count;
}

/**
 * The key of another map with this name: the one whose map is nearest to where
 * it stands.
 */
function misplaced(
  key: string,
  path: string,
  knownKeys: readonly string[],
): string | undefined {
  return knownKeys
    .filter((known) => known === key || known.endsWith(`.${key}`))
    .sort((a, b) => inCommon(b, path) - inCommon(a, path))[0];
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
