/**
 * What a small program needs of its process: flags, signals, exit statuses,
 * outputs, and a guard against errors that nobody catches. Apart from
 * `@frontier/platform/cli`, which brings along all that a server needs: a device
 * has not the memory for it.
 *
 * @module
 */

export {
  type Arguments,
  type Flag,
  type FlagTable,
  parseArguments,
  UsageError,
} from "./cli/args.ts";
export { CrashGuard } from "./cli/crash_guard.ts";
export { complain, OutputError, print } from "./cli/output.ts";
export { ReloadSignal } from "./cli/reload_signal.ts";
export { FAILED, OK, SIGNAL_STATUS, WRONG_USAGE } from "./cli/status.ts";
export { StopSignals } from "./cli/stop_signals.ts";
export type { LogFields, Logger } from "./log/mod.ts";
