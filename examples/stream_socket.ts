/**
 * A stream as a socket of Node's kind, for libraries that expect one.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import type { Stream } from "@frontier/client";

/** Bytes of one read. */
const PIECE = 65_536;
/** Longest wait for the other side when the socket is closed, in milliseconds. */
const CLOSE_MS = 10_000;

/**
 * A duplex over a stream, with back-pressure both ways. Ending it closes the
 * stream after all bytes; there is no half-close.
 */
export class StreamSocket extends Duplex {
  /** Where it comes from, for logs: the id of the stream. */
  readonly remoteAddress: string;
  /** Always 0: a stream has no port. */
  readonly remotePort = 0;
  readonly #stream: Stream;

  /** @param stream The stream; it is the socket's from now on. */
  constructor(stream: Stream) {
    super({ allowHalfOpen: false });
    this.#stream = stream;
    this.remoteAddress = `stream ${stream.id}`;
  }

  /** @ignore */
  override _read(): void {
    const buf = Buffer.allocUnsafe(PIECE);
    this.#stream.read(buf).then(
      (count) => this.push(count === null ? null : buf.subarray(0, count)),
      (error) => this.destroy(error),
    );
  }

  /** @ignore */
  override _write(
    chunk: Uint8Array,
    _encoding: string,
    done: (error?: Error | null) => void,
  ): void {
    this.#stream.write(chunk).then(() => done(), done);
  }

  /** @ignore */
  override _final(done: (error?: Error | null) => void): void {
    this.#stream.close({ timeoutMs: CLOSE_MS }).then(() => done(), done);
  }

  /** @ignore */
  override _destroy(
    error: Error | null,
    done: (error?: Error | null) => void,
  ): void {
    void this.#stream.close({ timeoutMs: CLOSE_MS });
    done(error);
  }
}
