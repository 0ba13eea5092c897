/**
 * Which part of a cluster a key belongs to.
 *
 * @module
 */

/** How many slots a cluster has. */
export const SLOTS = 16_384;

const utf8 = new TextEncoder();
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) {
    crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  }
  return crc;
});

/**
 * @param key A key.
 * @returns Its slot, from 0 to 16383: the CRC16 (XMODEM) of its hash tag, or of all of it.
 */
export function slotOf(key: string): number {
  const open = key.indexOf("{");
  const close = open < 0 ? -1 : key.indexOf("}", open + 1);
  const hashed = close > open + 1 ? key.slice(open + 1, close) : key;
  let crc = 0;
  for (const byte of utf8.encode(hashed)) {
    crc = (crc << 8 ^ TABLE[(crc >> 8 ^ byte) & 0xff]!) & 0xffff;
  }
  return crc % SLOTS;
}

const tags: string[] = [];
let drawn = 0;

/**
 * @param slot A slot.
 * @returns A hash tag that belongs to it.
 */
export function tagOf(slot: number): string {
  while (tags[slot] === undefined) {
    const tag = (drawn++).toString(36);
    tags[slotOf(tag)] ??= tag;
  }
  return tags[slot]!;
}
