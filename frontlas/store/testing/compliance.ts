/**
 * What every store has to do.
 *
 * @module
 */

import type { PresenceMode } from "../presence_store.ts";
import type { ComplianceCases } from "./compliance_case.ts";
import { edgeCases } from "./edge_cases.ts";
import { frontierCases } from "./frontier_cases.ts";
import { goCases } from "./go_cases.ts";
import { historyCases } from "./history_cases.ts";
import { serviceCases } from "./service_cases.ts";
import type { StoreUnderTest } from "./store_world.ts";

const CASES: ComplianceCases = {
  ...frontierCases,
  ...edgeCases,
  ...serviceCases,
  ...goCases,
  ...historyCases,
};

/**
 * Tests a store.
 *
 * @param under The store.
 * @param modes In which modes.
 */
export function compliance(
  under: StoreUnderTest,
  modes: readonly PresenceMode[] = ["ttl", "lease"],
): void {
  for (const mode of modes) {
    for (const [name, run] of Object.entries(CASES)) {
      Deno.test(`${under.name}, ${mode}: ${name}`, async () => {
        await using world = await under.open(mode);
        await run(world);
      });
    }
  }
}
