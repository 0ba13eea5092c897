/** Tests that need Helm. */

import { findTool } from "../tools.ts";
import { missingPrograms } from "./programs.ts";

const required = Deno.env.get("FRONTIER_REQUIRE_DEPLOY") === "1";
let told = false;

/**
 * Registers a test that needs Helm. Without it the test is skipped with a loud
 * line, or fails where `FRONTIER_REQUIRE_DEPLOY=1` says that it must be there.
 *
 * @param name Name of the test.
 * @param fn The test.
 */
export function helmTest(
  name: string,
  fn: (t: Deno.TestContext) => Promise<void>,
): void {
  const gone: string[] = missingPrograms();
  for (const tool of ["kubernetes-validate", "openssl"]) {
    if (findTool(tool) === undefined) gone.push(tool);
  }
  if (gone.length > 0 && !told) {
    told = true;
    console.error(
      `\n*** ${
        gone.join(", ")
      } not installed: the tests of the chart are NOT RUN; deno run -A tests/deploy/tools.ts and deno run -A tests/deploy/helm/programs.ts install what is missing ***\n`,
    );
  }
  Deno.test({
    name,
    ignore: gone.length > 0 && !required,
    fn: async (t) => {
      if (gone.length > 0) {
        throw new Error(`Cannot test: ${gone.join(", ")} not installed`);
      }
      await fn(t);
    },
  });
}
