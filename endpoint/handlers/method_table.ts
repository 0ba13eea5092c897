/**
 * Finds the handler of a request.
 *
 * @module
 */

import { type DataBody, encodeBase64 } from "@frontier/proto/internal";
import { checkHandler, checkName } from "../check.ts";
import { methodHead } from "../calls/body_writer.ts";
import type { Handler } from "./request.ts";

/** A method and what answers it. */
export interface Method {
  /** Its name. */
  readonly name: string;
  /** What answers it. */
  readonly handler: Handler;
  /** The beginning of its responses. */
  readonly head: Uint8Array;
  /** The name as requests carry it. */
  readonly key: Uint8Array;
}

const encoder = new TextEncoder();

/**
 * Methods by name. A request is matched by the bytes of its name as they are
 * on the wire, so that nothing is decoded per call.
 */
export class MethodTable {
  readonly #byName = new Map<string, Method>();
  readonly #byHash = new Map<number, Method>();

  /**
   * Adds a method, or replaces its handler.
   *
   * @param name Any text; upper and lower case differ.
   * @param handler What answers it.
   */
  set(name: string, handler: Handler): void {
    checkHandler(handler);
    const key = encodeBase64(encoder.encode(checkName(name, "method")));
    const method = { name, handler, head: methodHead(name), key };
    this.#byName.set(name, method);
    this.#byHash.set(hash(key, 0, key.length), method);
  }

  /**
   * Looks a method up.
   *
   * @param name Any text; upper and lower case differ.
   * @returns What answers it, if anything does.
   */
  get(name: string): Handler | undefined {
    return this.#byName.get(name)?.handler;
  }

  /**
   * Removes a method.
   *
   * @param name Any text; upper and lower case differ.
   * @returns Whether it was there.
   */
  delete(name: string): boolean {
    const method = this.#byName.get(name);
    if (method === undefined) return false;
    const { key } = method;
    const slot = hash(key, 0, key.length);
    if (this.#byHash.get(slot) === method) this.#byHash.delete(slot);
    return this.#byName.delete(name);
  }

  /**
   * Lists the methods.
   *
   * @returns Their names.
   */
  names(): IterableIterator<string> {
    return this.#byName.keys();
  }

  /**
   * Finds the method of a request.
   *
   * @param body The request.
   * @returns The method, or `undefined` when there is none of that name.
   */
  find(body: DataBody): Method | undefined {
    const { buf, keyStart, keyEnd } = body;
    const method = this.#byHash.get(hash(buf, keyStart, keyEnd));
    if (method !== undefined && equals(method.key, buf, keyStart, keyEnd)) {
      return method;
    }
    // Two names with one hash.
    return this.#byName.get(body.methodText());
  }
}

/** FNV-1a, 32 bits. */
function hash(buf: Uint8Array, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let i = start; i < end; i++) {
    value = Math.imul(value ^ buf[i]!, 0x01000193);
  }
  return value;
}

function equals(
  key: Uint8Array,
  buf: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (end - start !== key.length) return false;
  for (let i = 0; i < key.length; i++) {
    if (key[i] !== buf[start + i]) return false;
  }
  return true;
}
