/**
 * Names of methods.
 *
 * @module
 */

import { decodeBase64, encodeBase64 } from "@frontier/proto/internal";

const decoder = new TextDecoder();

/**
 * @param name The name of a method, as bytes: any bytes are a name.
 * @returns The name in base64, as requests carry it.
 */
export function methodKey(name: Uint8Array): Uint8Array {
  return encodeBase64(name);
}

/**
 * @param key A method's name in base64.
 * @returns The name as text.
 */
export function methodName(key: Uint8Array): string {
  return decoder.decode(decodeBase64(key, 0, key.length));
}
