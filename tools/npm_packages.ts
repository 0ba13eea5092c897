/**
 * Makes npm packages of the libraries that run on Node.js too: `deno run -A tools/npm_packages.ts [FOLDER]` writes their
 * archives into a folder, `dist/npm` by default, and prints their paths. `npm install` takes them, `npm publish` publishes them.
 *
 * `deno pack` does the work. Of a package's own siblings in the workspace it lists none as dependencies, or lists them under
 * their names at JSR, though the code imports them by their own names: what it has packed is unpacked again and mended.
 *
 * @module
 */

/** Folders of the packages, those first that others need. */
export const NPM_PACKAGES: readonly string[] = [
  "proto",
  "platform",
  "endpoint",
  "client",
];
/** Those whose dependencies are left to programs that use the entries which need them. */
const OPTIONAL: readonly string[] = ["platform", "client"];
/** The oldest Node.js they run on; `tests/packages` runs them there. */
const NODE = ">=20";

interface DenoConfig {
  readonly name: string;
  readonly version: string;
}

/** What of a `package.json` is mended. */
interface NpmConfig {
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional: boolean }>;
  [key: string]: unknown;
}

const ROOT = new URL("..", import.meta.url).pathname;

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

/** @returns Names of our packages that the code of a folder imports. */
async function siblings(folder: string, own: string): Promise<string[]> {
  const found = new Set<string>();
  for await (const path of sources(folder)) {
    // Without the examples in comments, which import what they show.
    const code = (await Deno.readTextFile(path)).replaceAll(/^\s*\*.*$/gm, "");
    for (
      const [, name = ""] of code.matchAll(
        /(?:from|import)\s*\(?\s*"(@frontier\/\w+)/g,
      )
    ) found.add(name);
  }
  found.delete(own);
  return [...found].sort();
}

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (/\.(?:js|d\.ts)$/.test(name)) yield path;
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
    const path = `${scratch}/package/package.json`;
    const npm: NpmConfig = JSON.parse(await Deno.readTextFile(path));
    const dependencies: Record<string, string> = {};
    const peers: Record<string, string> = {};
    for (const [key, range] of Object.entries(npm.dependencies ?? {})) {
      if (key.startsWith("@jsr/")) continue;
      // Only entries of their own need these; an edge is not to install gRPC.
      if (OPTIONAL.includes(folder)) peers[key] = range;
      else dependencies[key] = range;
    }
    for (const sibling of await siblings(`${scratch}/package`, name)) {
      dependencies[sibling] = `^${version}`;
    }
    await Deno.writeTextFile(
      path,
      JSON.stringify(
        {
          ...npm,
          description: DESCRIPTIONS[name],
          engines: { node: NODE },
          repository: {
            type: "git",
            url: "https://github.com/singchia/frontier",
          },
          dependencies,
          peerDependencies: peers,
          peerDependenciesMeta: Object.fromEntries(
            Object.keys(peers).map((key) => [key, { optional: true }]),
          ),
        },
        undefined,
        2,
      ) + "\n",
    );
    await Deno.copyFile(`${ROOT}/LICENSE`, `${scratch}/package/LICENSE`);
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
  await Deno.mkdir(into, { recursive: true });
  const absolute = await Deno.realPath(into);
  for (const folder of NPM_PACKAGES) {
    console.log(await packForNpm(folder, absolute));
  }
}
