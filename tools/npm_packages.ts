/**
 * Makes npm packages of the libraries that run on Node.js too: `deno run -A tools/npm_packages.ts [FOLDER]` writes their
 * archives into a folder, `dist/npm` by default, and prints their paths. `npm install` takes them, `npm publish` publishes them.
 *
 * `deno pack` does the work. Of a package's own siblings in the workspace it lists none as dependencies, or lists them under
 * their names at JSR, though the code imports them by their own names: what it has packed is unpacked again and mended.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { npmReadme } from "./npm_readme.ts";
import { reachable } from "./npm_reachable.ts";

/** Folders of the packages, those first that others need. */
export const NPM_PACKAGES: readonly string[] = [
  "proto",
  "platform",
  "endpoint",
  "client",
];
/** Those whose dependencies are left to programs that use the entries which need them. */
const OPTIONAL: readonly string[] = ["platform", "client"];
/** Entries that are programs of Deno's, and what only those need. */
const DENO_ONLY: Readonly<Record<string, readonly string[]>> = {
  platform: ["./cli", "./process"],
  client: ["./agent", "./forward"],
};
/** The oldest Node.js they run on; `tests/packages` runs them there. */
const NODE = ">=20";
const REPOSITORY = "https://github.com/singchia/frontier";

interface DenoConfig {
  readonly name: string;
  readonly version: string;
}

/** What of a `package.json` is mended. */
interface NpmConfig {
  exports: Record<string, { types: string; import: string; default: string }>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional: boolean }>;
  [key: string]: unknown;
}

const ROOT = fileURLToPath(new URL("..", import.meta.url));

function config(folder: string): DenoConfig {
  return JSON.parse(Deno.readTextFileSync(`${ROOT}/${folder}/deno.json`));
}

async function run(program: string, cwd: string, ...args: string[]) {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
  }).output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(
      `Cannot run ${program} ${args.join(" ")}:\n${decoder.decode(stderr)}`,
    );
  }
  return decoder.decode(stdout);
}

/** Removes what no entry needs: what only entries of Deno's did, and empty folders of the archive. */
async function removeOthers(
  folder: string,
  needed: ReadonlySet<string>,
  below = "",
): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder + below)) {
    const path = `${below}/${name}`;
    if (isDirectory) await removeOthers(folder, needed, path);
    else if (/\.(?:js|d\.ts)$/.test(name) && !needed.has(path.slice(1))) {
      await Deno.remove(folder + path);
    }
  }
  if (below !== "" && Deno.readDirSync(folder + below).next().done) {
    await Deno.remove(folder + below);
  }
}

/**
 * @param folder Folder of the package.
 * @param into Where the archive is written.
 * @returns Path of the archive.
 * @throws {Error} If a program that is needed fails; the message has what it said.
 */
export async function packForNpm(
  folder: string,
  into: string,
): Promise<string> {
  const { name, version } = config(folder);
  const scratch = await Deno.makeTempDir();
  try {
    const raw = `${scratch}/raw.tgz`;
    await run(
      Deno.execPath(),
      `${ROOT}/${folder}`,
      "pack",
      "--allow-dirty",
      "--no-source-maps",
      "--output",
      raw,
    );
    await run("tar", scratch, "xzf", raw);
    const root = `${scratch}/package`;
    const path = `${root}/package.json`;
    const npm: NpmConfig = JSON.parse(await Deno.readTextFile(path));
    for (const entry of DENO_ONLY[folder] ?? []) delete npm.exports[entry];
    const { files, packages } = reachable(
      root,
      Object.values(npm.exports).flatMap(({ types, import: code }) => [
        types,
        code,
      ]),
    );
    await removeOthers(root, files);
    const dependencies: Record<string, string> = {};
    const peers: Record<string, string> = {};
    for (const [key, range] of Object.entries(npm.dependencies ?? {})) {
      if (!packages.has(key)) continue;
      // Only entries of their own need these; an edge is not to install gRPC.
      if (OPTIONAL.includes(folder)) peers[key] = range;
      else dependencies[key] = range;
    }
    for (const sibling of [...packages].sort()) {
      if (sibling.startsWith("@frontier/") && sibling !== name) {
        dependencies[sibling] = `^${version}`;
      }
    }
    await Deno.writeTextFile(
      path,
      JSON.stringify(
        {
          ...npm,
          description: DESCRIPTIONS[name],
          keywords: ["frontier", "gateway", "edge", "iot", "rpc", "messaging"],
          homepage: `${REPOSITORY}#readme`,
          bugs: `${REPOSITORY}/issues`,
          engines: { node: NODE },
          repository: {
            type: "git",
            url: `git+${REPOSITORY}.git`,
            directory: folder,
          },
          dependencies,
          ...Object.keys(peers).length > 0 && {
            peerDependencies: peers,
            peerDependenciesMeta: Object.fromEntries(
              Object.keys(peers).map((key) => [key, { optional: true }]),
            ),
          },
        },
        undefined,
        2,
      ) + "\n",
    );
    await Deno.copyFile(`${ROOT}/LICENSE`, `${root}/LICENSE`);
    await Deno.writeTextFile(
      `${root}/README.md`,
      npmReadme(name, await Deno.readTextFile(`${ROOT}/${folder}/mod.ts`)),
    );
    const file = `${into}/${name.slice(1).replace("/", "-")}-${version}.tgz`;
    await run("tar", scratch, "czf", file, "--owner=0", "--group=0", "package");
    return file;
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

/** What npm shows of a package. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  "@frontier/proto": "The wire protocol of Frontier: frames, bodies, links",
  "@frontier/platform": "Transports, clocks and logs of Frontier",
  "@frontier/endpoint": "Calls, messages and streams of Frontier over a link",
  "@frontier/client":
    "Services and edges: reach devices behind NAT, and be reached by them",
};

if (import.meta.main) {
  const into = Deno.args[0] ?? `${ROOT}/dist/npm`;
  if (Deno.args.length > 1 || into.startsWith("-")) {
    console.error("Usage: deno task npm [FOLDER]   dist/npm by default");
    Deno.exit(2);
  }
  await Deno.mkdir(into, { recursive: true });
  const absolute = await Deno.realPath(into);
  for (const folder of NPM_PACKAGES) {
    console.log(await packForNpm(folder, absolute));
  }
}
