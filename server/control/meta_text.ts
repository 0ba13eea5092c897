/**
 * What an edge said of itself, as text.
 *
 * @module
 */

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * @param meta What an edge said of itself, if anything.
 * @returns The same as text; bytes that are not UTF-8 are replaced.
 */
export function metaText(meta: Uint8Array | undefined): string {
  return meta === undefined ? "" : UTF8.decode(meta);
}
