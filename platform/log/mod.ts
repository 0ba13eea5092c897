/**
 * The log: what libraries write to, and the outputs that programs open.
 *
 * @example Records as JSON, into an output of your own
 * ```ts
 * import { type LogConfig, openLog } from "@frontier/platform/log";
 * import { assertEquals } from "@std/assert";
 *
 * const config: LogConfig = {
 *   level: "info",
 *   output: "stdout",
 *   format: "json",
 *   // Used with the outputs "file" and "both" only.
 *   file: {
 *     path: "",
 *     maxSizeMb: 100,
 *     maxBackups: 5,
 *     maxAgeDays: 30,
 *     compress: false,
 *   },
 * };
 * const written: string[] = [];
 * const sink = {
 *   write: async (bytes: Uint8Array) =>
 *     void written.push(new TextDecoder().decode(bytes)),
 *   [Symbol.asyncDispose]: async () => {},
 * };
 * await using log = await openLog(config, { now: () => 0, sinks: [sink] });
 * log.debug("Below the level");
 * log.info("An edge is online", { edge: 7n });
 * await log.flush();
 * assertEquals(JSON.parse(written.join("")), {
 *   time: "1970-01-01T00:00:00.000Z",
 *   level: "info",
 *   message: "An edge is online",
 *   edge: "7",
 * });
 * ```
 *
 * @module
 */

export { countingLogger, type LogCounts } from "./counting_logger.ts";
export { guardedLogger } from "./guarded_logger.ts";
export {
  type LogConfig,
  type LogFileConfig,
  type LogFormat,
  type LogOutput,
  NO_LOG_FILE,
} from "./log_config.ts";
export {
  type LogFields,
  type Logger,
  type LogLevel,
  NULL_LOGGER,
} from "./logger.ts";
export {
  type LogSink,
  type LogWriter,
  openLog,
  type OpenLogOptions,
} from "./writer.ts";
