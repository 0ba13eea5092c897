import type { Findings } from "./diagnostics.ts";
import type { Field } from "./field.ts";
import { mismatch } from "./field.ts";
import { nearest } from "./nearest.ts";
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

/** A key within so many edits of one of its own map is taken for that one; else it may stand in the wrong map. */
const LIKELY_TYPO = 2;

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

  /** The likeliest meaning of an unknown key, as a path. */
  function suggestion(key: string, path: string, findings: Findings): string {
    const own = nearest(key, owners.keys());
    if (own && own.distance <= LIKELY_TYPO) return join(path, own.name);
    const elsewhere = findings.knownKeys.find((known) =>
      known === key || known.endsWith(`.${key}`)
    );
    return elsewhere ?? (own ? join(path, own.name) : path);
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
          findings.unknown(
            full,
            `Unknown key "${full}", nearest known key: "${
              suggestion(entry.key, path, findings)
            }"`,
            entry.position,
          );
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

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
