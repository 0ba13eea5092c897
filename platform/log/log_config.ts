/**
 * What is logged, how, and where to.
 *
 * @module
 */

import type { LogLevel } from "./logger.ts";

/**
 * How records are written: one readable line each, or one JSON object per line.
 */
export type LogFormat = "text" | "json";

/** Where records go. `both` means the standard output and the file. */
export type LogOutput = "stdout" | "stderr" | "file" | "both";

/** The log file and its rotation. Used with the outputs `file` and `both`. */
export interface LogFileConfig {
  /**
   * Path of the file that is written to.
   *
   * @default {"/var/log/frontier/frontier.log"}
   */
  readonly path: string;
  /**
   * Size in MiB at which the file is rotated.
   *
   * @default {100}
   */
  readonly maxSizeMb: number;
  /**
   * How many rotated files are kept.
   *
   * @default {5}
   */
  readonly maxBackups: number;
  /**
   * How many days a rotated file is kept.
   *
   * @default {30}
   */
  readonly maxAgeDays: number;
  /**
   * Whether rotated files are compressed with gzip.
   *
   * @default {false}
   */
  readonly compress: boolean;
}

/** For a {@linkcode LogConfig} whose output is no file. */
export const NO_LOG_FILE: LogFileConfig = {
  path: "",
  maxSizeMb: 0,
  maxBackups: 0,
  maxAgeDays: 0,
  compress: false,
};

/** What is logged, how, and where to. */
export interface LogConfig {
  /**
   * Records below this level are dropped.
   *
   * @default {"info"}
   */
  readonly level: LogLevel;
  /**
   * Where records go.
   *
   * @default {"stdout"}
   */
  readonly output: LogOutput;
  /**
   * How records are written.
   *
   * @default {"text"}
   */
  readonly format: LogFormat;
  /** The log file, for the outputs `file` and `both`. */
  readonly file: LogFileConfig;
}
