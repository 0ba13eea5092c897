/**
 * Lines on standard error, as the original's programs write them.
 *
 * @module
 */

import { STOP_SIGNALS } from "../stop_signals.ts";

/** Writes a line. */
export type Log = (line: string) => void;

/**
 * @param prefix What stands before each line, as `wg-router`.
 * @returns Writes lines with it and the time.
 */
export function stderrLog(prefix: string): Log {
  return (line) => console.error(`[${prefix}] ${time(new Date())} ${line}`);
}

function time(date: Date): string {
  const two = (number: number) => `${number}`.padStart(2, "0");
  return `${date.getFullYear()}/${two(date.getMonth() + 1)}/${
    two(date.getDate())
  } ${two(date.getHours())}:${two(date.getMinutes())}:${
    two(date.getSeconds())
  }`;
}

/**
 * Waits until the user has enough.
 *
 * @param log Where that is told.
 */
export async function untilSignal(log: Log): Promise<void> {
  const signal = await new Promise<string>((resolve) => {
    for (const name of STOP_SIGNALS) {
      Deno.addSignalListener(name, () => resolve(name));
    }
  });
  log(`signal ${signal}: shutting down`);
}
