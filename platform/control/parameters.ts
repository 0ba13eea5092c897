/**
 * Parameters of a path and a query as fields of a message.
 *
 * @module
 */

import {
  create,
  type DescEnum,
  type DescField,
  type DescMessage,
  type MessageShape,
  ScalarType,
} from "@bufbuild/protobuf";
import { ApiError } from "./api_error.ts";

/** Bounds of the whole numbers that fields take. */
const RANGES: Readonly<Partial<Record<ScalarType, readonly [bigint, bigint]>>> =
  {
    [ScalarType.INT32]: [-(2n ** 31n), 2n ** 31n - 1n],
    [ScalarType.UINT32]: [0n, 2n ** 32n - 1n],
    [ScalarType.INT64]: [-(2n ** 63n), 2n ** 63n - 1n],
    [ScalarType.UINT64]: [0n, 2n ** 64n - 1n],
  };
/** Characters of a value that an error repeats. */
const SHOWN = 60;

/** Where the parameters of a call are. */
export interface Parameters {
  /** What the path says, by field. */
  readonly path: Readonly<Record<string, string>>;
  /** What stands after the question mark. */
  readonly query: URLSearchParams;
}

function invalid(message: string, parameter: string): ApiError {
  return new ApiError("INVALID_ARGUMENT", message, {
    // What the Go gateway says of a parameter that it cannot read.
    reason: "CODEC",
    metadata: { parameter },
  });
}

/**
 * Reads parameters into a message. A field goes by its name in the `.proto`
 * file or by its name in JSON, a list by either with `[]` behind it, too; an
 * empty value counts as absent.
 *
 * @param schema The message.
 * @param parameters What was given.
 * @param strict Whether a parameter that no field is meant by is an error.
 * @returns The message.
 * @throws {ApiError} If a value cannot be read; the message names it.
 */
export function readParameters<D extends DescMessage>(
  schema: D,
  { path, query }: Parameters,
  strict: boolean,
): MessageShape<D> {
  const message = create(schema) as unknown as Record<string, unknown>;
  const names = new Map<string, DescField>();
  for (const field of schema.fields) {
    for (const name of [field.jsonName, camel(field.name), field.name]) {
      names.set(name, field);
      if (field.fieldKind === "list") names.set(`${name}[]`, field);
    }
  }
  for (const name of new Set(query.keys())) {
    const field = names.get(name);
    if (field === undefined || field.name in path) {
      if (!strict) continue;
      const known = schema.fields.map((field) => field.name)
        .filter((name) => !(name in path));
      throw invalid(
        `Unknown parameter ${quote(name)}: ${
          known.length === 0 ? "there are none" : `use ${known.join(", ")}`
        }`,
        name,
      );
    }
    const values = query.getAll(name).filter((value) => value !== "");
    if (values.length === 0) continue;
    if (field.fieldKind === "list") {
      (message[field.localName] as unknown[]).push(
        ...values.map((value) => readValue(field, name, value)),
      );
      continue;
    }
    if (values.length > 1) {
      throw invalid(
        `Too many values for ${quote(name)}: ${values.length}, give one`,
        name,
      );
    }
    message[field.localName] = readValue(field, name, values[0]!);
  }
  for (const [name, value] of Object.entries(path)) {
    const field = names.get(name)!;
    message[field.localName] = readValue(field, name, value);
  }
  return message as unknown as MessageShape<D>;
}

function readValue(field: DescField, name: string, value: string): unknown {
  if (field.enum !== undefined) return readEnum(field.enum, name, value);
  const { scalar } = field;
  if (scalar === ScalarType.STRING) return value;
  if (scalar === ScalarType.BOOL) {
    if (value === "true" || value === "false") return value === "true";
    throw invalid(
      `Cannot read ${name} ${quote(value)}: use true or false`,
      name,
    );
  }
  const range = RANGES[scalar as ScalarType];
  if (range === undefined) {
    throw invalid(`Cannot give ${name} as a parameter: use gRPC`, name);
  }
  const number = /^[+-]?\d{1,30}$/.test(value) ? BigInt(value) : undefined;
  if (number === undefined || number < range[0] || number > range[1]) {
    throw invalid(
      `Cannot read ${name} ${quote(value)}: expected a whole number from ${
        range[0]
      } to ${range[1]}`,
      name,
    );
  }
  const is64 = scalar === ScalarType.INT64 || scalar === ScalarType.UINT64;
  return is64 ? number : Number(number);
}

function readEnum(declared: DescEnum, name: string, value: string): number {
  const prefix = declared.sharedPrefix ?? "";
  const found = declared.values.find((known) =>
    known.name === value || String(known.number) === value ||
    known.name === `${prefix}${value}`.toUpperCase()
  );
  if (found !== undefined) return found.number;
  const known = declared.values.map(({ name }) =>
    name.slice(prefix.length).toLowerCase()
  );
  throw invalid(
    `Cannot read ${name} ${quote(value)}: use one of ${known.join(", ")}`,
    name,
  );
}

/** The name that JSON gives a field which does not say otherwise. */
function camel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** A value of the caller's, so that it can do no harm in a message. */
export function quote(text: string): string {
  return JSON.stringify(
    text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text,
  );
}
