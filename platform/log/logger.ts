/**
 * Where libraries write what they have to say.
 *
 * @module
 */

/** How grave a log record is, from the least to the most. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/**
 * Facts that belong to a record: names and values, kept apart from the text so
 * that machines can read them.
 */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where a library writes what it has to say. Library code never chooses an
 * output itself: it is handed a `Logger`, and {@linkcode NULL_LOGGER} where its
 * caller does not care.
 *
 * A call never throws and never waits: it must be cheap enough for the data
 * path.
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
   * What an operator should look at: the program goes on, something was refused
   * or given up.
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
