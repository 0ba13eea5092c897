/**
 * Measures how much of what the packages offer is documented, and fails when
 * something is not: every public symbol and member says what it is, every
 * parameter what it means, every function what it returns. A parameter whose
 * text only repeats its name counts as undocumented: a unit, a range or a
 * consequence is what a reader looks for. Every entry point, internal ones
 * included, says what it is for and has an example (`entry_docs.ts`).
 *
 * usage: deno run --allow-read=. --allow-run tools/doc_coverage.ts [package
 * ...]
 *
 * @module
 */

import {
  entriesOf,
  type Package,
  packagesOf,
  undocumentedEntries,
} from "./entry_docs.ts";

/** The part of a `deno doc --json` node that is looked at. */
interface Node {
  name?: string;
  kind?: string;
  accessibility?: string;
  jsDoc?: { doc?: string; tags?: Tag[] };
  location?: { filename: string; line: number };
  declarations?: Node[];
  declarationKind?: string;
  def?: Node;
  functionDef?: Node;
  constructors?: Node[];
  properties?: Node[];
  methods?: Node[];
  params?: Param[];
  returnType?: ReturnType;
  isOverride?: boolean;
}

/** What a function returns. */
interface ReturnType {
  repr?: string;
  value?: { typeParams?: { repr?: string }[] };
}

interface Tag {
  kind: string;
  name?: string;
  doc?: string;
  value?: string;
}

interface Param {
  kind: string;
  name?: string;
  left?: Param;
  arg?: Param;
}

/** What was looked at, and what of it says nothing. */
export interface Coverage {
  /** How many symbols, members, parameters and results there are. */
  total: number;
  /** Those that say nothing, each as `file:line: what`. */
  missing: string[];
}

/** Words that say nothing by themselves. */
const EMPTY_WORDS =
  /^(?:the|a|an|its|our|their|of|to|for|this|that|is|in|it|given|value|some)$/;

/**
 * Tells whether a text says more than a name does.
 *
 * @param text What the documentation says.
 * @param name The name of the parameter, in camel case.
 * @returns `false` for an empty text, and for one that has no word beyond those
 * of the name.
 */
export function saysMore(text: string, name: string): boolean {
  const known = new Set(
    name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase().split(/[\s_]+/),
  );
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.some((word) =>
    !EMPTY_WORDS.test(word) && !known.has(word) &&
    !known.has(word.replace(/s$/, ""))
  );
}

function nameOf(param: Param): string | undefined {
  return param.name ?? param.left?.name ?? param.arg?.name;
}

/** Whether a function returns something that has to be explained. */
function hasResult({ returnType }: Node): boolean {
  const { repr = "", value } = returnType ?? {};
  const result = repr === "Promise" ? value?.typeParams?.[0]?.repr ?? "" : repr;
  return !/^(?:void|never|this)?$/.test(result);
}

function look(node: Node, path: string, coverage: Coverage): void {
  const { accessibility, jsDoc, location, name } = node;
  if (accessibility === "private" || name?.startsWith("#")) return;
  // What is set is what its getter tells of.
  if (node.kind === "setter") return;
  const inner = node.def ?? node.functionDef ?? node;
  const at = location === undefined
    ? ""
    : `${
      location.filename.replace(/^.*?\/(?=[^/]+\/[^/]*$)/, "")
    }:${location.line}: `;
  const count = (documented: boolean, what: string) => {
    coverage.total++;
    if (!documented) coverage.missing.push(`${at}${path}${what}`);
  };
  const tags = jsDoc?.tags ?? [];
  const inherited = tags.some(({ value }) => /^@inheritdoc/i.test(value ?? ""));
  // A text of tags alone is enough where a constructor only takes things.
  count((jsDoc?.doc ?? "") !== "" || tags.length > 0 || inherited, "");
  if (!inherited && !(node.isOverride && jsDoc === undefined)) {
    for (const param of inner.params ?? []) {
      const wanted = nameOf(param);
      // A pattern is documented by the type it takes apart.
      if (wanted === undefined || wanted.startsWith("_")) continue;
      const tag = tags.find((one) =>
        one.kind === "param" && one.name === wanted
      );
      count(saysMore(tag?.doc ?? "", wanted), ` @param ${wanted}`);
    }
  }
  if (!inherited && node.kind !== "getter" && hasResult(inner)) {
    const tag = tags.find(({ kind }) => kind === "return");
    count((tag?.doc ?? "") !== "" || node.isOverride === true, " @returns");
  }
  const members = [
    ...inner.constructors ?? [],
    ...inner.properties ?? [],
    ...inner.methods ?? [],
  ];
  for (const member of members) {
    look(member, `${path}.${member.name ?? "constructor"}`, coverage);
  }
}

/**
 * Measures what one `deno doc --json` run says.
 *
 * @param json Its output.
 * @returns What is documented and what is not; what is imported from other
 * packages is left out.
 */
export function coverageOf(json: string): Coverage {
  const coverage: Coverage = { total: 0, missing: [] };
  const { nodes } = JSON.parse(json) as {
    nodes: Record<string, { symbols?: Node[] }>;
  };
  const seen = new Set<string>();
  for (const { symbols } of Object.values(nodes)) {
    for (const symbol of symbols ?? []) {
      for (const declaration of symbol.declarations ?? []) {
        const { location } = declaration;
        const key = `${symbol.name} ${location?.filename}:${location?.line}`;
        if (seen.has(key) || declaration.declarationKind === "private") {
          continue;
        }
        seen.add(key);
        // Named again by another door or package: documented where it is.
        if (declaration.kind === "reference") continue;
        look(declaration, symbol.name ?? "", coverage);
      }
    }
  }
  return coverage;
}

/** What `deno doc` says of some files. */
async function ask(paths: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...paths],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** What is documented of a package, and which entries lack words or examples. */
async function measure(
  folder: string,
  config: Package,
): Promise<Coverage & { entries: string[] }> {
  const doors = [...entriesOf(config)];
  const all = await ask(doors.map(([, path]) => folder + path));
  const entries = undocumentedEntries(all, config, folder);
  // The umbrella has nothing of its own beyond its entry.
  if (typeof config.exports === "string") {
    return { total: 0, missing: [], entries };
  }
  const strangers = doors.filter(([name]) => !name.endsWith("/internal"));
  const json = strangers.length === doors.length
    ? all
    : await ask(strangers.map(([, path]) => folder + path));
  return { ...coverageOf(json), entries };
}

if (import.meta.main) {
  const root = new URL(`${Deno.cwd()}/`, "file:///").href;
  const packages = packagesOf(root);
  const folders = Deno.args.length > 0
    ? Deno.args.map((path) => new URL(`${path}/`, root).href)
    : packages.keys();
  let failed = false;
  for (const folder of folders) {
    const config = packages.get(folder);
    if (config === undefined) {
      throw new Error(
        `Cannot look at ${folder}: the workspace has no such package, name the folder of one`,
      );
    }
    const { total, missing, entries } = await measure(folder, config);
    const doors = entriesOf(config).size;
    const shown = `${doors - entries.length} of ${doors} entries shown`;
    const share = ((total - missing.length) / total * 100).toFixed(1);
    console.log(
      `${config.name}: ${shown}${
        total === 0 ? "" : `, ${share} % of ${total} documented`
      }`,
    );
    for (const what of [...entries, ...missing]) console.error(`  ${what}`);
    failed ||= entries.length + missing.length > 0;
  }
  if (failed) Deno.exit(1);
}
