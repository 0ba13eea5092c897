/**
 * Writes programs into one file each: `deno run -A tools/bundle.ts [NAME...]`, all of them without a name. `dist/NAME/lib/NAME.js`
 * needs a Deno and nothing else; what it loads while it runs stands beside it in `dist/NAME`.
 *
 * @module
 */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The programs, and where each begins. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  frontier: "server/main.ts",
  frontlas: "frontlas/main.ts",
  operator: "deploy/operator/main.ts",
};

/** Files that libraries look for relative to their own code, which is the bundle then: `../dist/NAME`. */
const ASSETS = ["native.wasm"];

/** The bundler's own `require` calls that of its module, if there is one. */
const REQUIRE =
  `import{createRequire as __bundleRequire}from"node:module";const require=__bundleRequire(import.meta.url);\n`;

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * @param name Which program.
 * @param into Folder that gets `lib` and, where the program needs it, `dist`.
 * @returns Path of the file that is run.
 * @throws {Error} If there is no such program, or it cannot be bundled; the message says why.
 */
export async function bundle(name: string, into: string): Promise<string> {
  const entry = PROGRAMS[name];
  if (entry === undefined) {
    throw new Error(
      `Cannot bundle ${name}: there is no such program, choose from ${
        Object.keys(PROGRAMS).join(", ")
      }`,
    );
  }
  const file = `${into}/lib/${name}.js`;
  await Deno.mkdir(`${into}/lib`, { recursive: true });
  await bundleFile(entry, file);
  const code = await Deno.readTextFile(file);
  for (const asset of ASSETS.filter((asset) => code.includes(asset))) {
    await Deno.mkdir(`${into}/dist`, { recursive: true });
    await Deno.copyFile(await find(asset), `${into}/dist/${asset}`);
  }
  return file;
}

/**
 * @param entry Where a program begins, from the root of the repository.
 * @param file What it is written to, from there.
 * @throws {Error} If it cannot be bundled; the message says why.
 */
export async function bundleFile(entry: string, file: string): Promise<void> {
  await deno("bundle", "--quiet", "--minify", "--output", file, entry);
  const path = resolve(ROOT, file);
  const code = await Deno.readTextFile(path);
  const usable = withRequire(code);
  if (usable !== code) await Deno.writeTextFile(path, usable);
}

/**
 * Gives a bundle the `require` that CommonJS packages in it call. `deno bundle`
 * puts one in the place of the bundler's own, which only throws, but does not find
 * that where the minifier happens to have given it a name with a dollar sign: any
 * change of the sources may bring that about.
 *
 * @param code What was bundled.
 * @returns The same, able to require what the runtime has.
 */
export function withRequire(code: string): string {
  return code.includes("Dynamic require of ") ? REQUIRE + code : code;
}

/** @returns Where the cache of npm packages has a file of a package's folder `dist`. */
async function find(asset: string): Promise<string> {
  const { npmCache }: { npmCache: string } = JSON.parse(
    await deno("info", "--json"),
  );
  const found = [...walk(npmCache, 6)].filter((path) =>
    path.endsWith(`/dist/${asset}`)
  );
  if (found.length === 0) {
    throw new Error(`Cannot find ${asset} in ${npmCache}: no package has it`);
  }
  return found.sort().at(-1)!;
}

function* walk(folder: string, depth: number): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (!isDirectory) yield path;
    else if (depth > 0) yield* walk(path, depth - 1);
  }
}

async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
  }).output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(`deno ${args[0]} failed:\n${decoder.decode(stderr)}`);
  }
  return decoder.decode(stdout);
}

async function main(args: readonly string[]): Promise<number> {
  try {
    for (const name of args.length > 0 ? args : Object.keys(PROGRAMS)) {
      const file = await bundle(name, `${ROOT}dist/${name}`);
      const { size } = await Deno.stat(file);
      console.log(`${file}: ${(size / 1e6).toFixed(1)} MB`);
    }
    return 0;
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
