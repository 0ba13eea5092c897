/** Tests that need a control plane of Kubernetes. */

import { missingPrograms } from "./programs.ts";
import { findTool } from "../tools.ts";

const required = Deno.env.get("FRONTIER_REQUIRE_DEPLOY") === "1";
let told = false;

/**
 * Registers a test that needs a control plane. Where its programs are not
 * built it is skipped with a loud line, or fails where
 * `FRONTIER_REQUIRE_DEPLOY=1` says that they must be there.
 *
 * @param name Name of the test.
 * @param fn The test.
 */
export function kubeTest(
  name: string,
  fn: (t: Deno.TestContext) => Promise<void>,
): void {
  const gone: string[] = missingPrograms();
  if (findTool("openssl") === undefined) gone.push("openssl");
  if (gone.length > 0 && !told) {
    told = true;
    console.error(
      `\n*** ${
        gone.join(", ")
      } not built: the tests with a real Kubernetes are NOT RUN; deno run -A tests/deploy/kube/programs.ts builds what is missing ***\n`,
    );
  }
  Deno.test({
    name,
    ignore: gone.length > 0 && !required,
    fn: async (t) => {
      if (gone.length > 0) {
        throw new Error(`Cannot test: ${gone.join(", ")} not built`);
      }
      await fn(t);
    },
  });
}
