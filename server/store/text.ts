/**
 * Texts: their order, and what of them decides it.
 *
 * @module
 */

/** UTF-16 units of a text that decide its place; the rest of a text of a megabyte must not. */
export const HEAD = 256;

// A mark of the order of bytes is part of what was said.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * @param bytes Bytes that should be UTF-8.
 * @returns Their text; what is not UTF-8 is replaced.
 */
export function textOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? "" : decoder.decode(bytes);
}

/**
 * @param text Any text.
 * @returns Its bytes in UTF-8.
 */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/**
 * @param text Any text.
 * @returns As much of it as decides its place; whole characters.
 */
export function headOf(text: string): string {
  return text.length <= HEAD ? text : text.slice(0, HEAD).toWellFormed();
}

/**
 * @param text What other texts begin with.
 * @returns As much of it as the heads of those begin with.
 */
export function startOf(text: string): string {
  // The last unit of a head may stand for a character that was cut.
  if (text.length < HEAD) return text;
  const high = text.charCodeAt(HEAD - 2) >> 10 === 0x36;
  return text.slice(0, high ? HEAD - 2 : HEAD - 1);
}

/**
 * Compares two texts by their bytes in UTF-8, with capital ASCII letters taken
 * for small ones.
 *
 * @param a A text without halves of characters.
 * @param b Another one.
 * @returns Less than 0 if `a` comes first, more if `b` does.
 */
export function compareText(a: string, b: string): number {
  return compare(a, b, small);
}

/**
 * Compares two texts by their bytes in UTF-8.
 *
 * @param a A text without halves of characters.
 * @param b Another one.
 * @returns Less than 0 if `a` comes first, more if `b` does.
 */
export function compareBytes(a: string, b: string): number {
  return compare(a, b, same);
}

/**
 * @param text Any text.
 * @returns Bytes whose order is that of {@linkcode compareText}.
 */
export function sortKey(text: string): Uint8Array<ArrayBuffer> {
  const key = encoder.encode(text);
  for (let i = 0; i < key.length; i++) key[i] = small(key[i]!);
  return key;
}

function compare(
  a: string,
  b: string,
  fold: (unit: number) => number,
): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const difference = rank(fold(x)) - rank(fold(y));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function same(unit: number): number {
  return unit;
}

function small(unit: number): number {
  return unit >= 65 && unit <= 90 ? unit + 32 : unit;
}

/** Halves of pairs stand for characters beyond all that have a unit of their own. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
