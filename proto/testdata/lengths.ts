/**
 * Lengths at which something may change in the handling of base64: short ones,
 * and those around whatever is handled in parts.
 *
 * @module
 */

/** Bytes whose base64 has 65 536 characters. */
const CHUNK = 49_152;

/**
 * Gives lengths in bytes: every one up to 4 096, and every one within 70 of a
 * multiple of 49 152, up to 300 000.
 *
 * @returns Them, in rising order.
 */
export function awkwardLengths(): number[] {
  const lengths = Array.from({ length: 4_097 }, (_, length) => length);
  for (let middle = CHUNK; middle + 70 < 300_000; middle += CHUNK) {
    for (let length = middle - 70; length <= middle + 70; length++) {
      lengths.push(length);
    }
  }
  return lengths;
}

/** Bytes to take data of any of the lengths from; no two parts of them are alike. */
export const DATA: Uint8Array<ArrayBuffer> = new Uint8Array(300_000);
let state = 1;
for (let i = 0; i < DATA.length; i++) {
  state = Math.imul(state, 1_664_525) + 1_013_904_223;
  DATA[i] = state >>> 24;
}
const WORDS = new Uint32Array(DATA.buffer);

/**
 * Checks that some bytes are the first ones of {@linkcode DATA}, without the cost
 * of a comparison that can say where they differ.
 *
 * @param bytes What is there.
 * @param length How many must be there.
 * @param what Named in the error.
 * @throws {Error} If they are not.
 */
export function checkData(
  bytes: Uint8Array | undefined,
  length: number,
  what: string,
): void {
  const found = bytes?.length ?? 0;
  if (found !== length) {
    throw new Error(`${what}: ${found} bytes instead of ${length}`);
  }
  if (length === 0) return;
  // Four at a time where they lie so.
  const words = bytes!.byteOffset % 4 === 0 ? length >> 2 : 0;
  const word = new Uint32Array(bytes!.buffer, bytes!.byteOffset, words);
  let i = 0;
  while (i < words && word[i] === WORDS[i]) i++;
  if (i === words) {
    for (i *= 4; i < length && bytes![i] === DATA[i];) i++;
    if (i === length) return;
  }
  throw new Error(`${what} of ${length} bytes: they differ`);
}
