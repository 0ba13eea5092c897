/**
 * The answer to a call.
 *
 * @module
 */

import { decodeText } from "../payload.ts";
import { decodeJson } from "../json_codec.ts";

/**
 * Makes the answer to a call.
 *
 * @param data What the handler returned.
 * @returns The answer.
 */
export let makeReply: (data: Uint8Array<ArrayBuffer>) => Reply;

/** What a handler at the other side returned. */
export class Reply {
  static {
    makeReply = (data) => new Reply(data);
  }

  /** The data; empty when the handler returned none. */
  readonly data: Uint8Array<ArrayBuffer>;

  /** @ignore */
  private constructor(data: Uint8Array<ArrayBuffer>) {
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
   * @throws {SyntaxError} If the data is not JSON; the message shows its beginning.
   */
  json(): unknown {
    return decodeJson(this.data);
  }
}
