/**
 * Reads the archives that packages are published as.
 *
 * @module
 */

const BLOCK = 512;
const decoder = new TextDecoder();

/**
 * @param archive A tar file, not compressed.
 * @returns Its regular files, by path with a leading slash.
 */
export function untar(archive: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const text = (at: number, length: number) =>
    decoder.decode(archive.subarray(at, at + length)).replace(/\0.*$/s, "");
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0;) {
    const size = parseInt(text(at + 124, 12), 8);
    const type = text(at + 156, 1);
    const prefix = text(at + 345, 155);
    const name = (prefix === "" ? "" : `${prefix}/`) + text(at, 100);
    const data = archive.slice(at + BLOCK, at + BLOCK + size);
    if (type === "0" || type === "") {
      files.set(`/${name.replace(/^\.?\//, "")}`, data);
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
