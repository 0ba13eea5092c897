/**
 * How much memory there is.
 *
 * @example A bound of half the memory, where the runtime tells how much there is
 * ```ts
 * import { readMachineMemory } from "@frontier/platform/machine";
 * import { assert } from "@std/assert";
 *
 * const memory = readMachineMemory();
 * const bound = memory === undefined ? Infinity : memory.bytes / 2;
 * assert(bound > 0);
 * ```
 *
 * @module
 */

import process from "node:process";
import { cgroupMemoryLimit } from "./cgroup_memory.ts";

/** Memory that the process may use. */
export interface MachineMemory {
  /** How many bytes. */
  readonly bytes: number;
  /** What has so many. */
  readonly of: "machine" | "control group";
}

/**
 * Finds out how much memory there is for this process: what the machine has, or
 * less where a control group (a container, a unit of systemd) bounds it. Never
 * asks the user for a permission.
 *
 * @returns What there is, or `undefined` where the runtime may not tell: it
 * needs `--allow-sys=systemMemoryInfo`.
 */
export function readMachineMemory(): MachineMemory | undefined {
  const { state } = Deno.permissions.querySync({
    name: "sys",
    kind: "systemMemoryInfo",
  });
  if (state !== "granted") return undefined;
  const machine = Deno.systemMemoryInfo().total;
  // The runtime knows the process's own group. The groups around it show in
  // files that it lets nobody read without --allow-all.
  const group = Math.min(
    process.constrainedMemory() || Infinity,
    cgroupMemoryLimit(readIfAllowed) ?? Infinity,
  );
  return group < machine
    ? { bytes: group, of: "control group" }
    : { bytes: machine, of: "machine" };
}

function readIfAllowed(path: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "read", path });
  if (state !== "granted") return undefined;
  try {
    return Deno.readTextFileSync(path);
  } catch {
    // No such group or system, or files that take more than leave to read.
    return undefined;
  }
}
