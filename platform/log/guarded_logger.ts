/**
 * A logger that never throws.
 *
 * @module
 */

import type { LogFields, Logger } from "./logger.ts";

/**
 * Keeps what a logger throws from whoever logs: an application's own must not
 * end a connection, or leave a caller without its answer, because a disk is
 * full.
 *
 * @param logger Where records go.
 * @returns The same, whose calls never throw; a record that it cannot take is
 * lost.
 */
export function guardedLogger(logger: Logger): Logger {
  const guard =
    (level: keyof Logger) => (message: string, fields?: LogFields): void => {
      try {
        logger[level](message, fields);
      } catch {
        // Nowhere to tell it.
      }
    };
  return {
    debug: guard("debug"),
    info: guard("info"),
    warn: guard("warn"),
    error: guard("error"),
  };
}
