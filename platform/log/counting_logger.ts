/**
 * How much is logged.
 *
 * @module
 */

import type { LogFields, Logger, LogLevel } from "./logger.ts";

/** Records by level, those included that the log's own level drops. */
export type LogCounts = Record<LogLevel, number>;

/**
 * Counts what goes into a log.
 *
 * @param log Where records go.
 * @param counts Where they are counted.
 * @returns The log, counted.
 */
export function countingLogger(log: Logger, counts: LogCounts): Logger {
  const counted =
    (level: LogLevel) => (message: string, fields?: LogFields): void => {
      counts[level]++;
      log[level](message, fields);
    };
  return {
    debug: counted("debug"),
    info: counted("info"),
    warn: counted("warn"),
    error: counted("error"),
  };
}
