/**
 * What a small program needs of its process: flags, signals, exit statuses,
 * outputs, and a guard against errors that nobody catches. Apart from
 * `@frontier/platform/cli`, which brings along all that a server needs: a device
 * has not the memory for it.
 *
 * @example From the command line to an exit status
 * ```ts
 * import {
 *   OK,
 *   parseArguments,
 *   UsageError,
 *   WRONG_USAGE,
 * } from "@frontier/platform/process";
 * import { assertEquals } from "@std/assert";
 *
 * const gateways: string[] = [];
 *
 * function main(args: string[]): number {
 *   const flags = { gateway: { kind: "list", names: ["--gateway"] } } as const;
 *   try {
 *     gateways.push(...parseArguments(flags, args).gateway);
 *     return OK;
 *   } catch (error) {
 *     if (error instanceof UsageError) return WRONG_USAGE;
 *     throw error;
 *   }
 * }
 * assertEquals(main(["--gateway", "a:30012", "--gateway=b:30012"]), OK);
 * assertEquals(gateways, ["a:30012", "b:30012"]);
 * assertEquals(main(["--gateway"]), WRONG_USAGE);
 * ```
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
