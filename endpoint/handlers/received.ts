/**
 * What requests and messages have in common on the side that receives them.
 *
 * @module
 */

import { decodeText, NO_BYTES } from "../payload.ts";
import { decodeJson } from "../json_codec.ts";

/** Length of the edge id at the end of the custom bytes. */
const TAIL_BYTES = 8;

/** Data that arrived with opaque custom bytes beside it. */
export abstract class Received {
  /** The data; empty when there is none. */
  readonly data: Uint8Array<ArrayBuffer>;
  /**
   * The custom bytes exactly as received. At a service, those of edges end in
   * the 8 bytes of the edge's id.
   */
  readonly rawCustom: Uint8Array<ArrayBuffer>;
  /** The `id` of the stream it came on; 0 outside of streams. */
  readonly streamId: bigint;
  readonly #tailed: boolean;

  /**
   * Holds what arrived.
   *
   * @ignore
   * @param streamId The stream it came on; 0 outside of streams.
   * @param data What the sender sent; no bytes when it sent none.
   * @param rawCustom The custom bytes as received.
   * @param tailed Whether they may end in the id of an edge.
   */
  protected constructor(
    streamId: bigint,
    data: Uint8Array<ArrayBuffer>,
    rawCustom: Uint8Array<ArrayBuffer>,
    tailed: boolean,
  ) {
    this.streamId = streamId;
    this.data = data;
    this.rawCustom = rawCustom;
    this.#tailed = tailed && rawCustom.length >= TAIL_BYTES;
  }

  /** Whether the custom bytes end in the id of the edge it came from. */
  get hasEdgeId(): boolean {
    return this.#tailed;
  }

  /** The custom bytes the sender set: without the id that a gateway appended. */
  get custom(): Uint8Array<ArrayBuffer> {
    if (!this.#tailed) return this.rawCustom;
    const end = this.rawCustom.length - TAIL_BYTES;
    return end === 0 ? NO_BYTES : this.rawCustom.subarray(0, end);
  }

  /** At a service, the edge it came from. 0 at an edge and on a stream, where the sender has no name. */
  get edgeId(): bigint {
    if (!this.#tailed) return 0n;
    const { buffer, byteOffset, length } = this.rawCustom;
    return new DataView(buffer, byteOffset + length - TAIL_BYTES)
      .getBigUint64(0);
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
