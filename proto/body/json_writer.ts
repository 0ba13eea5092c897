/**
 * Writes the JSON object of a body, compact and in the given order, byte for
 * byte as Go does (docs/spec/wire.md §1.5.1).
 *
 * @module
 */

import { encodeBase64Into } from "./base64.ts";
import { quoteText } from "./json_text.ts";

const QUOTE = 0x22;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const encoder = new TextEncoder();

/** Collects the members of an object that is written. Empty text and bytes are left out. */
export class BodyWriter {
  #parts: Uint8Array[] = [];
  #length = 2;

  #add(name: string, part: Uint8Array): void {
    const key = encoder.encode(
      `${this.#parts.length > 0 ? "," : ""}"${name}":`,
    );
    this.#parts.push(key, part);
    this.#length += key.length + part.length;
  }

  /** Adds a member whose value is JSON already. */
  json(name: string, text: string): void {
    this.#add(name, encoder.encode(text));
  }

  /** Adds text. */
  text(name: string, text: string): void {
    if (text === "") return;
    const inside = quoteText(text);
    const quoted = new Uint8Array(inside.length + 2);
    quoted[0] = quoted[quoted.length - 1] = QUOTE;
    quoted.set(inside, 1);
    this.#add(name, quoted);
  }

  /** Adds bytes as base64. */
  bytes(name: string, bytes: Uint8Array | undefined): void {
    if (bytes === undefined || bytes.length === 0) return;
    const quoted = new Uint8Array(Math.ceil(bytes.length / 3) * 4 + 2);
    quoted[0] = quoted[quoted.length - 1] = QUOTE;
    encodeBase64Into(bytes, 0, bytes.length, quoted, 1);
    this.#add(name, quoted);
  }

  /** Gives the object. */
  finish(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.#length);
    let at = 1;
    out[0] = OPEN_OBJECT;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    out[at] = CLOSE_OBJECT;
    return out;
  }
}
