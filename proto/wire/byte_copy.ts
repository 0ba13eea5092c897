/**
 * Copying short ranges of bytes, and comparing with short texts.
 *
 * Loops over single bytes of a `Uint8Array` check a bound per byte, and its own
 * `set` needs a view of the source first. Both cost more than the bytes of an
 * ordinary frame: a `DataView` that is made once per buffer moves eight at a time.
 *
 * @module
 */

/** From here on the engine's own copy is worth the two views that it needs, in bytes. */
const LONG = 1_024;

const encoder = new TextEncoder();

/**
 * Copies a range of one buffer to another one.
 *
 * @param dst Where it goes.
 * @param at Its first byte there.
 * @param src Where it is; another buffer.
 * @param from Its first byte.
 * @param to Byte after it.
 * @returns The offset in `dst` after it.
 */
export function copyBytes(
  dst: DataView,
  at: number,
  src: DataView,
  from: number,
  to: number,
): number {
  const length = to - from;
  const end = at + length;
  if (length < 8) {
    for (; at < end; at++, from++) dst.setUint8(at, src.getUint8(from));
    return end;
  }
  if (length >= LONG) {
    bytesOf(dst, at, end).set(bytesOf(src, from, to));
    return end;
  }
  // The last eight first: those before may overlap them.
  dst.setBigUint64(end - 8, src.getBigUint64(to - 8, true), true);
  for (const last = end - 8; at < last; at += 8, from += 8) {
    dst.setBigUint64(at, src.getBigUint64(from, true), true);
  }
  return end;
}

/** A view of a part of a buffer. */
function bytesOf(view: DataView, start: number, end: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, end - start);
}

/** A short ASCII text, to be written and looked for. */
export class Literal {
  /** Its length in bytes. */
  readonly length: number;
  /** Its bytes. */
  readonly bytes: DataView;
  /** Its bytes in fours; the last ones may overlap those before. */
  readonly #words: Int32Array;

  /**
   * @param text The text; at least four characters.
   */
  constructor(text: string) {
    const bytes = this.bytes = new DataView(encoder.encode(text).buffer);
    const length = this.length = bytes.byteLength;
    this.#words = Int32Array.from(
      { length: Math.ceil(length / 4) },
      (_, i) => bytes.getInt32(Math.min(i * 4, length - 4), true),
    );
  }

  /**
   * Writes it.
   *
   * @param dst Where it goes.
   * @param at Its first byte there.
   * @returns The offset after it.
   */
  put(dst: DataView, at: number): number {
    return copyBytes(dst, at, this.bytes, 0, this.length);
  }

  /**
   * @param src Where to look.
   * @param at Where it begins.
   * @param end Byte that must not be passed.
   * @returns Whether it is there.
   */
  isAt(src: DataView, at: number, end: number): boolean {
    const { length } = this;
    if (at + length > end) return false;
    const words = this.#words;
    const last = words.length - 1;
    for (let i = 0; i < last; i++) {
      if (src.getInt32(at + i * 4, true) !== words[i]) return false;
    }
    return src.getInt32(at + length - 4, true) === words[last];
  }
}
