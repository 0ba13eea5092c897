/** The chart, rendered by the real Helm. */

import { parse } from "@std/yaml";
import { type HelmProgram, helmProgram } from "./programs.ts";

/** The folder of the chart. */
export const CHART =
  new URL("../../../deploy/helm/frontier", import.meta.url).pathname;

/** Values, as a file would have them. */
export type Values = Readonly<Record<string, unknown>>;

/** An object of Kubernetes, as far as tests look into it. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  // deno-lint-ignore no-explicit-any
  readonly [key: string]: any;
}

/** How it is rendered. */
export interface RenderOptions {
  readonly helm?: "helm3" | "helm4";
  readonly release?: string;
  readonly kubeVersion?: string;
}

/**
 * Runs Helm or what belongs to it, with nothing of this machine's user.
 *
 * @throws {Error} If it fails; the message has what it wrote.
 */
export async function runHelm(
  name: HelmProgram,
  args: readonly string[],
  input = "",
): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const child = new Deno.Command(helmProgram(name), {
      args: [...args],
      env: {
        HELM_CACHE_HOME: folder,
        HELM_CONFIG_HOME: folder,
        HELM_DATA_HOME: folder,
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input)).catch(() => {});
    await writer.close().catch(() => {});
    const { success, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    const text = decoder.decode(stdout);
    if (!success) {
      throw new Error(
        `${name} ${args.join(" ")} failed:\n${text}${decoder.decode(stderr)}`,
      );
    }
    return text;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What was rendered before, by what was asked for. */
const rendered = new Map<string, Promise<string>>();

/** Renders the chart. @returns The text. */
export function template(
  values: Values = {},
  { helm = "helm3", release = "frontier", kubeVersion = "1.36.0" }:
    RenderOptions = {},
): Promise<string> {
  const args = [
    "template",
    release,
    CHART,
    "--namespace",
    "edge",
    "--kube-version",
    kubeVersion,
    "--values",
    "-",
  ];
  const input = JSON.stringify(values);
  const key = [helm, ...args, input].join("\n");
  const text = rendered.get(key) ?? runHelm(helm, args, input);
  rendered.set(key, text);
  return text;
}

/** @returns The objects in a text. */
export function objectsOf(text: string): Rendered[] {
  return text.split(/^---$/m)
    .map((part) => parse(part) as Rendered | null)
    .filter((object) => object !== null);
}

/** Renders the chart. @returns The objects. */
export async function render(
  values?: Values,
  options?: RenderOptions,
): Promise<Rendered[]> {
  return objectsOf(await template(values, options));
}

/**
 * @param objects What was rendered.
 * @param kind A kind.
 * @param name A name.
 * @returns The object.
 * @throws {Error} If there is none.
 */
export function find(
  objects: readonly Rendered[],
  kind: string,
  name: string,
): Rendered {
  const found = objects.find((object) =>
    object.kind === kind && object.metadata.name === name
  );
  if (found === undefined) {
    const all = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    throw new Error(`There is no ${kind} ${name} among\n${all.join("\n")}`);
  }
  return found;
}
