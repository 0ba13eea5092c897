/**
 * CPU time and memory of a process, from the proc file system.
 *
 * @module
 */

import { errno, IoVector, libc, Pinned } from "./libc.ts";

/** Length of a clock tick in seconds; 100 per second on every Linux this runs on. */
const TICK_SECONDS = 0.01;

/** What a process has used. */
export interface ProcessStat {
  /** User and system time of all its threads since its start, in seconds. */
  cpuSeconds: number;
  /** Resident memory now, in bytes. */
  rssBytes: number;
  /** Highest resident memory since its start, in bytes. */
  peakBytes: number;
}

/**
 * Reads user + system time from the text of `/proc/PID/stat`.
 *
 * @param text the file's content.
 * @returns seconds.
 * @throws {SyntaxError} when the text is something else.
 */
export function parseCpuSeconds(text: string): number {
  // The second field is the program's name in parentheses and may contain anything, parentheses too.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (!Number.isFinite(ticks)) {
    throw new SyntaxError(
      `Cannot find CPU times in ${JSON.stringify(text.slice(0, 80))}`,
    );
  }
  return ticks * TICK_SECONDS;
}

/**
 * Reads one size from the text of `/proc/PID/status`.
 *
 * @param text the file's content.
 * @param key `VmRSS` or `VmHWM`.
 * @returns bytes.
 * @throws {SyntaxError} when the key is missing.
 */
export function parseStatusBytes(text: string, key: string): number {
  const found = text.match(new RegExp(`^${key}:\\s+(\\d+) kB$`, "m"));
  if (found === null) {
    throw new SyntaxError(`Cannot find ${key} in the process status`);
  }
  return Number(found[1]) * 1024;
}

/**
 * Reads from the text of `/proc/stat` for how long all cores together have been busy, time stolen by other virtual machines included.
 *
 * @param text the file's content.
 * @returns seconds since the start of the machine.
 * @throws {SyntaxError} when the text is something else.
 */
export function parseBusySeconds(text: string): number {
  const [user, nice, system, , , irq, softirq, steal] = text.slice(
    0,
    text.indexOf("\n"),
  ).split(/\s+/).slice(1).map(Number);
  const ticks = [user, nice, system, irq, softirq, steal].reduce<number>(
    (sum, part) => sum + (part ?? NaN),
    0,
  );
  if (!text.startsWith("cpu ") || !Number.isFinite(ticks)) {
    throw new SyntaxError(
      `Cannot find CPU times in ${JSON.stringify(text.slice(0, 80))}`,
    );
  }
  return ticks * TICK_SECONDS;
}

/** @returns {@linkcode parseBusySeconds} now. */
export function readBusySeconds(): number {
  return parseBusySeconds(readText("/proc/stat"));
}

/**
 * Reads what a process has used so far.
 *
 * @param pid its process id.
 * @returns times and sizes.
 * @throws {Error} when there is no such process.
 */
export function readProcess(pid: number): ProcessStat {
  const status = readText(`/proc/${pid}/status`);
  return {
    cpuSeconds: parseCpuSeconds(readText(`/proc/${pid}/stat`)),
    rssBytes: parseStatusBytes(status, "VmRSS"),
    peakBytes: parseStatusBytes(status, "VmHWM"),
  };
}

/**
 * Reads a small file of the proc file system. (The runtime's own file functions want every permission for that.)
 *
 * @param path the file.
 * @returns its text.
 * @throws {Error} when it cannot be opened.
 */
export function readText(path: string): string {
  const c = libc();
  const name = new Pinned(path.length + 1);
  new TextEncoder().encodeInto(path, name.bytes);
  const fd = c.open(name.pointer, 0);
  if (fd < 0) throw new Error(`Cannot open ${path}: errno ${errno()}`);
  try {
    const content = new Pinned(8192);
    const vector = new IoVector();
    let size = 0;
    while (size < 8192) {
      vector.set(content.address + size, 8192 - size);
      const n = c.readv(fd, vector.pointer, 1);
      if (n <= 0) break;
      size += n;
    }
    return new TextDecoder().decode(content.bytes.subarray(0, size));
  } finally {
    c.close(fd);
  }
}
