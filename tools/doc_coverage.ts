/**
 * Measures how much of what the packages offer is documented, and fails when
 * something is not: every public symbol and member says what it is, every
 * parameter what it means, every function what it returns. A parameter whose
 * text only repeats its name counts as undocumented: a unit, a range or a
 * consequence is what a reader looks for.
 *
 * usage: deno run --allow-read=. --allow-run tools/doc_coverage.ts [package
 * ...]
 *
 * @module
 */

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

/**
 * Asks `deno doc` about one package.
 *
 * @param folder Path of the package.
 * @returns What of it is documented.
 * @throws {Error} If `deno doc` fails.
 */
async function measure(folder: string): Promise<Coverage> {
  const { exports } = JSON.parse(
    Deno.readTextFileSync(`${folder}/deno.json`),
  ) as { exports: Record<string, string> };
  const doors = Object.entries(exports)
    .filter(([door]) => door !== "./internal")
    .map(([, path]) => `${folder}/${path.replace(/^\.\//, "")}`);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...doors],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return coverageOf(new TextDecoder().decode(stdout));
}

if (import.meta.main) {
  const { workspace } = JSON.parse(Deno.readTextFileSync("deno.json")) as {
    workspace: string[];
  };
  const folders = Deno.args.length > 0
    ? Deno.args
    : workspace.map((member) => member.replace("./", ""));
  let failed = false;
  for (const folder of folders) {
    const { total, missing } = await measure(folder);
    const share = ((total - missing.length) / total * 100).toFixed(1);
    console.log(`${folder}: ${share} % of ${total} documented`);
    for (const what of missing) console.error(`  ${what}`);
    failed ||= missing.length > 0;
  }
  if (failed) Deno.exit(1);
}
