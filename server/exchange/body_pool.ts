/**
 * Memory for bodies that wait.
 *
 * @module
 */

import { BODY_SLACK, type DataBody } from "@frontier/proto/internal";
import { encodeEdited, roomFor, writeEdited } from "./body_edit.ts";
import type { Call } from "./call.ts";

/** Sizes of the buffers are multiples of this, in bytes. */
const STEP = 128;
/** Longest body that gets a buffer to be used again, in bytes. */
const LONGEST = 2_048;
/** Bytes kept of every size. */
const KEPT = 131_072;

/** What is written before its length is known. */
const scratch = new Uint8Array(LONGEST + BODY_SLACK);
const scratchView = new DataView(scratch.buffer);

/** A body that waits to be sent. */
export interface PooledBody {
  /** Holds it from the beginning; may be longer. */
  readonly buf: Uint8Array;
  /** Its length in bytes. */
  readonly length: number;
}

/**
 * Buffers for short bodies, which are used again: memory outside of the engine's
 * heap costs more to get than a short body costs to copy. What is kept of them
 * is at most two megabytes.
 */
export class BodyPool {
  readonly #spares: Uint8Array[][] = Array.from(
    { length: LONGEST / STEP + 1 },
    () => [],
  );

  /**
   * Copies the body of a call as its target gets it.
   *
   * @param body What was read.
   * @param call Who asks, and what happens to the custom bytes.
   * @returns The copy; its buffer is to be given back.
   */
  encode(body: DataBody, call: Call): PooledBody {
    if (roomFor(body, call) > scratch.length) {
      const buf = encodeEdited(body, call);
      return { buf, length: buf.length };
    }
    const length = writeEdited(scratchView, 0, body, call);
    const steps = Math.ceil(length / STEP);
    const buf = this.#spares[steps]?.pop() ?? new Uint8Array(steps * STEP);
    buf.set(scratch.subarray(0, length));
    return { buf, length };
  }

  /**
   * Takes a buffer back.
   *
   * @param buf One that nobody looks at any more.
   */
  release(buf: Uint8Array): void {
    const { length } = buf;
    if (length > LONGEST || length % STEP !== 0) return;
    const spares = this.#spares[length / STEP]!;
    if (spares.length * length < KEPT) spares.push(buf);
  }
}
