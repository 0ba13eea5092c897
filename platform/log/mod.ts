/** How grave a log record is, from the least to the most. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Facts that belong to a record: names and values, kept apart from the text so that machines can read them. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where a library writes what it has to say. Library code never chooses an output itself: it is handed a `Logger`, and
 * {@linkcode NULL_LOGGER} where its caller does not care.
 *
 * A call never throws and never waits: it must be cheap enough for the data path.
 */
export interface Logger {
  /**
   * What only someone hunting a defect wants to read.
   *
   * @param message What happened, as a sentence without a full stop.
   * @param fields Facts about it.
   */
  debug(message: string, fields?: LogFields): void;
  /**
   * What an operator wants to read in a quiet hour.
   *
   * @param message What happened, as a sentence without a full stop.
   * @param fields Facts about it.
   */
  info(message: string, fields?: LogFields): void;
  /**
   * What an operator should look at: the program goes on, something was refused or given up.
   *
   * @param message What happened, as a sentence without a full stop.
   * @param fields Facts about it.
   */
  warn(message: string, fields?: LogFields): void;
  /**
   * What an operator must look at.
   *
   * @param message What happened, as a sentence without a full stop.
   * @param fields Facts about it.
   */
  error(message: string, fields?: LogFields): void;
}

/** Drops every record. */
export const NULL_LOGGER: Logger = {
  debug(): void {},
  info(): void {},
  warn(): void {},
  error(): void {},
};

/** How records are written: one readable line each, or one JSON object per line. */
export type LogFormat = "text" | "json";

/** Where records go. `both` means the standard output and the file. */
export type LogOutput = "stdout" | "stderr" | "file" | "both";

/** The log file and its rotation. Used with the outputs `file` and `both`. */
export interface LogFileConfig {
  /**
   * Path of the file that is written to.
   * @default "/var/log/frontier/frontier.log"
   */
  path: string;
  /**
   * Size in MiB at which the file is rotated.
   * @default 100
   */
  maxSizeMb: number;
  /**
   * How many rotated files are kept.
   * @default 5
   */
  maxBackups: number;
  /**
   * How many days a rotated file is kept.
   * @default 30
   */
  maxAgeDays: number;
  /**
   * Whether rotated files are compressed with gzip.
   * @default false
   */
  compress: boolean;
}

/** What is logged, how, and where to. */
export interface LogConfig {
  /**
   * Records below this level are dropped.
   * @default "info"
   */
  level: LogLevel;
  /**
   * Where records go.
   * @default "stdout"
   */
  output: LogOutput;
  /**
   * How records are written.
   * @default "text"
   */
  format: LogFormat;
  /** The log file, for the outputs `file` and `both`. */
  file: LogFileConfig;
}

export { guardedLogger } from "./guarded_logger.ts";

export {
  type LogSink,
  type LogWriter,
  openLog,
  type OpenLogOptions,
} from "./writer.ts";
