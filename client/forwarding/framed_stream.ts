/**
 * A connection inside a stream of the gateway.
 *
 * @module
 */

import type { Stream } from "@frontier/endpoint";
import type { HalfCloseable } from "./connection.ts";
import { ForwardError } from "./forward_error.ts";
import { DATA, END, sendControl, sendData } from "./frame.ts";
import type { FrameReader } from "./frame_reader.ts";

/** The bytes of a forwarded connection, after OPEN was answered. */
export class FramedStream implements HalfCloseable {
  /** @inheritdoc */
  readonly lost: Promise<Error>;
  readonly #stream: Stream;
  readonly #frames: FrameReader;
  #ended = false;

  /**
   * @param stream The stream; nobody else uses it.
   * @param frames Its frames.
   */
  constructor(stream: Stream, frames: FrameReader) {
    this.#stream = stream;
    this.#frames = frames;
    this.lost = new Promise((resolve) => {
      // Whoever has sent END still reads, and hears of the loss there. Before
      // that, it would not be heard of by one whose other direction has ended.
      const over = () => {
        if (!this.#ended) resolve(lost());
      };
      stream.closed.then(over, over);
    });
  }

  /** @inheritdoc */
  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const { type, bytes } = await this.#frames.next();
      if (type === END) return null;
      if (type === DATA) return bytes;
      throw new ForwardError(
        "protocol",
        `The other side broke the protocol: a frame of type ${type} among the bytes`,
      );
    }
  }

  /** @inheritdoc */
  write(bytes: Uint8Array): Promise<void> {
    return sendData(this.#stream, bytes);
  }

  /** @inheritdoc */
  async end(): Promise<void> {
    await sendControl(this.#stream, END);
    this.#ended = true;
  }

  /** @inheritdoc */
  close(): Promise<void> {
    return this.#stream.close();
  }

  /** @inheritdoc */
  reset(): void {
    breakOff(this.#stream);
  }
}

function lost(): ForwardError {
  return new ForwardError("cut", "The other side was lost");
}

/**
 * Ends a stream at once, so that the other side knows that bytes are missing.
 *
 * @param stream The stream.
 */
export function breakOff(stream: Stream): void {
  // Rejects where somebody has closed it meanwhile.
  stream.writable.abort().catch(() => {});
}
