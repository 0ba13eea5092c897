/**
 * Values as JSON.
 *
 * @module
 */

import { decodeText } from "./payload.ts";

/** Most characters of a text that a message shows. */
const SHOWN = 80;

const encoder = new TextEncoder();

/** Turns values of one type into payloads, and payloads back into values. */
export interface JsonCodec<T> {
  /**
   * Encodes a value, to be sent with any operation.
   *
   * @param value Anything that `JSON.stringify` can write without loss.
   * @returns The JSON text in UTF-8.
   * @throws {TypeError} If a part of the value has no JSON form; the message names the part.
   */
  encode(value: T): Uint8Array<ArrayBuffer>;
  /**
   * Decodes what arrived.
   *
   * @param from A reply, a request, a message, or bytes.
   * @returns The value.
   * @throws {SyntaxError} If it is no JSON; the message shows its beginning.
   * @throws {TypeError} If it is not what was expected; the message shows its
   * beginning, and the cause is what the check threw.
   */
  decode(from: Uint8Array | { readonly data: Uint8Array }): T;
}

/**
 * Makes a codec for values of one type.
 *
 * @param check Looks at what was decoded: returns it as a value of the type, or
 * throws. The parsers of schema libraries fit here. Without a check the type is
 * a promise of the other side, which nobody holds it to.
 * @returns The codec.
 *
 * @example Both sides of a call
 * ```ts
 * import { type Edge, jsonCodec, type Service } from "@frontier/client";
 *
 * interface Reading {
 *   celsius: number;
 * }
 *
 * const reading = jsonCodec<Reading>((value) => {
 *   const { celsius } = value as Reading;
 *   if (typeof celsius !== "number") throw new Error("celsius is no number");
 *   return { celsius };
 * });
 *
 * async function answer(edge: Edge): Promise<void> {
 *   await edge.register("read", () => reading.encode({ celsius: 21.5 }));
 * }
 *
 * async function ask(service: Service, edgeId: bigint): Promise<number> {
 *   return reading.decode(await service.call(edgeId, "read")).celsius;
 * }
 * ```
 *
 * @example Errors name the value
 * ```ts
 * import { jsonCodec } from "@frontier/client";
 * import { assertThrows } from "@std/assert";
 *
 * const codec = jsonCodec<{ ids: unknown[] }>();
 * assertThrows(
 *   () => codec.encode({ ids: [1, 2n] }),
 *   TypeError,
 *   "Cannot encode value.ids[1] as JSON: 2n is a bigint",
 * );
 * assertThrows(
 *   () => codec.decode(new TextEncoder().encode("ids=1")),
 *   SyntaxError,
 *   'Cannot decode "ids=1" as JSON',
 * );
 * ```
 */
export function jsonCodec<T>(check?: (value: unknown) => T): JsonCodec<T> {
  return {
    encode: encodeJson,
    decode: (from) => {
      const data = from instanceof Uint8Array ? from : from.data;
      if (!(data instanceof Uint8Array)) {
        throw new TypeError(
          `Cannot decode ${typeof data} as JSON: need bytes, or what has them as data`,
        );
      }
      const value = decodeJson(data);
      if (check === undefined) return value as T;
      try {
        return check(value);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new TypeError(
          `Cannot take ${
            shown(decodeText(data))
          } for what was expected: ${why}`,
          { cause },
        );
      }
    },
  };
}

/**
 * Encodes a value as JSON, to be sent with any operation.
 *
 * @param value Anything that `JSON.stringify` can write without loss.
 * @returns The JSON text in UTF-8.
 * @throws {TypeError} If a part of the value has no JSON form; the message names the part.
 *
 * @example
 * ```ts
 * import { encodeJson } from "@frontier/client";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeJson({ a: 1 }), new TextEncoder().encode('{"a":1}'));
 * ```
 */
export function encodeJson(value: unknown): Uint8Array<ArrayBuffer> {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    const found = findCulprit(value, "value", []);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(
      `Cannot encode ${found?.path ?? "value"} as JSON: ${found?.why ?? why}`,
      { cause },
    );
  }
  if (text === undefined) {
    throw new TypeError(
      `Cannot encode value as JSON: ${typeof value} has no JSON form`,
    );
  }
  return encoder.encode(text);
}

/**
 * Decodes JSON.
 *
 * @param data The JSON text in UTF-8.
 * @returns The value.
 * @throws {SyntaxError} If it is no JSON; the message shows its beginning.
 */
export function decodeJson(data: Uint8Array): unknown {
  const text = decodeText(data);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(
      `Cannot decode ${shown(text)} as JSON: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** The beginning of a text, in quotes. */
function shown(text: string): string {
  return text.length <= SHOWN
    ? JSON.stringify(text)
    : `${JSON.stringify(text.slice(0, SHOWN))}...`;
}

/** Finds the first part of a value that has no JSON form. */
function findCulprit(
  value: unknown,
  path: string,
  above: readonly object[],
): { path: string; why: string } | undefined {
  if (typeof value === "bigint") {
    return { path, why: `${value}n is a bigint, send it as text` };
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (above.includes(value)) return { path, why: "it contains itself" };
  // What it turns itself into is not a part of it.
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") {
    return undefined;
  }
  for (const [key, part] of Object.entries(value)) {
    const name = Array.isArray(value)
      ? `[${key}]`
      : /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)
      ? `.${key}`
      : `[${JSON.stringify(key)}]`;
    const found = findCulprit(part, path + name, [...above, value]);
    if (found !== undefined) return found;
  }
  return undefined;
}
