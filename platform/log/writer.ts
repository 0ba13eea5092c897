/**
 * The log of a program: its outputs, and what waits for them.
 *
 * @module
 */

import type { LogConfig } from "./log_config.ts";
import type { LogFields, Logger, LogLevel } from "./logger.ts";
import { LogFile } from "./file.ts";
import { formatRecord } from "./record.ts";

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/**
 * Characters that may wait for an output that does not take them; what comes
 * then is counted and dropped.
 */
const MAX_WAITING = 8_388_608;

/** Takes bytes, and may take its time. */
export interface LogSink extends AsyncDisposable {
  /**
   * Writes whole lines.
   *
   * @param bytes Their text in UTF-8, with the line ends.
   * @returns When they are written.
   */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Opens what is written to anew, under the same name; absent where there is
   * nothing to open. Never called while a write is under way.
   *
   * @throws {Error} If it cannot be opened; what was open stays in use.
   */
  reopen?(): Promise<void>;
}

/** A logger with outputs of its own, which must be closed. */
export interface LogWriter extends Logger, AsyncDisposable {
  /** Resolves when everything logged so far is written. */
  flush(): Promise<void>;
  /**
   * Opens the log file anew, after it was moved away for example. Everything
   * logged from now on goes to the new one.
   *
   * @returns When it is open; at once where there is no file.
   * @throws {Error} If it cannot be opened; the old one stays in use.
   */
  reopen(): Promise<void>;
}

/** Options of {@linkcode openLog}. */
export interface OpenLogOptions {
  /**
   * The clock, in milliseconds since 1970.
   *
   * @default {Date.now}
   */
  now?: () => number;
  /** Outputs to use instead of the configured ones. */
  sinks?: LogSink[];
}

class QueuedLog implements LogWriter {
  #config: LogConfig;
  #least: number;
  #now: () => number;
  #sinks: LogSink[];
  #lines: string[] = [];
  #waiting = 0;
  #dropped = 0;
  #failing = new Set<LogSink>();
  #writing: Promise<void> | undefined;
  #reopening: PromiseWithResolvers<void> | undefined;

  constructor(config: LogConfig, now: () => number, sinks: LogSink[]) {
    this.#config = config;
    this.#least = RANK[config.level];
    this.#now = now;
    this.#sinks = sinks;
  }

  debug(message: string, fields?: LogFields): void {
    this.#log("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#log("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#log("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#log("error", message, fields);
  }

  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  reopen(): Promise<void> {
    this.#reopening ??= Promise.withResolvers<void>();
    this.#writing ??= this.#drain();
    return this.#reopening.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
    for (const sink of this.#sinks) await sink[Symbol.asyncDispose]();
    this.#sinks = [];
  }

  #log(level: LogLevel, message: string, fields: LogFields | undefined): void {
    if (RANK[level] < this.#least) return;
    if (this.#waiting > MAX_WAITING) {
      this.#dropped++;
      return;
    }
    const line = formatRecord(
      this.#config.format,
      this.#now(),
      level,
      message,
      fields,
    );
    this.#lines.push(line);
    this.#waiting += line.length;
    this.#writing ??= this.#drain();
  }

  /** Writes until nothing waits: one write for all that gathered meanwhile. */
  async #drain(): Promise<void> {
    await Promise.resolve(); // what the same turn logs goes along
    const encoder = new TextEncoder();
    while (
      this.#lines.length > 0 || this.#dropped > 0 ||
      this.#reopening !== undefined
    ) {
      if (this.#reopening !== undefined) await this.#reopenSinks();
      if (this.#dropped > 0) {
        const fields = { records: this.#dropped };
        this.#dropped = 0;
        const message = "Log output is too slow, records were dropped";
        this.#lines.push(
          formatRecord(
            this.#config.format,
            this.#now(),
            "warn",
            message,
            fields,
          ),
        );
      }
      if (this.#lines.length === 0) continue;
      const bytes = encoder.encode(this.#lines.join(""));
      this.#lines = [];
      for (const sink of this.#sinks) {
        try {
          await sink.write(bytes);
          this.#failing.delete(sink);
        } catch (error) {
          this.#complain(sink, error);
        }
      }
      this.#waiting = this.#lines.reduce((sum, line) => sum + line.length, 0);
    }
    this.#writing = undefined;
  }

  async #reopenSinks(): Promise<void> {
    const asked = this.#reopening;
    this.#reopening = undefined;
    try {
      for (const sink of this.#sinks) await sink.reopen?.();
      asked?.resolve();
    } catch (error) {
      asked?.reject(error);
    }
  }

  /**
   * An output that fails, a full disk for example, must not end the program; it
   * is said once where it can be seen.
   */
  #complain(sink: LogSink, error: unknown): void {
    if (this.#failing.has(sink)) return;
    this.#failing.add(sink);
    const line = formatRecord(
      this.#config.format,
      this.#now(),
      "error",
      "Cannot write the log",
      { error },
    );
    try {
      Deno.stderr.writeSync(new TextEncoder().encode(line));
    } catch {
      // There is no one left to tell.
    }
  }
}

/** Writes to one of the process's own outputs, which it leaves open. */
function stream(output: typeof Deno.stdout | typeof Deno.stderr): LogSink {
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length;) {
        at += await output.write(bytes.subarray(at));
      }
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function openSinks(
  config: LogConfig,
  now: () => number,
): Promise<LogSink[]> {
  switch (config.output) {
    case "stdout":
      return [stream(Deno.stdout)];
    case "stderr":
      return [stream(Deno.stderr)];
    case "file":
      return [await LogFile.open(config.file, now)];
    case "both":
      return [await LogFile.open(config.file, now), stream(Deno.stdout)];
  }
}

/**
 * Opens the outputs of a log.
 *
 * Writing happens beside the program: a call only queues its record, and an
 * output that stalls costs at most a bounded amount of memory, after which
 * records are dropped and counted. Each record appears once in each output.
 *
 * @param config What is logged, how, and where to.
 * @param options A clock and outputs for tests.
 * @returns The logger. Dispose of it to write what is queued and to close the
 * file.
 * @throws {Error} If the log file cannot be opened.
 */
export async function openLog(
  config: LogConfig,
  options: OpenLogOptions = {},
): Promise<LogWriter> {
  const now = options.now ?? Date.now;
  return new QueuedLog(
    config,
    now,
    options.sinks ?? await openSinks(config, now),
  );
}
