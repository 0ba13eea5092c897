/**
 * Received bytes, cut into frames.
 *
 * @module
 */

import { HEADER_SIZE } from "./frames.ts";

/** A buffer that came back full grows up to this, in bytes; a longer frame makes it longer still. */
const MAX_IDLE_SIZE = 262_144;

/** Memory for received bytes. */
export interface Memory {
  /** The bytes. */
  readonly bytes: Uint8Array;
  /** The same bytes, for reading integers. */
  readonly view: DataView;
}

/**
 * Finds the end of the frame that begins at `at`.
 *
 * @param bytes received bytes.
 * @param at where the frame begins.
 * @param end end of the received bytes.
 * @param view the same memory, for reading integers.
 * @returns offset after the frame, beyond `end` when it is not whole yet; 0 when that is not known yet.
 */
export type Cut = (
  bytes: Uint8Array,
  at: number,
  end: number,
  view: DataView,
) => number;

/** Cuts frames of the gateway's protocol. */
const cutFrame: Cut = (_, at, end, view) =>
  end - at < HEADER_SIZE ? 0 : at + HEADER_SIZE + view.getUint32(at + 10);

/**
 * The read buffer of one connection. Bytes go in behind {@linkcode Intake.end}, whole frames come out.
 */
export class Intake<M extends Memory> {
  #allocate: (size: number) => M;
  #memory: M;
  readonly #cut: Cut;
  #start = 0;
  #end = 0;

  /**
   * @param size initial size in bytes.
   * @param allocate makes memory.
   * @param cut finds the ends of frames.
   */
  constructor(
    size: number,
    allocate: (size: number) => M,
    cut: Cut = cutFrame,
  ) {
    this.#cut = cut;
    this.#allocate = allocate;
    this.#memory = allocate(size);
  }

  /** The memory; another one after it grew. */
  get memory(): M {
    return this.#memory;
  }

  /** Where the next bytes go. */
  get end(): number {
    return this.#end;
  }

  /** How many bytes fit there; never 0. */
  get room(): number {
    return this.#memory.bytes.length - this.#end;
  }

  /**
   * Takes note of received bytes and hands out the frames that are whole now.
   *
   * @param count bytes that were put at {@linkcode end}.
   * @param deliver gets type, first byte and end of each frame; returns false to get no more of them.
   */
  took(
    count: number,
    deliver: (type: number, at: number, end: number) => boolean,
  ): void {
    const wasFull = count === this.room;
    this.#end += count;
    const { bytes, view } = this.#memory;
    const end = this.#end;
    let at = this.#start;
    let next = at;
    while (at < end) {
      next = this.#cut(bytes, at, end, view);
      if (next === 0 || next > end) break;
      const goOn = deliver(bytes[at + 1] as number, at, next);
      at = next;
      if (!goOn) break;
    }
    this.#start = at;
    if (at === end) this.#start = this.#end = 0;
    const size = bytes.length;
    // What the unfinished frame needs, if its length is known already.
    const needed = Math.max(HEADER_SIZE, next - at);
    if (needed > size) this.#move(needed * 2);
    else if (wasFull && size < MAX_IDLE_SIZE) {
      this.#move(Math.min(size * 4, MAX_IDLE_SIZE));
    } else if (this.#start + needed > size || this.room < size >> 2) {
      this.#move(size);
    }
  }

  #move(size: number): void {
    const held = this.#memory.bytes.subarray(this.#start, this.#end);
    if (size !== this.#memory.bytes.length) this.#memory = this.#allocate(size);
    this.#memory.bytes.set(held, 0);
    this.#start = 0;
    this.#end = held.length;
  }
}
