/** Schemas of the objects of Kubernetes, for a checker without a network. */

import { tool } from "../tools.ts";
import { runHelm } from "./chart.ts";

const FOLDER = new URL("../../../.cache/deploy/schemas/", import.meta.url);

type Part = Record<string, unknown>;

/** Where the package that brings the schemas has them. */
function sourceOf(version: string): string {
  const [environment] = tool("kubernetes-validate").split("/bin/");
  const [python] = [...Deno.readDirSync(`${environment}/lib`)];
  return `${environment}/lib/${python?.name}/site-packages/kubernetes_validate/kubernetes-json-schema/v${version}-local-strict`;
}

/** Cuts references to what is below the file's own `$defs`, and drops names: `kubeconform` would look for files. */
function local(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(local);
  if (typeof part !== "object" || part === null) return part;
  return Object.fromEntries(
    Object.entries(part)
      .filter(([key, value]) =>
        typeof value !== "string" || (key !== "$id" && key !== "$schema")
      )
      .map(([key, value]) => [
        key,
        key === "$ref" && typeof value === "string"
          ? value.replace(/^.*#\/\$defs\//, "#/$defs/")
          : local(value),
      ]),
  );
}

/** Adds the names of all definitions that a part needs. */
function collect(part: unknown, all: Part, needed: Set<string>): void {
  if (typeof part !== "object" || part === null) return;
  for (const [key, value] of Object.entries(part)) {
    if (key === "$ref" && typeof value === "string") {
      const name = value.replace("#/$defs/", "");
      if (needed.has(name)) continue;
      needed.add(name);
      collect(all[name], all, needed);
    } else collect(value, all, needed);
  }
}

/** Writes the schemas of a version, once. @returns Their folder. */
function schemasOf(version: string): string {
  const folder = new URL(`v${version}/`, FOLDER).pathname;
  try {
    if (Deno.statSync(folder).isDirectory) return folder;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const source = sourceOf(version);
  const read = (name: string): Part =>
    JSON.parse(Deno.readTextFileSync(`${source}/${name}`));
  const all = local(read("_definitions.json").$defs) as Part;
  // Whole or not at all: somebody may stop us.
  const draft = Deno.makeTempDirSync({ dir: new URL(".", FOLDER).pathname });
  for (const { name } of Deno.readDirSync(source)) {
    if (!name.endsWith(".json") || name.startsWith("_")) continue;
    const schema = read(name);
    if (schema["x-kubernetes-group-version-kind"] === undefined) continue;
    const cut = local(schema) as Part;
    const needed = new Set<string>();
    collect(cut, all, needed);
    cut.$defs = Object.fromEntries([...needed].map((key) => [key, all[key]]));
    Deno.writeTextFileSync(`${draft}/${name}`, JSON.stringify(cut));
  }
  Deno.renameSync(draft, folder);
  return folder;
}

/**
 * Checks objects by the schemas of a version of Kubernetes; those of the
 * Prometheus operator have none here.
 *
 * @throws {Error} If an object is not what it should be.
 */
export async function kubeconform(
  version: string,
  text: string,
): Promise<void> {
  Deno.mkdirSync(FOLDER, { recursive: true });
  await runHelm("kubeconform", [
    "-strict",
    "-skip",
    "ServiceMonitor,PrometheusRule",
    "-schema-location",
    `${schemasOf(version)}{{.ResourceKind}}{{.KindSuffix}}.json`,
  ], text);
}
