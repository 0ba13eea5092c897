/**
 * `deno task ok`: runs every check of the repository, all of them even when one
 * fails, and says at the end which ones did. `--no-tests` leaves the tests out.
 *
 * @module
 */

/** One check: a name and the arguments of `deno`, to be run in a folder. */
interface Check {
  name: string;
  args: string[];
  folder?: string;
}

interface PackageConfig {
  exports: string | Record<string, string>;
  workspace?: string[];
}

function config(folder: string): PackageConfig {
  return JSON.parse(Deno.readTextFileSync(`${folder}/deno.json`));
}

/**
 * The doors that strangers use: what they name must not be hidden behind the
 * internal one.
 */
function entryPoints(folder: string): string[] {
  const { exports } = config(folder);
  const paths = typeof exports === "string"
    ? [exports]
    : Object.entries(exports)
      .filter(([door]) => door !== "./internal")
      .map(([, path]) => path);
  return paths.map((path) => `${folder}/${path.replace(/^\.\//, "")}`);
}

const members = (config(".").workspace ?? []).map((member) =>
  member.replace(/^\.\//, "")
);
const packages = [".", ...members];

const checks: Check[] = [
  {
    name: "repository",
    args: ["run", "--allow-read=.", "tools/check_repository.ts"],
  },
  { name: "format", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint"] },
  { name: "types", args: ["check"] },
  // One package at a time: together they hide each other's private types.
  ...packages.map((folder) => ({
    name: `documentation of ${folder}`,
    args: ["doc", "--lint", ...entryPoints(folder)],
  })),
  {
    name: "coverage of the documentation",
    args: ["run", "--allow-read=.", "--allow-run", "tools/doc_coverage.ts"],
  },
  ...packages.map((folder) => ({
    name: folder === "."
      ? "package @frontier/frontier"
      : `package @frontier/${folder}`,
    args: ["publish", "--dry-run", "--allow-dirty"],
    folder,
  })),
];
if (!Deno.args.includes("--no-tests")) {
  checks.push({ name: "tests", args: ["task", "test"] });
}

const failed: string[] = [];
for (const { name, args, folder } of checks) {
  console.log(`\n== ${name}: deno ${args.join(" ")}`);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder ?? ".",
  }).spawn().status;
  if (!success) failed.push(name);
}
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(", ")}`);
  Deno.exit(1);
}
console.log("\nok");
