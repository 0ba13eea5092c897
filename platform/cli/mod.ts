/**
 * The command line of a program: flags, `--help`, `--check`, signals, exit
 * statuses. A program says what it is ({@linkcode Program}), and
 * {@linkcode runProgram} does the rest.
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
