/**
 * Outgoing bytes of one connection.
 *
 * @module
 */

import { HEADER_SIZE, VERSION } from "./constants.ts";

/** Chunk sizes; a connection climbs while one turn fills its chunk, and steps down when it does not. */
const CLASSES = [1_024, 16_384, 262_144, 2_097_152];
/** Spare chunks kept per class, for all connections together. */
const SPARES = [1_024, 256, 32, 4];
const NOTHING = new Uint8Array(0);

const pool: Uint8Array[][] = CLASSES.map(() => []);

function obtain(level: number): Uint8Array {
  return pool[level]!.pop() ?? new Uint8Array(CLASSES[level]!);
}

function release(chunk: Uint8Array): void {
  const level = CLASSES.indexOf(chunk.length);
  if (level >= 0 && pool[level]!.length < SPARES[level]!) {
    pool[level]!.push(chunk);
  }
}

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
  /** Bytes committed and not yet confirmed by {@linkcode Outbox.done}. */
  pending = 0;

  #at = 0;
  #level = 0;
  #full: Uint8Array[] | undefined = undefined;
  #flying: Uint8Array | undefined;

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
    const buf = this.buf;
    const at = this.#at;
    const length = end - at - HEADER_SIZE;
    buf[at] = VERSION;
    buf[at + 1] = type;
    buf[at + 2] = idHi >>> 24;
    buf[at + 3] = idHi >>> 16;
    buf[at + 4] = idHi >>> 8;
    buf[at + 5] = idHi;
    buf[at + 6] = idLo >>> 24;
    buf[at + 7] = idLo >>> 16;
    buf[at + 8] = idLo >>> 8;
    buf[at + 9] = idLo;
    buf[at + 10] = length >>> 24;
    buf[at + 11] = length >>> 16;
    buf[at + 12] = length >>> 8;
    buf[at + 13] = length;
    this.pending += end - at;
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
      return full;
    }
    if (this.#at === 0) return undefined;
    const chunk = this.buf.subarray(0, this.#at);
    if (this.#level > 0 && this.#at <= CLASSES[this.#level - 1]! >> 1) {
      this.#level--;
    }
    this.#flying = chunk;
    this.buf = NOTHING;
    this.#at = 0;
    return chunk;
  }

  /** Confirms that the piece taken last was written. */
  done(): void {
    const chunk = this.#flying;
    if (chunk === undefined) return;
    this.#flying = undefined;
    this.pending -= chunk.length;
    release(new Uint8Array(chunk.buffer as ArrayBuffer));
  }

  /** Drops everything that was not written. */
  clear(): void {
    if (this.buf.length > 0) release(this.buf);
    for (const chunk of this.#full ?? []) {
      release(new Uint8Array(chunk.buffer as ArrayBuffer));
    }
    this.#full = undefined;
    this.buf = NOTHING;
    this.#at = 0;
    this.pending = this.#flying?.length ?? 0;
  }

  #makeRoom(need: number): void {
    const old = this.buf;
    const used = this.#at;
    if (old.length === 0) {
      this.buf = this.#chunk(need);
      return;
    }
    const small = old.length < CLASSES[2]!;
    if (small) {
      // Grow in place of a second small write.
      this.#level = Math.min(2, CLASSES.indexOf(old.length) + 1);
      const next = this.#chunk(used + need);
      next.set(old.subarray(0, used));
      release(old);
      this.buf = next;
      return;
    }
    if (used > 0) (this.#full ??= []).push(old.subarray(0, used));
    else release(old);
    this.#at = 0;
    this.buf = this.#chunk(need);
  }

  #chunk(need: number): Uint8Array {
    for (let level = this.#level; level < CLASSES.length; level++) {
      if (CLASSES[level]! >= need) {
        if (level <= 2) this.#level = level;
        return obtain(level);
      }
    }
    return new Uint8Array(need);
  }
}
