/**
 * The log: what libraries write to, and the outputs that programs open.
 *
 * @module
 */

export { countingLogger, type LogCounts } from "./counting_logger.ts";
export { guardedLogger } from "./guarded_logger.ts";
export type {
  LogConfig,
  LogFileConfig,
  LogFormat,
  LogOutput,
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
