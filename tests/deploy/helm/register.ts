/** Tests that need Helm. */

import { missingPrograms as missingOfKube } from "../kube/programs.ts";
import { findTool } from "../tools.ts";
import { missingPrograms } from "./programs.ts";

const required = Deno.env.get("FRONTIER_REQUIRE_DEPLOY") === "1";
const told = new Set<string>();

/** What a test needs beside Helm. */
export interface HelmTestOptions {
  /** Whether it needs a control plane of Kubernetes. @default false */
  readonly controlPlane?: boolean;
  /** Other programs. @default {[]} */
  readonly programs?: readonly string[];
}

/**
 * Registers a test that needs Helm. Without it the test is skipped with a loud
 * line, or fails where `FRONTIER_REQUIRE_DEPLOY=1` says that it must be there.
 *
 * @param name Name of the test.
 * @param fn The test.
 * @param options What it needs beside Helm.
 */
export function helmTest(
  name: string,
  fn: (t: Deno.TestContext) => Promise<void>,
  { controlPlane = false, programs = [] }: HelmTestOptions = {},
): void {
  const gone: string[] = [
    ...missingPrograms(),
    ...controlPlane ? missingOfKube() : [],
    ...["kubernetes-validate", "openssl", ...programs].filter((tool) =>
      findTool(tool) === undefined
    ),
  ];
  const list = gone.join(", ");
  if (gone.length > 0 && !told.has(list)) {
    told.add(list);
    console.error(
      `\n*** ${list} not installed: tests of the chart are NOT RUN; tools.ts, helm/programs.ts and kube/programs.ts in tests/deploy install what is missing ***\n`,
    );
  }
  Deno.test({
    name,
    ignore: gone.length > 0 && !required,
    fn: async (t) => {
      if (gone.length > 0) {
        throw new Error(`Cannot test: ${list} not installed`);
      }
      await fn(t);
    },
  });
}
