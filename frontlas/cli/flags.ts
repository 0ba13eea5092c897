/**
 * The flags of Frontlas.
 *
 * @module
 */

import type { FlagTable } from "@frontier/platform/cli";

/** What the command line of Frontlas has beyond that of every program. */
export const FLAGS = {
  // The flag of an older Frontlas, still in shipped start scripts.
  verbosity: { kind: "ignored", names: ["-v", "--v"] },
} as const satisfies FlagTable;
