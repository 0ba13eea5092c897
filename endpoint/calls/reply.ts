/**
 * The answer to a call.
 *
 * @module
 */

import { decodeText } from "../payload.ts";

/** What a handler at the other side returned. */
export class Reply {
  /** The data; empty when the handler returned none. */
  readonly data: Uint8Array<ArrayBuffer>;

  /**
   * Holds data.
   *
   * @param data The data.
   */
  constructor(data: Uint8Array<ArrayBuffer>) {
    this.data = data;
  }

  /**
   * Reads the data as UTF-8.
   *
   * @returns The text.
   */
  text(): string {
    return decodeText(this.data);
  }

  /**
   * Reads the data as JSON.
   *
   * @returns The value.
   * @throws {SyntaxError} If the data is not JSON.
   */
  json(): unknown {
    return JSON.parse(this.text());
  }
}
