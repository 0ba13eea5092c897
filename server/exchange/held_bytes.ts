/**
 * Bytes that wait for a session to take them.
 *
 * @module
 */

import {
  obtainBuffer,
  releaseBuffer,
  type Session,
  STREAM_HEAD,
} from "@frontier/proto/internal";

/** Largest buffer for held bytes: one full read and its frame header. */
const CHUNK_SIZE = 262_144 + STREAM_HEAD;
/** The same towards a peer without credit, whose packets must not grow. */
const PLAIN_CHUNK_SIZE = 65_536 + STREAM_HEAD;

/**
 * Holds bytes in pooled buffers with room for a header in front, so that the
 * very buffers can be sent.
 */
export class HeldBytes {
  /** Buffers filled to the end, but for the last, filled to `#fill`. */
  readonly #chunks: Uint8Array[] = [];
  /** First byte held in the first buffer. */
  #from = STREAM_HEAD;
  /** After the last byte held in the last buffer. */
  #fill = 0;
  #length = 0;
  #memory = 0;

  /** Bytes held. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of memory that it takes; of a buffer that is hardly filled all of them. */
  get memory(): number {
    return this.#memory;
  }

  /**
   * Copies bytes in.
   *
   * @param buf Where they are.
   * @param start The first.
   * @param end After the last.
   * @param credit Whether they go to a peer with credit.
   */
  add(buf: Uint8Array, start: number, end: number, credit: boolean): void {
    this.#length += end - start;
    for (let at = start; at < end;) {
      let chunk = this.#chunks.at(-1);
      if (chunk === undefined || this.#fill === chunk.length) {
        const most = credit ? CHUNK_SIZE : PLAIN_CHUNK_SIZE;
        const buffer = obtainBuffer(Math.min(STREAM_HEAD + end - at, most));
        chunk = buffer.length > most ? buffer.subarray(0, most) : buffer;
        this.#chunks.push(chunk);
        this.#memory += buffer.length;
        this.#fill = STREAM_HEAD;
      }
      const part = Math.min(end - at, chunk.length - this.#fill);
      chunk.set(buf.subarray(at, at + part), this.#fill);
      this.#fill += part;
      at += part;
    }
  }

  /**
   * Sends as much as a session takes.
   *
   * @param to The session.
   * @returns How many bytes it took.
   */
  sendTo(to: Session): number {
    let moved = 0;
    while (this.#chunks.length > 0) {
      const chunk = this.#chunks[0]!;
      const end = this.#chunks.length === 1 ? this.#fill : chunk.length;
      if (to.adopt(chunk, this.#from, end)) {
        moved += end - this.#from;
        this.#takeFirst();
        continue;
      }
      const sent = to.send(chunk, this.#from, end);
      if (sent === 0) break;
      moved += sent;
      this.#from += sent;
      if (this.#from === end) this.#dropFirst();
    }
    this.#length -= moved;
    return moved;
  }

  /** Forgets everything. */
  clear(): void {
    while (this.#chunks.length > 0) this.#dropFirst();
    this.#length = 0;
  }

  #dropFirst(): void {
    releaseBuffer(this.#takeFirst());
  }

  #takeFirst(): Uint8Array {
    const chunk = this.#chunks.shift()!;
    this.#memory -= chunk.buffer.byteLength;
    this.#from = STREAM_HEAD;
    return chunk;
  }
}
