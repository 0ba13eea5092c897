/**
 * Bytes of a stream that arrived and were not read.
 *
 * @module
 */

/** Size of the chunks that arrivals are collected in, in bytes. */
const CHUNK = 65_536;
/** Arrivals from this size on get a whole chunk at once, in bytes. */
const LARGE = 16_384;

/** One piece of memory, filled from the front and read from the front. */
interface Chunk {
  readonly buf: Uint8Array<ArrayBuffer>;
  start: number;
  end: number;
}

/** A queue of bytes. */
export class ReceiveBuffer {
  /** Bytes held. */
  size = 0;
  #chunks: Chunk[] = [];
  #spare: Uint8Array<ArrayBuffer> | undefined = undefined;

  /**
   * Copies bytes in.
   *
   * @param buf Where they are.
   * @param start The first.
   * @param end After the last.
   */
  push(buf: Uint8Array, start: number, end: number): void {
    this.size += end - start;
    const last = this.#chunks.at(-1);
    let room = 0;
    if (last !== undefined) {
      room = Math.min(last.buf.length - last.end, end - start);
      if (room > 0) {
        last.buf.set(buf.subarray(start, start + room), last.end);
        last.end += room;
      }
    }
    const from = start + room;
    const rest = end - from;
    if (rest === 0) return;
    const chunk = { buf: this.#memory(rest, last), start: 0, end: rest };
    chunk.buf.set(buf.subarray(from, end));
    this.#chunks.push(chunk);
  }

  /**
   * Copies bytes out.
   *
   * @param into Where they go.
   * @returns How many.
   */
  read(into: Uint8Array): number {
    let done = 0;
    while (done < into.length) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) break;
      const part = Math.min(chunk.end - chunk.start, into.length - done);
      into.set(chunk.buf.subarray(chunk.start, chunk.start + part), done);
      chunk.start += part;
      done += part;
      if (chunk.start === chunk.end) {
        this.#chunks.shift();
        if (chunk.buf.length === CHUNK) this.#spare = chunk.buf;
      }
    }
    this.size -= done;
    return done;
  }

  /**
   * Hands a piece out as it is.
   *
   * @returns The bytes, in memory nobody else holds, or `undefined` when there are none.
   */
  take(): Uint8Array<ArrayBuffer> | undefined {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return undefined;
    const bytes = chunk.buf.subarray(chunk.start, chunk.end);
    this.size -= bytes.length;
    return bytes;
  }

  /** Drops everything. */
  clear(): void {
    this.#chunks = [];
    this.#spare = undefined;
    this.size = 0;
  }

  /** Room for `rest` bytes; behind other bytes there will be more: collect them. */
  #memory(rest: number, last: Chunk | undefined): Uint8Array<ArrayBuffer> {
    if (rest > CHUNK) return new Uint8Array(rest);
    if (rest < LARGE) {
      const size = last === undefined ? rest : last.buf.length * 2;
      if (size < LARGE) return new Uint8Array(Math.max(rest, size));
    }
    const spare = this.#spare ?? new Uint8Array(CHUNK);
    this.#spare = undefined;
    return spare;
  }
}
