/**
 * The log as it stands in a file.
 *
 * @module
 */

import type { LogConfig } from "../log/log_config.ts";
import { named } from "./field.ts";
import { positiveInt } from "./number.ts";
import { type Section, section } from "./section.ts";
import { bool } from "./switch.ts";
import { choice, text } from "./text.ts";

/** What `log.level` may be. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** What `log.output` may be. */
export const LOG_OUTPUTS = ["stdout", "stderr", "file", "both"] as const;

/** What `log.format` may be. */
export const LOG_FORMATS = ["text", "json"] as const;

/**
 * The keys below `log`.
 *
 * @param path The log file where a configuration names none.
 * @returns The section.
 */
export function logSection(path: string): Section<LogConfig> {
  return section<LogConfig>({
    level: choice("log level", LOG_LEVELS, "info"),
    output: choice("log output", LOG_OUTPUTS, "stdout"),
    format: choice("log format", LOG_FORMATS, "text"),
    file: section<LogConfig["file"]>({
      path: text(path),
      maxSizeMb: named(positiveInt(100), "max_size"),
      maxBackups: positiveInt(5),
      maxAgeDays: named(positiveInt(30), "max_age"),
      compress: bool(),
    }),
  });
}
