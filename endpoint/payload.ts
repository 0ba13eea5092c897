/**
 * What operations carry.
 *
 * @module
 */

/** Bytes, or text that is sent as UTF-8. */
export type Payload = Uint8Array | string;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** No bytes. */
export const NO_BYTES: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * Refuses what is neither bytes nor text: untyped callers exist, and anything
 * else would be written as garbage.
 *
 * @param payload What a program has handed over, perhaps without types.
 * @returns The same.
 * @throws {TypeError} If it is neither.
 */
export function checkPayload<T extends Payload>(payload: T): T {
  if (typeof payload !== "string" && !(payload instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot send ${typeof payload}: need a Uint8Array or text, encodeJson makes one of any other value`,
    );
  }
  return payload;
}

/**
 * Gives the bytes of a payload.
 *
 * @param payload The payload; `undefined` is no bytes.
 * @returns The bytes; the same array when it is one.
 */
export function payloadBytes(payload: Payload | undefined): Uint8Array {
  if (payload === undefined) return NO_BYTES;
  return typeof payload === "string"
    ? encoder.encode(payload)
    : checkPayload(payload);
}

/**
 * Counts the bytes of text.
 *
 * @param text Any text, lone surrogates included.
 * @returns Its length in UTF-8.
 */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    length++;
    // Both halves of a pair together have four bytes, one alone three.
    if (unit < 0x800) continue;
    const paired = (unit & 0xfc00) === 0xd800 &&
      (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
    if (paired) i++;
    length++;
  }
  return length;
}

/**
 * Decodes UTF-8.
 *
 * @param bytes The bytes; what is not UTF-8 becomes U+FFFD.
 * @returns The text.
 */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
