/**
 * The flags of the gateway.
 *
 * @module
 */

import type { FlagTable } from "@frontier/platform/cli";

/** What the gateway's command line has beyond that of every program. */
export const FLAGS = {
  strict: { kind: "switch", names: ["--strict"] },
  // The flag of an older gateway, still in shipped start scripts.
  verbosity: { kind: "ignored", names: ["-v", "--v"] },
} as const satisfies FlagTable;
