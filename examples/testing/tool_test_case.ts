/**
 * Registers tests that need programs which may not be installed.
 *
 * @module
 */

const required = Deno.env.get("FRONTIER_REQUIRE_EXAMPLES") === "1";
const told = new Set<string>();

/**
 * @param name A program.
 * @returns Its path; `undefined` when it is not installed.
 */
export function findTool(name: string): string | undefined {
  return (Deno.env.get("PATH") ?? "").split(":")
    .map((folder) => `${folder}/${name}`)
    .find((path) => {
      try {
        return Deno.statSync(path).isFile;
      } catch {
        return false;
      }
    });
}

/**
 * Registers a test that needs something. Without it the test is skipped with a
 * loud line, or, where `FRONTIER_REQUIRE_EXAMPLES=1` says that it must be there
 * (as in CI), it fails.
 *
 * @param name Name of the test.
 * @param missing What is missing, in words; `undefined` when nothing is.
 * @param fn The test.
 */
export function needyTest(
  name: string,
  missing: string | undefined,
  fn: () => Promise<void>,
): void {
  if (missing !== undefined && !told.has(missing)) {
    told.add(missing);
    console.error(`\n*** ${missing}: "${name}" is NOT RUN ***\n`);
  }
  Deno.test({
    name,
    ignore: missing !== undefined && !required,
    fn: async () => {
      if (missing !== undefined) throw new Error(`Cannot run this: ${missing}`);
      await fn();
    },
  });
}

/**
 * Registers a test that needs programs; see {@linkcode needyTest}.
 *
 * @param name Name of the test.
 * @param tools The programs.
 * @param fn The test.
 */
export function toolTest(
  name: string,
  tools: readonly string[],
  fn: () => Promise<void>,
): void {
  const missing = tools.filter((tool) => findTool(tool) === undefined);
  needyTest(
    name,
    missing.length === 0
      ? undefined
      : `${missing.join(", ").toUpperCase()} MISSING`,
    fn,
  );
}
