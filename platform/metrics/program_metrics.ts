/**
 * What every program says of itself.
 *
 * @module
 */

import type { Readiness } from "../health/readiness.ts";
import type { LogCounts } from "../log/counting_logger.ts";
import type { LogLevel } from "../log/logger.ts";
import type { Metric } from "./registry.ts";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** What {@linkcode programMetrics} reads. */
export interface ProgramMetricsOptions {
  /** How its metrics begin, such as `frontier`. */
  readonly prefix: string;
  /** Its version. */
  readonly version: string;
  /** What it is, within a sentence: `the gateway takes connections`. */
  readonly whenReady: string;
  /** Whether it can do its work. */
  readonly readiness: Readiness;
  /** Records written to its log. */
  readonly logged: LogCounts;
}

/**
 * Metrics that every program has, under its own prefix: version, readiness and
 * the conditions of it, records of the log.
 *
 * @param options What is read.
 * @returns The metrics.
 */
export function programMetrics(
  { prefix, version, whenReady, readiness, logged }: ProgramMetricsOptions,
): Metric[] {
  return [
    {
      name: `${prefix}_info`,
      help: "Always 1; which version this is",
      type: "gauge",
      labels: ["version"],
      read: (emit) => emit(1, version),
    },
    {
      name: `${prefix}_ready`,
      help: `Whether ${whenReady}: 1 or 0`,
      type: "gauge",
      read: (emit) => emit(readiness.problem === "" ? 1 : 0),
    },
    {
      name: `${prefix}_condition`,
      help:
        "Whether a condition is met: 1 or 0; without a required one the program is not ready",
      type: "gauge",
      labels: ["condition", "required"],
      read: (emit) => {
        for (const { name, required, problem } of readiness.conditions()) {
          emit(problem === "" ? 1 : 0, name, String(required));
        }
      },
    },
    {
      name: `${prefix}_log_records_total`,
      help:
        "Records written to the log, by level; those below the log's level included",
      type: "counter",
      labels: ["level"],
      read: (emit) => LEVELS.forEach((level) => emit(logged[level], level)),
    },
  ];
}
