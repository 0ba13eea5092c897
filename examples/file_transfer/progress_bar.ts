/**
 * A progress bar for terminals.
 *
 * @module
 */

import type { Progress } from "./pull.ts";

const WIDTH = 30;
const MEGA = 1_000_000;
/** Milliseconds between two drawings. */
const PERIOD_MS = 100;

/**
 * Draws progress as one line of text.
 *
 * @param progress How far it is.
 * @returns The line, without its end.
 */
export function drawBar({ bytes, size, ms }: Progress): string {
  const part = size === 0 ? 1 : Math.min(1, bytes / size);
  const full = Math.round(part * WIDTH);
  const bar = "#".repeat(full) + "-".repeat(WIDTH - full);
  const rate = ms > 0 ? bytes / MEGA / (ms / 1_000) : 0;
  return `[${bar}] ${Math.floor(part * 100).toString().padStart(3)} %  ` +
    `${(bytes / MEGA).toFixed(1)} of ${(size / MEGA).toFixed(1)} MB  ` +
    `${rate.toFixed(0)} MB/s`;
}

/**
 * Makes a listener that keeps a bar up to date: in place on a terminal, one
 * line per tenth elsewhere.
 *
 * @param write Where the text goes.
 * @param terminal Whether that is a terminal.
 * @returns The listener.
 */
export function progressBar(
  write: (text: string) => void,
  terminal: boolean,
): (progress: Progress) => void {
  let drawnAt = -Infinity;
  let tenth = -1;
  return (progress) => {
    const { bytes, size, ms } = progress;
    const done = bytes >= size;
    if (terminal) {
      if (!done && ms - drawnAt < PERIOD_MS) return;
      drawnAt = ms;
      write(`\r${drawBar(progress)}${done ? "\n" : ""}`);
      return;
    }
    const now = Math.floor(bytes / size * 10);
    if (now === tenth) return;
    tenth = now;
    write(`${drawBar(progress)}\n`);
  };
}
