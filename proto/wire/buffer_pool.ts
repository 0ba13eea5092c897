/**
 * Buffers that are used again.
 *
 * @module
 */

/** Sizes kept, in bytes; the second takes the first window of a stream and its frame header, the third and fourth a full read and its. */
const SIZES = [1_024, 16_640, 65_792, 262_656, 2_097_152];
/** Spare buffers kept per size, for all connections together. */
const SPARES = [1_024, 256, 128, 32, 4];

/** Bytes from which on a buffer that is not kept is worth a call to free it. */
const LARGE = 65_536;

const spares: Uint8Array[][] = SIZES.map(() => []);
/** Views of buffers that are used again, for as long as those live. */
const views: WeakMap<ArrayBufferLike, DataView> = new WeakMap();

/**
 * Gets a buffer; its content is whatever was in it.
 *
 * @param size Bytes needed.
 * @returns A buffer of at least that size.
 */
export function obtainBuffer(size: number): Uint8Array {
  for (let i = 0; i < SIZES.length; i++) {
    if (SIZES[i]! >= size) {
      return spares[i]!.pop() ?? new Uint8Array(SIZES[i]!);
    }
  }
  return new Uint8Array(size);
}

/**
 * Gives a buffer back. A large one that is not kept is freed at once: a process
 * that has become quiet collects no garbage for a long time.
 *
 * @param buffer A whole buffer from {@linkcode obtainBuffer}, or any view of
 * one; nobody looks at it any more.
 */
export function releaseBuffer(buffer: Uint8Array): void {
  const level = SIZES.indexOf(buffer.buffer.byteLength);
  if (level < 0 || spares[level]!.length >= SPARES[level]!) {
    freeBuffer(buffer);
    return;
  }
  const whole = buffer.length === buffer.buffer.byteLength
    ? buffer
    : new Uint8Array(buffer.buffer);
  spares[level]!.push(whole);
}

/**
 * Gets a view of a buffer. One that comes back from the pool has its view
 * already: making one costs more than a short frame.
 *
 * @param buffer A whole buffer from {@linkcode obtainBuffer}.
 * @returns The same bytes.
 */
export function viewOf({ buffer }: Uint8Array): DataView {
  let view = views.get(buffer);
  if (view === undefined) {
    view = new DataView(buffer);
    if (SIZES.includes(buffer.byteLength)) views.set(buffer, view);
  }
  return view;
}

/**
 * Frees the memory of a large buffer now, without a collection of garbage; nothing happens to
 * a small one.
 *
 * @param buffer One that nobody looks at any more; afterwards it is empty.
 */
export function freeBuffer({ buffer }: Uint8Array): void {
  // Node.js 20 has no `transfer`.
  if (buffer.byteLength < LARGE || !("transfer" in buffer)) return;
  buffer.transfer(0);
}
