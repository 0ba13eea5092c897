/**
 * How much memory the gateway may use for what it stores.
 *
 * @module
 */

import { ENDLESS_COUNT } from "@frontier/platform/config";
import {
  type MachineMemory,
  readMachineMemory,
} from "@frontier/platform/machine";

/** How many bytes the gateway may keep for its peers, and why so many. */
export interface MemoryBudget {
  /**
   * The number of bytes; so large that nothing reaches it where there is no
   * limit.
   */
  readonly bytes: number;
  /** Where the number comes from, for the log. */
  readonly source: string;
}

/** The budget where nobody may know how much memory there is. */
const UNKNOWN_MACHINE_BYTES = 1_073_741_824;

/**
 * Decides how much memory the gateway may use for its peers.
 *
 * @param configured `limits.maxMemory`.
 * @param readMemory Tells how much memory there is; only asked where the
 * configuration leaves it to the gateway.
 * @returns The budget.
 */
export function memoryBudget(
  configured: number | "auto",
  readMemory: () => MachineMemory | undefined = readMachineMemory,
): MemoryBudget {
  if (configured === ENDLESS_COUNT) {
    return { bytes: configured, source: "no limit, as configured" };
  }
  if (configured !== "auto") {
    return { bytes: configured, source: "limits.max_memory" };
  }
  const memory = readMemory();
  if (memory === undefined) {
    return {
      bytes: UNKNOWN_MACHINE_BYTES,
      source:
        "a default: run with --allow-sys=systemMemoryInfo for half of the memory, or set limits.max_memory",
    };
  }
  return {
    bytes: Math.floor(memory.bytes / 2),
    source: `half of the ${memory.of}'s ${
      Math.round(memory.bytes / 1_048_576)
    } MiB`,
  };
}
