/**
 * Containers of a test's own: podman with its storage in a scratch folder, images built of the Debian packages and the Deno of
 * this machine, for no registry of images can be reached; and programs in a network namespace, so that nothing is left behind.
 *
 * @module
 */

import { runInNamespaces } from "../support/namespaces.ts";
import { run, tool } from "./tools.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** What stands for the public images. */
const BASE = "localhost/base:12";
const DENO = "localhost/deno:bin";
const AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

/** Most milliseconds of what runs in namespaces of its own. */
const INSIDE_MS = 240_000;

/** Storage and settings of podman. */
export class Containers implements AsyncDisposable {
  /** Environment of whatever is to see these images and containers. */
  readonly env: Record<string, string>;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.env = {
      CONTAINERS_CONF: `${folder}/containers.conf`,
      CONTAINERS_STORAGE_CONF: `${folder}/storage.conf`,
      PATH: `${tool("podman-compose").replace(/\/[^/]+$/, "")}:${
        Deno.env.get("PATH")
      }`,
    };
  }

  /**
   * Makes an empty store, and the two images that all others are built of.
   *
   * @param packages Debian packages to have in the base image.
   */
  static async create(...packages: string[]): Promise<Containers> {
    const folder = await Deno.makeTempDir({ prefix: "frontier-images-" });
    const containers = new Containers(folder);
    await Deno.writeTextFile(
      `${folder}/containers.conf`,
      `[network]
network_backend = "netavark"
network_config_dir = "${folder}/net"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "${folder}/tmp"
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
`,
    );
    await Deno.writeTextFile(
      `${folder}/storage.conf`,
      `[storage]\ndriver = "overlay"\ngraphroot = "${folder}/graph"\nrunroot = "${folder}/run"\n`,
    );
    const base = `${folder}/base.tar`;
    await run("mmdebstrap", [
      "--variant=essential",
      ...packages.map((name) => `--include=${name}`),
      "bookworm",
      base,
    ]);
    await containers.podman("import", base, BASE);
    const deno = `${folder}/deno.tar`;
    await Deno.copyFile(Deno.execPath(), `${folder}/deno`);
    await run("tar", ["cf", deno, "-C", folder, "deno"]);
    await containers.podman("import", deno, DENO);
    for (const path of [base, deno, `${folder}/deno`]) await Deno.remove(path);
    return containers;
  }

  /** Builds a target of the Dockerfile. @returns The image's name. */
  async build(target: string): Promise<string> {
    const image = `localhost/${target}:test`;
    await this.podman(
      "build",
      "--pull=never",
      "--isolation=chroot",
      "--network=host",
      "--format=docker",
      // Where a proxy speaks for the registry of npm.
      `--volume=${AUTHORITIES}:${AUTHORITIES}:ro`,
      `--build-arg=BASE=${BASE}`,
      `--build-arg=DENO=${DENO}`,
      `--target=${target}`,
      `--tag=${image}`,
      ROOT,
    );
    return image;
  }

  /** Runs podman. @returns What it wrote. */
  podman(...args: string[]): Promise<string> {
    return run("podman", args, { env: this.env });
  }

  /**
   * Runs a program of this folder in network and mount namespaces of its own,
   * where it may start containers and open ports.
   *
   * @returns What it printed: one value, as JSON.
   */
  async inside<T>(program: string, ...args: string[]): Promise<T> {
    const text = await runInNamespaces(new URL(program, import.meta.url), {
      args,
      env: this.env,
      limitMs: INSIDE_MS,
    });
    return JSON.parse(text.trim().split("\n").at(-1)!);
  }

  /** Removes all of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.podman("system", "reset", "--force").catch(() => {});
    await run("rm", ["-rf", this.#folder]);
  }
}

/**
 * @param ports What has to be listened on.
 * @param limitMs How long that may take.
 * @returns Milliseconds until it was.
 */
export async function listening(
  ports: readonly number[],
  limitMs = 20_000,
): Promise<number> {
  const begun = performance.now();
  for (const port of ports) {
    while (true) {
      try {
        (await Deno.connect({ port })).close();
        break;
      } catch (error) {
        if (performance.now() - begun > limitMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }
  return performance.now() - begun;
}
