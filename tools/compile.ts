/**
 * Writes the agent and the forwarder into one file each, and makes executables
 * of them. Making one takes `denort` of the runtime's release, which is fetched
 * from dl.deno.land: where that cannot be reached, the files are left, and the
 * status is 1.
 *
 * usage: deno task compile [--target TRIPLE] [--no-run] [--bundle-only]
 *
 * @module
 */

import { bundleFile } from "./bundle.ts";

const OUT = "dist";
/** A small young generation: it is what an idle agent would hold for nothing. */
const V8_FLAGS = "--max-semi-space-size=1";

/** What an executable may do; the sets of deno.json, and the files that flags name. */
const PERMISSIONS: Readonly<Record<"agent" | "forward", readonly string[]>> = {
  agent: [
    "--allow-net",
    "--allow-env=FRONTIER_AGENT_*,LOG_*",
    "--allow-read",
    "--allow-write",
    "--allow-run",
  ],
  forward: [
    "--allow-net",
    "--allow-env=FRONTIER_FORWARD_*,LOG_*",
    "--allow-read",
  ],
};

/** What the command line asks for. */
interface Wish {
  target: string | undefined;
  run: boolean;
  bundleOnly: boolean;
}

function parse(args: readonly string[]): Wish {
  const wish: Wish = { target: undefined, run: true, bundleOnly: false };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--target" && args[i + 1] !== undefined) {
      wish.target = args[++i];
    } else if (args[i] === "--no-run") wish.run = false;
    else if (args[i] === "--bundle-only") wish.bundleOnly = true;
    else throw new SyntaxError(`Unknown argument "${args[i]}"`);
  }
  return wish;
}

async function deno(
  ...args: string[]
): Promise<{ success: boolean; said: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { success, said: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** The arguments of `deno compile` for one program. */
function compileArguments(
  name: "agent" | "forward",
  { target, run }: Wish,
): string[] {
  const suffix = target === undefined ? "" : `-${target}`;
  const permissions = PERMISSIONS[name]
    .filter((permission) => run || permission !== "--allow-run");
  return [
    "compile",
    "--quiet",
    "--no-lock",
    "--no-check",
    "--no-prompt",
    `--v8-flags=${V8_FLAGS}`,
    ...permissions,
    ...(target === undefined ? [] : ["--target", target]),
    "--output",
    `${OUT}/frontier-${name}${suffix}`,
    `${OUT}/frontier-${name}.js`,
  ];
}

async function main(args: readonly string[]): Promise<number> {
  let wish: Wish;
  try {
    wish = parse(args);
  } catch (error) {
    console.error(
      `${
        (error as Error).message
      }; usage: deno task compile [--target TRIPLE] [--no-run] [--bundle-only]`,
    );
    return 2;
  }
  for (const name of ["agent", "forward"] as const) {
    const file = `${OUT}/frontier-${name}.js`;
    try {
      await bundleFile(`client/${name}/main.ts`, file);
    } catch (error) {
      console.error((error as Error).message);
      return 1;
    }
    const { size } = await Deno.stat(file);
    console.log(`${file}: ${Math.round(size / 1024)} KiB`);
  }
  if (wish.bundleOnly) return 0;
  for (const name of ["agent", "forward"] as const) {
    const line = compileArguments(name, wish);
    const { success, said } = await deno(...line);
    if (success) {
      console.log(`${line[line.indexOf("--output") + 1]}: made`);
      continue;
    }
    console.error(
      /denort|dl\.deno\.land/.test(said)
        ? `Cannot make executables: denort ${Deno.version.deno} cannot be fetched from dl.deno.land. The files in ${OUT} are the same programs: deno run --v8-flags=${V8_FLAGS} ${OUT}/frontier-${name}.js`
        : `Cannot compile ${OUT}/frontier-${name}.js: ${said}`,
    );
    return 1;
  }
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
