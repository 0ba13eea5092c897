/**
 * Files that are whole, whenever somebody reads them.
 *
 * @module
 */

/**
 * Writes a file aside and moves it into its place: whoever reads it gets the
 * old text or the new one, also after a loss of power.
 *
 * @param path The file; its folder must be writable. It can be read by all
 * that may read the folder.
 * @param text What it is to hold.
 * @throws {Error} If it cannot be written; the old one stays.
 */
export async function writeAtomically(
  path: string,
  text: string,
): Promise<void> {
  const aside = `${path}.new`;
  try {
    using file = await Deno.open(aside, {
      write: true,
      create: true,
      truncate: true,
      mode: 0o644,
    });
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) {
      at += await file.write(bytes.subarray(at));
    }
    await file.sync();
    await Deno.rename(aside, path);
  } catch (error) {
    await Deno.remove(aside).catch(() => {});
    throw error;
  }
}
