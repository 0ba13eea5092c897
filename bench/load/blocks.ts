/**
 * Stream content that can be checked without comparing every byte: each block begins with its number.
 *
 * @module
 */

import { getU32, putU32 } from "./frames.ts";

/** Bytes of a block. */
export const BLOCK: number = 4096;

/**
 * Numbers the blocks of a piece that begins and ends with a whole block.
 *
 * @param bytes where the piece is.
 * @param at its offset.
 * @param length its size in bytes.
 * @param block number of its first block.
 * @returns the number of the block after it.
 */
export function stampBlocks(
  bytes: Uint8Array,
  at: number,
  length: number,
  block: number,
): number {
  for (let o = 0; o < length; o += BLOCK) putU32(bytes, at + o, block++);
  return block;
}

/**
 * Checks the numbers of all blocks that begin in a piece, however the stream was cut; one that is cut in two is passed over.
 *
 * @param bytes where the piece is.
 * @param at its offset.
 * @param end its end.
 * @param position how many bytes of the stream came before it.
 * @returns how many numbers are wrong.
 */
export function wrongBlocks(
  bytes: Uint8Array,
  at: number,
  end: number,
  position: number,
): number {
  let wrong = 0;
  const first = (BLOCK - position % BLOCK) % BLOCK;
  for (let o = first; at + o + 4 <= end; o += BLOCK) {
    if (getU32(bytes, at + o) !== ((position + o) / BLOCK) >>> 0) wrong++;
  }
  return wrong;
}
