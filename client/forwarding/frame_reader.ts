/**
 * Reading the frames of a forwarded connection.
 *
 * @module
 */

import type { Stream } from "@frontier/endpoint";
import { ForwardError } from "./forward_error.ts";
import {
  CONTROL_BYTES,
  DATA,
  END,
  HEADER_BYTES,
  OPEN,
  OPENED,
  REFUSED,
} from "./frame.ts";

/** Bytes of the buffer of a connection that says little. */
const IDLE_BYTES = 2_048;
/** Bytes of the buffer after a read that filled it. */
const BUSY_BYTES = 65_536;

/** One frame, or a part of one that is DATA. */
export interface Frame {
  /** Its type. */
  readonly type: number;
  /** What it holds: a view that the next read overwrites. */
  readonly bytes: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** Takes frames from a stream, one read at a time. */
export class FrameReader {
  readonly #stream: Pick<Stream, "read">;
  #buf = new Uint8Array(IDLE_BYTES);
  #start = 0;
  #end = 0;
  /** Bytes of the present DATA frame that were not handed out. */
  #left = 0;

  /** @param stream Where the frames come from; nobody else reads it. */
  constructor(stream: Pick<Stream, "read">) {
    this.#stream = stream;
  }

  /**
   * Waits for the next frame. Of DATA it hands out what is there, so that no
   * frame has to fit into memory.
   *
   * @returns The frame.
   * @throws {ForwardError} `cut` when the stream ends, `protocol` when what
   * comes is no frame.
   * @throws {FrontierError} When the stream was cut.
   */
  async next(): Promise<Frame> {
    for (;;) {
      if (this.#left > 0) {
        if (this.#start === this.#end) await this.#fill();
        const count = Math.min(this.#left, this.#end - this.#start);
        const bytes = this.#buf.subarray(this.#start, this.#start + count);
        this.#start += count;
        this.#left -= count;
        return { type: DATA, bytes };
      }
      await this.#need(HEADER_BYTES);
      const buf = this.#buf;
      const at = this.#start;
      const type = buf[at]!;
      const length = buf[at + 1]! << 16 | buf[at + 2]! << 8 | buf[at + 3]!;
      check(type, length);
      this.#start += HEADER_BYTES;
      if (type === DATA) {
        this.#left = length;
        continue;
      }
      if (length === 0) return { type, bytes: NOTHING };
      await this.#need(length);
      const bytes = this.#buf.subarray(this.#start, this.#start + length);
      this.#start += length;
      return { type, bytes };
    }
  }

  async #need(count: number): Promise<void> {
    while (this.#end - this.#start < count) await this.#fill();
  }

  async #fill(): Promise<void> {
    const held = this.#end - this.#start;
    const busy = this.#end === this.#buf.length;
    const size = busy ? BUSY_BYTES : IDLE_BYTES;
    const from = this.#buf.subarray(this.#start, this.#end);
    if (size === this.#buf.length) this.#buf.set(from);
    else {
      // What is held here is the beginning of a small frame: it fits either.
      const fresh = new Uint8Array(size);
      fresh.set(from);
      this.#buf = fresh;
    }
    this.#start = 0;
    this.#end = held;
    const count = await this.#stream.read(this.#buf.subarray(held));
    if (count === null) {
      throw new ForwardError("cut", "The other side was lost");
    }
    this.#end += count;
  }
}

function check(type: number, length: number): void {
  if (type === DATA) return;
  const most = type === OPEN || type === REFUSED
    ? CONTROL_BYTES
    : type === OPENED || type === END
    ? 0
    : -1;
  if (length <= most) return;
  throw new ForwardError(
    "protocol",
    most < 0
      ? `The other side does not speak this protocol: it sent a frame of type ${type}`
      : `The other side broke the protocol: a frame of type ${type} has ${length} bytes`,
  );
}
