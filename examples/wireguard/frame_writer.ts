/**
 * Sends datagrams over a stream, as a network would: what does not fit is lost.
 *
 * @module
 */

import type { Stream } from "@frontier/client";
import { encodeFrame } from "./frame.ts";

/**
 * Bytes that may wait for the stream. What waits longer comes too late to be
 * worth anything: its sender has sent it again.
 */
const MAX_WAITING = 262_144;

/** Writes frames. */
export class FrameWriter {
  /** Datagrams that were dropped. */
  dropped = 0;
  readonly #stream: Pick<Stream, "write">;
  #waiting = 0;

  /** @param stream Where to. */
  constructor(stream: Pick<Stream, "write">) {
    this.#stream = stream;
  }

  /**
   * Sends a datagram; an empty one cannot be told, and is dropped.
   *
   * @param payload The datagram; it may be changed afterwards.
   * @returns Whether it is on its way.
   */
  send(payload: Uint8Array): boolean {
    const { length } = payload;
    if (length === 0 || this.#waiting + length > MAX_WAITING) {
      this.dropped++;
      return false;
    }
    this.#waiting += length;
    const done = () => void (this.#waiting -= length);
    // When the stream is over, its reader notices.
    this.#stream.write(encodeFrame(payload)).then(done, done);
    return true;
  }
}
