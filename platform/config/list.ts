/**
 * Lists of a configuration file, and maps with any contents.
 *
 * @module
 */

import { type Field, mismatch } from "./field.ts";
import { wholeNumber } from "./number.ts";
import type { Value } from "./source.ts";
import { truth } from "./switch.ts";

/**
 * A list of one kind of value.
 *
 * @param item The field of each entry.
 * @returns The field.
 */
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

/**
 * A map with any contents.
 *
 * @returns The field.
 */
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
