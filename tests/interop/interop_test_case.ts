/** Registers tests that need the Go toolchain. */

import { goAvailable } from "./toolchain.ts";

const available = goAvailable();
const required = Deno.env.get("FRONTIER_REQUIRE_INTEROP") === "1";
let told = false;

/**
 * Registers a test against the Go peers. Without Go it is skipped with a loud line, or, where
 * `FRONTIER_REQUIRE_INTEROP=1` says that Go must be there (as in CI), it fails.
 *
 * @param name Name of the test.
 * @param fn The test.
 */
export function interopTest(name: string, fn: () => Promise<void>): void {
  if (!available && !told) {
    told = true;
    console.error(
      "\n*** GO IS MISSING: the interoperability tests against the Go peers are NOT RUN ***\n",
    );
  }
  Deno.test({
    name: `go interop: ${name}`,
    ignore: !available && !required,
    fn: async () => {
      if (!available) {
        throw new Error("Cannot run interoperability tests: no go on the path");
      }
      await fn();
    },
  });
}
