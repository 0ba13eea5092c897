/** What our own programs say to configurations that the chart has written. */

import { type Diagnostic, formatDiagnostic } from "@frontier/platform/config";
import { DIRECTORY } from "../../../frontlas/cli/directory.ts";
import { lookAhead } from "../../../platform/cli/preflight.ts";
import { GATEWAY } from "../../../server/cli/gateway.ts";
import { run } from "../tools.ts";
import { find, type Rendered } from "./chart.ts";

/** Stands for everything that Kubernetes fills in. */
const FILLED_IN: Readonly<Record<string, string>> = {
  "metadata.name": "pod-1",
  "status.podIP": "10.1.2.3",
  "status.hostIP": "192.0.2.1",
  "spec.nodeName": "node-1",
};

/** Volumes with certificates that are shown to a server. */
const CLIENTS = ["tls-frontlas", "tls-redis"];

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string };
    readonly secretKeyRef?: { readonly name: string; readonly key: string };
  };
}

/** The environment of a container, as the kubelet would make it. */
export function environmentOf(
  list: readonly Variable[],
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const { name, value, valueFrom } of list) {
    const field = valueFrom?.fieldRef?.fieldPath;
    env[name] = valueFrom?.secretKeyRef
      ? "a secret"
      : field !== undefined
      ? FILLED_IN[field] ?? ""
      : (value ?? "").replaceAll(
        /\$\((\w+)\)/g,
        (whole, key) => env[key] ?? whole,
      );
  }
  return env;
}

/** Secrets of every kind that the chart mounts, in a folder. */
export class Mounts implements AsyncDisposable {
  readonly #made: string;
  readonly #root: string;

  private constructor(made: string, root: string) {
    this.#made = made;
    this.#root = root;
  }

  /** Makes certificates that fit each other, and a token. */
  static async create(): Promise<Mounts> {
    const made = await Deno.makeTempDir();
    const script =
      new URL("../../../deploy/certificates/make.sh", import.meta.url)
        .pathname;
    await run("sh", [script, "--out", made, "127.0.0.1"]);
    await Deno.writeTextFile(`${made}/token`, "a-token-of-the-tests");
    return new Mounts(made, await Deno.makeTempDir());
  }

  /** @returns The text of one of the files, such as `ca.crt` or `client.key`. */
  read(name: string): Promise<string> {
    return Deno.readTextFile(`${this.#made}/${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#made, { recursive: true });
    await Deno.remove(this.#root, { recursive: true });
  }

  /**
   * Puts files where a pod mounts Secrets, and nowhere else.
   *
   * @returns The folder that stands for the root of the container.
   */
  async mount(pod: Rendered["spec"]): Promise<string> {
    const root = await Deno.makeTempDir({ dir: this.#root });
    const secrets = pod.volumes.filter((volume: { secret?: unknown }) =>
      volume.secret !== undefined
    );
    for (const { name, secret } of secrets) {
      const { mountPath } = pod.containers[0].volumeMounts.find((
        mount: { name: string },
      ) => mount.name === name);
      await Deno.mkdir(`${root}${mountPath}`, { recursive: true });
      const files = secret.items?.map(({ path }: { path: string }) => path) ??
        ["tls.crt", "tls.key", "ca.crt"];
      const whose = CLIENTS.includes(name) ? "client" : "server";
      for (const file of files) {
        await Deno.copyFile(
          `${this.#made}/${file.replace("tls", whose)}`,
          `${root}${mountPath}/${file}`,
        );
      }
    }
    return root;
  }
}

/**
 * Has the program of a component look at the configuration that the chart has
 * written for it, as `--check --strict` does.
 *
 * @param objects What the chart has written.
 * @param component Name of the Deployment and its ConfigMap.
 * @param mounts Where Secrets come from.
 * @returns All that it has to say, warnings included; `undefined` without the
 * component.
 */
export async function complaints(
  objects: readonly Rendered[],
  component: "frontier" | "frontlas",
  mounts: Mounts,
): Promise<string[] | undefined> {
  const deployment = objects.find(({ kind, metadata }) =>
    kind === "Deployment" &&
    metadata.labels["app.kubernetes.io/component"] === component
  );
  if (deployment === undefined) return undefined;
  const { name } = deployment.metadata;
  const pod = deployment.spec.template.spec;
  const root = await mounts.mount(pod);
  const text: string = find(objects, "ConfigMap", name)
    .data[`${component}.yaml`].replaceAll(
      "/etc/frontier/",
      `${root}/etc/frontier/`,
    );
  const env = environmentOf(pod.containers[0].env ?? []);
  const file = { path: `${component}.yaml`, text };
  const found: Diagnostic[] = component === "frontier"
    ? await check(GATEWAY)
    : await check(DIRECTORY);
  return found.map((one) => `${one.severity}: ${formatDiagnostic(one)}`);

  async function check(
    program: typeof GATEWAY | typeof DIRECTORY,
  ): Promise<Diagnostic[]> {
    const kind = program as unknown as typeof GATEWAY;
    const loaded = kind.load(file, (name) => env[name], { strict: true });
    // Secrets are read from the environment of the process itself.
    const secrets = Object.keys(env).filter((name) => /_PASSWORD$/.test(name));
    for (const name of secrets) Deno.env.set(name, env[name]!);
    try {
      return [...loaded.warnings, ...await lookAhead(kind, loaded)];
    } finally {
      for (const name of secrets) Deno.env.delete(name);
    }
  }
}
