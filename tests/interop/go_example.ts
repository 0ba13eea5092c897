/** The programs of the original's examples in Go, run beside ours. */

import { Program } from "../../examples/testing/run_program.ts";
import { buildGo } from "./toolchain.ts";

/**
 * Starts one of them.
 *
 * @param name Its name, as the original's.
 * @param args Its arguments.
 * @returns It.
 */
export async function goExample(
  name: string,
  ...args: string[]
): Promise<Program> {
  return new Program(await buildGo("examples"), [name, ...args]);
}
