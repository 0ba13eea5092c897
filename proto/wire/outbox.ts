/**
 * Outgoing bytes of one connection.
 *
 * @module
 */

import { obtainBuffer, releaseBuffer, viewOf } from "./buffer_pool.ts";
import { HEADER_SIZE, VERSION } from "./constants.ts";

/** Chunk sizes; a connection climbs while one turn fills its chunk, and steps down when it does not. */
const CLASSES = [1_024, 16_384, 262_144];
const TOP = CLASSES.length - 1;
const NOTHING = new Uint8Array(0);
const NO_VIEW = new DataView(NOTHING.buffer);

/**
 * Collects frames and hands them out in large pieces.
 *
 * {@linkcode Outbox.open} reserves room for a frame, the caller writes the
 * payload into {@linkcode Outbox.buf}, and {@linkcode Outbox.commit} writes the
 * header. Nothing is encoded twice and no object is made per frame. An idle
 * outbox owns no memory.
 */
export class Outbox {
  /** The chunk being filled. */
  buf: Uint8Array = NOTHING;
  /** The same bytes. */
  view: DataView = NO_VIEW;
  /** Bytes committed and not yet confirmed by {@linkcode Outbox.done}. */
  unwritten = 0;
  /** Bytes that have ever left it. */
  written = 0;

  #at = 0;
  #level = 0;
  #full: Uint8Array[] | undefined = undefined;
  /** The buffer of the piece being written: the whole one, for the next user. */
  #flying: Uint8Array | undefined = undefined;
  #flyingBytes = 0;

  /**
   * Reserves a frame.
   *
   * @param maxPayload Most payload bytes the caller will write.
   * @returns The offset in `buf` at which the payload starts.
   */
  open(maxPayload: number): number {
    const need = this.#at + HEADER_SIZE + maxPayload;
    if (need > this.buf.length) this.#makeRoom(HEADER_SIZE + maxPayload);
    return this.#at + HEADER_SIZE;
  }

  /**
   * Completes the frame begun by `open`.
   *
   * @param type Packet type.
   * @param idHi High half of the packet id.
   * @param idLo Low half of the packet id.
   * @param end Offset in `buf` after the last payload byte.
   */
  commit(type: number, idHi: number, idLo: number, end: number): void {
    const { view } = this;
    const at = this.#at;
    view.setUint16(at, VERSION << 8 | type);
    view.setUint32(at + 2, idHi);
    view.setUint32(at + 6, idLo);
    view.setUint32(at + 10, end - at - HEADER_SIZE);
    this.unwritten += end - at;
    this.#at = end;
  }

  /**
   * Takes the next piece to write. One piece may be out at a time.
   *
   * @returns The bytes, or `undefined` when there is nothing to write.
   */
  take(): Uint8Array | undefined {
    if (this.#flying !== undefined) return undefined;
    const full = this.#full?.shift();
    if (full !== undefined) {
      this.#flying = full;
      this.#flyingBytes = full.length;
      return full;
    }
    if (this.#at === 0) return undefined;
    const chunk = this.buf.subarray(0, this.#at);
    if (this.#level > 0 && this.#at <= CLASSES[this.#level - 1]! >> 1) {
      this.#level--;
    }
    this.#flying = this.buf;
    this.#flyingBytes = this.#at;
    this.buf = NOTHING;
    this.view = NO_VIEW;
    this.#at = 0;
    return chunk;
  }

  /** Confirms that the piece taken last was written. */
  done(): void {
    const chunk = this.#flying;
    if (chunk === undefined) return;
    this.#flying = undefined;
    this.unwritten -= this.#flyingBytes;
    this.written += this.#flyingBytes;
    this.#flyingBytes = 0;
    releaseBuffer(chunk);
  }

  /** Drops everything that was not written. */
  clear(): void {
    if (this.buf.length > 0) releaseBuffer(this.buf);
    for (const chunk of this.#full ?? []) releaseBuffer(chunk);
    this.#full = undefined;
    this.buf = NOTHING;
    this.view = NO_VIEW;
    this.#at = 0;
    this.unwritten = this.#flyingBytes;
  }

  /**
   * Takes over a buffer that holds a whole frame, instead of copying it. The
   * buffer goes back to the pool when it was written.
   *
   * @param buffer The buffer, from the pool.
   * @param start First byte of the frame's header.
   * @param end After the frame's last byte.
   */
  adopt(buffer: Uint8Array, start: number, end: number): void {
    this.#seal();
    (this.#full ??= []).push(buffer.subarray(start, end));
    this.unwritten += end - start;
  }

  #makeRoom(need: number): void {
    const old = this.buf;
    const used = this.#at;
    if (old.length > 0 && old.length < CLASSES[TOP]!) {
      // Grow, instead of a second small write.
      this.#level = Math.min(TOP, this.#level + 1);
      const bytes = old.subarray(0, used);
      this.#use(used + need);
      this.buf.set(bytes);
      releaseBuffer(old);
      return;
    }
    this.#seal();
    this.#use(need);
  }

  /** Puts the chunk being filled behind those that are full. */
  #seal(): void {
    if (this.#at > 0) {
      (this.#full ??= []).push(this.buf.subarray(0, this.#at));
    } else if (this.buf.length > 0) releaseBuffer(this.buf);
    this.buf = NOTHING;
    this.view = NO_VIEW;
    this.#at = 0;
  }

  /** Begins a chunk. */
  #use(need: number): void {
    while (this.#level < TOP && CLASSES[this.#level]! < need) this.#level++;
    this.buf = obtainBuffer(Math.max(need, CLASSES[this.#level]!));
    this.view = viewOf(this.buf);
  }
}
