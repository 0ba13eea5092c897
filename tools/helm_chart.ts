/**
 * Writes what the Helm chart has from elsewhere: the schema and the table of its
 * values from `values.yaml`, and copies of the alert rules and the dashboard.
 * Run it after a change of any of them: `deno task helm`.
 *
 * @module
 */

import { SETTINGS as FRONTLAS } from "../frontlas/config/settings.ts";
import { SETTINGS as GATEWAY } from "../server/config/settings.ts";
import { type ChartValue, readChartValues } from "./helm_values.ts";

const ROOT = new URL("..", import.meta.url);
const CHART = "deploy/helm/frontier";
/** What stands around the table in the chart's README. */
const TABLE = /(<!-- values -->\n)[^]*(<!-- \/values -->)/;

const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

/** Second names that keys of configuration files have. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  addrs: ["addr"],
  clientname: ["client_name"],
  disable_identity: ["disable_indentity"],
  conn_max_life_time: ["conn_max_lifetime"],
  frontier_plane: ["frontier_manager"],
  idempotent: ["idepotent"],
  max_idle: ["max_idle_conns"],
  nofile: ["num_file"],
};

type Schema = Record<string, unknown>;

/** A map that knows its keys. */
function closed(properties: Record<string, Schema>): Schema {
  return { type: "object", additionalProperties: false, properties };
}

/** Names of a key; addresses of brokers have one only. */
function namesOf(key: string, above: string): readonly string[] {
  const one = key === "addrs" && /^mqm\b/.test(above);
  return [key, ...one ? [] : ALIASES[key] ?? []];
}

/**
 * The schema of a configuration file, or of what is below a key of it, by its
 * keys alone: values are the program's to check.
 */
function configSchema(paths: readonly string[], above: string): Schema {
  const start = above === "" ? "" : `${above}.`;
  const below = paths.filter((path) => path.startsWith(start))
    .map((path) => path.slice(start.length));
  if (below.length === 0) return {};
  const keys = below.filter((path) => !path.includes("."));
  // A secret may be a text as well.
  if (keys.join() === "value,file,env") return {};
  const properties: Record<string, Schema> = {};
  for (const key of keys) {
    const schema = configSchema(paths, `${start}${key}`);
    for (const name of namesOf(key, above)) properties[name] = schema;
  }
  return { ...closed(properties), type: ["object", "null"] };
}

/** Numbers, from and to. */
function range(text: string): Schema {
  const [, from, to] = /(\d+)\.\.(\d*)/.exec(text) ?? [];
  return {
    ...(from && { minimum: Number(from) }),
    ...(to && { maximum: Number(to) }),
  };
}

/** Types by what a comment may say of them. */
const TYPES: Readonly<Record<string, Schema>> = {
  object: { type: "object" },
  "any keys": { type: "object" },
  "integer or nothing": { type: ["integer", "null"], minimum: 0 },
  "integer or percent or nothing": {
    type: ["integer", "string", "null"],
    minimum: 0,
    pattern: "^[0-9]+%$",
  },
};

/** The schema of a value. */
function schemaOf(value: ChartValue): Schema {
  const { type, fallback, children } = value;
  const description = value.description && { description: value.description };
  if (children && type === "") {
    return {
      ...description,
      ...closed(
        Object.fromEntries(
          children.map((child) => [child.key, schemaOf(child)]),
        ),
      ),
    };
  }
  const [file, part = ""] = type.split(" ");
  if (file === "gateway" || file === "frontlas") {
    const { paths } = file === "gateway" ? GATEWAY : FRONTLAS;
    return {
      ...description,
      ...configSchema(paths(), part),
      type: "object",
    };
  }
  if (type.includes("|") || type === "standalone") {
    return { ...description, enum: type.split("|").map((one) => one.trim()) };
  }
  if (type in TYPES) return { ...description, ...TYPES[type] };
  if (type.startsWith("integer")) {
    return { ...description, type: "integer", ...range(type) };
  }
  if (type !== "") {
    throw new Error(`Cannot read the type [${type}] of ${value.path}`);
  }
  if (Array.isArray(fallback)) return { ...description, type: "array" };
  switch (typeof fallback) {
    case "number":
      return { ...description, type: "integer", minimum: 0 };
    case "boolean":
    case "string":
      return { ...description, type: typeof fallback };
    case "object":
      if (fallback !== null) return { ...description, type: "object" };
  }
  throw new Error(
    `Cannot see the type of ${value.path}: write it into its comment, [integer] for example`,
  );
}

/** The schema of all values. */
function schema(values: readonly ChartValue[]): string {
  const properties = Object.fromEntries(
    values.map((value) => [value.key, schemaOf(value)]),
  );
  const whole = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Values of the chart frontier",
    ...closed({
      ...properties,
      // What a parent chart may set of a chart it depends on.
      enabled: { type: "boolean" },
      tags: { type: "object" },
    }),
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/** Rows of the table: what has no keys of its own. */
function rows(values: readonly ChartValue[]): string[] {
  return values.flatMap((value) => {
    const { path, type, fallback, children, description } = value;
    if (children && type === "") return rows(children);
    const text = fallback === null ? "" : `\`${JSON.stringify(fallback)}\``;
    const choices = type.includes("|")
      ? ` One of ${
        type.split("|").map((one) => `\`${one.trim()}\``).filter((one) =>
          one !== "``"
        ).join(", ")
      }.`
      : "";
    const shown = text.length > 40 ? "see values.yaml" : text;
    return [`| \`${path}\` | ${shown} | ${description}${choices} |`];
  });
}

/** @returns Every file that is made, by its path, with what it has to hold. */
export function generated(): Record<string, string> {
  const values = readChartValues(read(`${CHART}/values.yaml`));
  const readme = read(`${CHART}/README.md`);
  const table = [
    "| value | default | |",
    "| --- | --- | --- |",
    ...rows(values),
  ];
  return {
    [`${CHART}/values.schema.json`]: schema(values),
    [`${CHART}/README.md`]: readme.replace(
      TABLE,
      (_, before, after) => `${before}${table.join("\n")}\n${after}`,
    ),
    [`${CHART}/files/alerts.yaml`]: read("deploy/observability/alerts.yaml"),
    [`${CHART}/files/dashboard.json`]: read(
      "deploy/observability/dashboard.json",
    ),
  };
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(generated())) {
    Deno.writeTextFileSync(new URL(path, ROOT), text);
  }
}
