/**
 * Which files of an unpacked npm package its entries need.
 *
 * @module
 */

/** What an import names, in code and in declarations; not what stands in comments. */
const IMPORT = /(?:from|import)\s*\(?\s*"([^"\n]+)"/g;

/** What was found from the entries on. */
export interface Reachable {
  /** Paths of files, relative to the package's folder. */
  readonly files: ReadonlySet<string>;
  /** Names of other packages that they import, `node:` left out. */
  readonly packages: ReadonlySet<string>;
}

/**
 * @param folder Folder of the package.
 * @param entries Paths of its entries, relative to the folder.
 * @returns Every file that is imported from them on, and what they import of
 * other packages.
 * @throws {Deno.errors.NotFound} If a file imports one that is not there.
 */
export function reachable(
  folder: string,
  entries: Iterable<string>,
): Reachable {
  const files = new Set<string>();
  const packages = new Set<string>();
  const left = [...entries].map((path) => path.replace(/^\.\//, ""));
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (files.has(path)) continue;
    files.add(path);
    // Without the examples in comments, which import what they show. Code may follow where a comment ends.
    const code = Deno.readTextFileSync(`${folder}/${path}`)
      .replaceAll(/^\s*\*(?!\/).*$/gm, "");
    for (const [, name = ""] of code.matchAll(IMPORT)) {
      if (name.startsWith("node:")) continue;
      if (!name.startsWith(".")) {
        packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(name)![0]);
        continue;
      }
      const file = new URL(name, `file:///${path}`).pathname.slice(1);
      const declares = path.endsWith(".d.ts");
      left.push(declares ? file.replace(/(?:\.d)?\.[jt]s$/, ".d.ts") : file);
    }
  }
  return { files, packages };
}
