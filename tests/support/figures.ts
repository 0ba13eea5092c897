/** What a process holds: the figures by which the soak tells a leak. */

import { systemTimers } from "@frontier/platform";

/** What one process holds at one moment. */
export interface Figures {
  /** Timers armed on the wheel of the process. */
  readonly timers: number;
  /** Open descriptors. */
  readonly descriptors: number;
  /** Bytes of objects and code that survive a collection. */
  readonly heapBytes: number;
  /** Bytes of buffers that survive it. */
  readonly bufferBytes: number;
  /** Bytes of memory the system has given to the process. */
  readonly rssBytes: number;
}

/** Milliseconds between two collections: finalizers run in between. */
const BETWEEN_MS = 100;
const COLLECTIONS = 4;

/**
 * Collects garbage and looks at this process. Needs `--v8-flags=--expose-gc`
 * and all permissions, since `/proc` is read.
 *
 * @returns What is left.
 * @throws {Error} If garbage cannot be collected.
 */
export async function takeFigures(): Promise<Figures> {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) {
    throw new Error("Cannot collect garbage: V8 runs without --expose-gc");
  }
  for (let i = 0; i < COLLECTIONS; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
  const { heapUsed, external, rss } = Deno.memoryUsage();
  return {
    timers: systemTimers.size,
    descriptors: [...Deno.readDirSync("/proc/self/fd")].length,
    heapBytes: heapUsed,
    bufferBytes: external,
    rssBytes: rss,
  };
}
