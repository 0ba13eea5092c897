/** What work costs, whatever else the machine does meanwhile. */

import process from "node:process";

/** @returns Milliseconds that this process has been on a processor, all its threads. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
