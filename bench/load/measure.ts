/**
 * Warm-up and measured windows, the same for every driver.
 *
 * @module
 */

import { Histogram } from "./latency.ts";
import {
  type ProcessStat,
  readBusySeconds,
  readProcess,
} from "./process_stat.ts";

/** What a driver counts while it runs. */
export class Meter {
  /** Operations that ended well. */
  ops = 0;
  /** Payload bytes moved. */
  bytes = 0;
  /** Wrong, missing or refused answers. */
  errors = 0;
  /** What the first error was. */
  firstError = "";
  /** Durations of operations. */
  readonly latency: Histogram = new Histogram();

  /**
   * Counts an error.
   *
   * @param what description; kept for the first one.
   */
  fail(what: string): void {
    if (this.errors++ === 0) this.firstError = what;
  }
}

/** A load that has been started. */
export interface Load {
  /** Lets it go on for so many milliseconds. */
  run(ms: number): void | Promise<void>;
  /** Ends it: what is under way may finish within the limit; what does not is an error. */
  stop(limitMs: number): void | Promise<void>;
}

/** How long to run. */
export interface Plan {
  /** Seconds before the first window. */
  warmup: number;
  /** Seconds of one window. */
  seconds: number;
  /** Number of windows. */
  repeat: number;
  /**
   * A window in which all other processes of the machine used more than this many percent of a core is repeated, up to
   * {@linkcode MOST_ATTEMPTS} times as many windows in all; the least disturbed ones are kept.
   *
   * @default no window is repeated
   */
  maxOthers?: number;
  /** Seconds that what is under way at the end has to finish. @default 10 */
  drain?: number;
}

/** How many windows are tried for one that is kept. */
export const MOST_ATTEMPTS = 8;

/** What one process used in a window. */
export interface Used {
  /** CPU time within the window, in seconds. */
  cpuSeconds: number;
  /** Resident memory at its end, in bytes. */
  rssBytes: number;
  /** Highest resident memory since the process began, in bytes. */
  peakBytes: number;
}

/** The figures of one window. */
export interface Window {
  /** Its length in seconds. */
  seconds: number;
  /** Operations. */
  ops: number;
  /** Payload bytes. */
  bytes: number;
  /** Median duration of an operation in microseconds, 0 where none is taken. */
  p50Us: number;
  /** 99th percentile in microseconds. */
  p99Us: number;
  /** CPU time of all other processes of the machine; much of it spoils the window. */
  otherCpuSeconds: number;
  /** By name: what the watched processes used. */
  used: Record<string, Used>;
}

/** Processes to watch: name to process id. */
export type Watch = Record<string, number>;

function readAll(watch: Watch): Record<string, ProcessStat> {
  return Object.fromEntries(
    Object.entries(watch).map(([name, pid]) => [name, readProcess(pid)]),
  );
}

/**
 * Runs a load that has been started: warm-up, then windows back to back.
 *
 * @param load what to run; it is not stopped.
 * @param meter what the load counts into.
 * @param watch processes to watch.
 * @param plan how long.
 * @param progress called before each window.
 * @returns one entry per window that counts, the least disturbed first.
 */
export async function measure(
  load: Load,
  meter: Meter,
  watch: Watch,
  plan: Plan,
  progress: () => void,
): Promise<Window[]> {
  await load.run(plan.warmup * 1000);
  const windows: Window[] = [];
  const limit = (plan.maxOthers ?? Infinity) / 100;
  const isQuiet = (window: Window): boolean =>
    window.otherCpuSeconds <= limit * window.seconds;
  for (let i = 0; i < plan.repeat * MOST_ATTEMPTS; i++) {
    if (windows.filter(isQuiet).length === plan.repeat) break;
    progress();
    meter.latency.clear();
    const { ops, bytes } = meter;
    const before = readAll(watch);
    const busyBefore = readBusySeconds();
    const start = performance.now();
    await load.run(plan.seconds * 1000);
    const busy = readBusySeconds() - busyBefore;
    const after = readAll(watch);
    const used = Object.fromEntries(
      Object.entries(after).map(([name, stat]) => [name, {
        cpuSeconds: stat.cpuSeconds - (before[name] as ProcessStat).cpuSeconds,
        rssBytes: stat.rssBytes,
        peakBytes: stat.peakBytes,
      }]),
    );
    const ours = Object.values(used).reduce(
      (sum, of) => sum + of.cpuSeconds,
      0,
    );
    windows.push({
      seconds: (performance.now() - start) / 1000,
      ops: meter.ops - ops,
      bytes: meter.bytes - bytes,
      p50Us: meter.latency.quantile(0.5),
      p99Us: meter.latency.quantile(0.99),
      otherCpuSeconds: Math.max(0, busy - ours),
      used,
    });
  }
  return leastDisturbed(windows, plan.repeat);
}

/**
 * Chooses the windows in which other processes did least.
 *
 * @param windows all windows.
 * @param count how many to keep.
 * @returns these, the least disturbed first.
 */
export function leastDisturbed(
  windows: readonly Window[],
  count: number,
): Window[] {
  const others = (window: Window): number =>
    window.otherCpuSeconds / window.seconds;
  return windows.toSorted((a, b) => others(a) - others(b)).slice(0, count);
}
