/**
 * The command line of a program: flags, `--help`, `--check`, signals, exit
 * statuses. A program says what it is ({@linkcode Program}), and
 * {@linkcode runProgram} does the rest.
 *
 * @example The flags of a program beside those that every program has
 * ```ts
 * import {
 *   COMMON_FLAGS,
 *   parseArguments,
 *   UsageError,
 * } from "@frontier/platform/cli";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const flags = {
 *   ...COMMON_FLAGS,
 *   name: { kind: "text", names: ["--name"] },
 * } as const;
 * const asked = parseArguments(flags, ["--name", "berlin", "-c", "a.yaml"]);
 * assertEquals(asked.name, "berlin");
 * assertEquals(asked.config, "a.yaml");
 * assertEquals(asked.check, false);
 * assertThrows(
 *   () => parseArguments(flags, ["--nmae", "berlin"]),
 *   UsageError,
 *   "Unknown flag --nmae, nearest known flag: --name",
 * );
 * ```
 *
 * @module
 */

export {
  type Arguments,
  COMMON_FLAGS,
  type Flag,
  type FlagTable,
  parseArguments,
  UsageError,
} from "./args.ts";
export { CrashGuard } from "./crash_guard.ts";
export { helpPage, type HelpParts } from "./help.ts";
export { lookAtTls, type TlsSide } from "./preflight.ts";
export type {
  Program,
  ProgramConfig,
  ProgramListener,
  ProgramNote,
  ProgramTokens,
  RunningProgram,
} from "./program.ts";
export { runProgram } from "./run.ts";
export { StopSignals } from "./stop_signals.ts";
