/** The papers and rules about metrics say what the registry has. */

import { assertEquals } from "@std/assert";
import { METRICS_PAPER, metricsPaper } from "../tools/metrics_paper.ts";

Deno.test("docs/METRICS.md is what the registry says; `deno run -A tools/metrics_paper.ts` writes it", () => {
  assertEquals(Deno.readTextFileSync(METRICS_PAPER), metricsPaper());
});
