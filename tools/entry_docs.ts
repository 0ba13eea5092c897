/**
 * What the documentation of a package's entry points must have: words about
 * what the entry is for, and an example that uses it by the name under which
 * strangers import it.
 *
 * @module
 */

/** The part of a `deno doc --json` run that is looked at. */
interface Documented {
  readonly nodes: Readonly<Record<string, Entry>>;
}

interface Entry {
  readonly module_doc?: {
    readonly doc?: string;
    readonly tags?: readonly { readonly kind: string; readonly doc?: string }[];
  };
}

/** The part of a `deno.json` that says where strangers come in. */
export interface Package {
  /** The name of the package. */
  readonly name: string;
  /** Its entry points: one file, or several by the name of each. */
  readonly exports: string | Readonly<Record<string, string>>;
}

/**
 * Lists the entry points of a package.
 *
 * @param config What its `deno.json` says.
 * @returns Their files, relative to the package, by what they are imported as.
 */
export function entriesOf({ name, exports }: Package): Map<string, string> {
  const doors = typeof exports === "string" ? { ".": exports } : exports;
  return new Map(
    Object.entries(doors).map(([door, path]) => [
      name + door.replace(/^\./, ""),
      path.replace(/^\.\//, ""),
    ]),
  );
}

/**
 * Reads the packages of a repository.
 *
 * @param root The URL of its folder, with a slash at its end.
 * @returns Each package by the URL of its folder, that of the root first.
 */
export function packagesOf(root: string): Map<string, Package> {
  const read = (folder: string): Package & { workspace?: string[] } =>
    JSON.parse(Deno.readTextFileSync(new URL("deno.json", folder)));
  const members = (read(root).workspace ?? [])
    .map((member) => new URL(`${member}/`, root).href);
  return new Map([root, ...members].map((folder) => [folder, read(folder)]));
}

/** Code that `deno test --doc` runs: a block in TypeScript that nothing exempts. */
const CODE = /^```(?:ts|typescript)\n([^]*?)^```$/gm;

/** What is wrong with the documentation of an entry; empty when nothing is. */
function lackOf({ module_doc }: Entry, specifier: string): string {
  const { doc = "", tags = [] } = module_doc ?? {};
  if (doc.trim() === "") return "it has no module doc";
  const samples = tags
    .filter(({ kind }) => kind === "example")
    .flatMap((tag) => [...(tag.doc ?? "").matchAll(CODE)])
    .map(([, code = ""]) => code);
  if (samples.length === 0) return "its module doc has no @example that runs";
  if (samples.some((code) => code.includes(`from "${specifier}"`))) return "";
  return `no @example of it imports "${specifier}"`;
}

/**
 * Finds entry points that strangers would have to guess.
 *
 * @param json The output of `deno doc --json` for all entries of a package.
 * @param config What the package's `deno.json` says.
 * @param folder The URL of that folder, with a slash at its end.
 * @returns Each entry that lacks something, as `SPECIFIER: what`.
 */
export function undocumentedEntries(
  json: string,
  config: Package,
  folder: string,
): string[] {
  const { nodes } = JSON.parse(json) as Documented;
  return [...entriesOf(config)].flatMap(([specifier, path]) => {
    const lack = lackOf(nodes[folder + path] ?? {}, specifier);
    return lack === "" ? [] : [`${specifier}: ${lack}`];
  });
}
