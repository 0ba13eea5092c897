/**
 * Answers of any length, written piece by piece.
 *
 * @module
 */

import {
  create,
  type DescField,
  type DescMessage,
  isMessage,
  type JsonObject,
  type MessageInitShape,
  type MessageShape,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";

/** Entries of a list between two looks at the clock. */
const STEP = 32;
/** Milliseconds after which the event loop gets a turn. */
const SLICE_MS = 1;

/** Lists of messages in a message: what can be long, and what it is cut at. */
function longLists(
  schema: DescMessage,
  message: MessageShape<DescMessage>,
): [DescField & { fieldKind: "list" }, MessageShape<DescMessage>[]][] {
  const found: [
    DescField & { fieldKind: "list" },
    MessageShape<DescMessage>[],
  ][] = [];
  for (const field of schema.fields) {
    if (field.fieldKind !== "list" || field.listKind !== "message") continue;
    const list = (message as unknown as Record<string, unknown>)[
      field.localName
    ] as MessageShape<DescMessage>[];
    if (list.length > STEP) found.push([field, list]);
  }
  return found;
}

/**
 * Makes a message; long lists in it stay as they are, to be made into messages
 * piece by piece when they are written.
 *
 * @param schema What it is.
 * @param init What is in it.
 * @returns The message.
 */
export function createOuter(
  schema: DescMessage,
  init: MessageInitShape<DescMessage>,
): MessageShape<DescMessage> {
  const fields = init as unknown as Record<string, unknown>;
  const long = schema.fields.flatMap((field) => {
    const list = fields[field.localName];
    return field.fieldKind === "list" && field.listKind === "message" &&
        Array.isArray(list) && list.length > STEP
      ? [[field.localName, list] as const]
      : [];
  });
  if (long.length === 0) return create(schema, init);
  const none = Object.fromEntries(long.map(([name]) => [name, []]));
  const message = create(schema, { ...fields, ...none });
  return Object.assign(message, Object.fromEntries(long));
}

/** Some entries of a list as messages. */
function some(
  field: DescField & { fieldKind: "list" },
  entries: readonly unknown[],
): MessageShape<DescMessage>[] {
  return entries.map((entry) =>
    isMessage(entry) ? entry : create(field.message!, entry as never)
  );
}

/** Gives the event loop a turn whenever a slice is over. */
class Pace {
  #end = performance.now() + SLICE_MS;

  async step(): Promise<void> {
    if (performance.now() < this.#end) return;
    // A timer, not setImmediate: those who wait for input come first.
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#end = performance.now() + SLICE_MS;
  }
}

function without(
  message: MessageShape<DescMessage>,
  lists: readonly [DescField, unknown][],
): MessageShape<DescMessage> {
  const empty = lists.map(([field]) => [field.localName, []]);
  return { ...message, ...Object.fromEntries(empty) };
}

/** How names are written. */
export interface Naming {
  /**
   * Whether fields have the names of JSON, instead of those in the `.proto` file.
   * @default false
   */
  readonly jsonNames?: boolean;
}

/**
 * Writes a message as JSON: every field there, numbers of 64 bits as text.
 *
 * @param schema What it is.
 * @param message One of that schema; what is not set has its default.
 * @param naming How names are written.
 * @returns The text.
 */
export async function encodeJson<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
  { jsonNames = false }: Naming = {},
): Promise<string> {
  const lists = longLists(schema, message);
  const pace = new Pace();
  const texts = new Map<string, string>();
  for (const [field, list] of lists) {
    const parts: string[] = [];
    for (let at = 0; at < list.length; at += STEP) {
      for (const entry of some(field, list.slice(at, at + STEP))) {
        parts.push(JSON.stringify(plain(field.message!, entry, jsonNames)));
      }
      await pace.step();
    }
    texts.set(nameOf(field, jsonNames), `[${parts.join(",")}]`);
  }
  const rest = plain(schema, without(message, lists), jsonNames);
  const members = Object.entries(rest).map(([name, value]) =>
    `${JSON.stringify(name)}:${texts.get(name) ?? JSON.stringify(value)}`
  );
  return `{${members.join(",")}}`;
}

/**
 * @param field A field.
 * @param jsonNames Which of its names is wanted.
 * @returns That name.
 */
export function nameOf(
  { name, jsonName }: DescField,
  jsonNames = false,
): string {
  return jsonNames ? jsonName : name;
}

function plain(
  schema: DescMessage,
  message: MessageShape<DescMessage>,
  jsonNames: boolean,
): JsonObject {
  return toJson(schema, message, {
    alwaysEmitImplicit: true,
    useProtoFieldName: !jsonNames,
  }) as JsonObject;
}

/**
 * Writes a message as protobuf.
 *
 * @param schema What it is.
 * @param message One of that schema; what is not set has its default.
 * @returns The bytes.
 */
export async function encodeBinary<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
): Promise<Uint8Array> {
  const lists = longLists(schema, message);
  if (lists.length === 0) return toBinary(schema, message);
  const pace = new Pace();
  // What is written one after the other is read as one: lists grow, the rest is there once.
  const parts: Uint8Array[] = [];
  for (const [field, list] of lists) {
    for (let at = 0; at < list.length; at += STEP) {
      const part = {
        ...create(schema),
        [field.localName]: some(field, list.slice(at, at + STEP)),
      };
      parts.push(toBinary(schema, part as MessageShape<D>));
      await pace.step();
    }
  }
  parts.push(toBinary(schema, without(message, lists) as MessageShape<D>));
  return concat(parts);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
