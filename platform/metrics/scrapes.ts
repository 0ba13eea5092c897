/**
 * Scrapes, however many ask.
 *
 * @module
 */

import type { Page } from "../http/http_port.ts";
import type { MetricRegistry } from "./registry.ts";

/** Milliseconds between the beginnings of two readings. */
const PAUSE_MS = 100;

/**
 * The page `/metrics`. However many ask at a time, the metrics are read at most ten times a second, and everybody gets what was read
 * after the question: who scrapes can neither slow the program nor be told of the past.
 *
 * @param registry The metrics.
 * @returns The page.
 */
export function metricsPage(registry: MetricRegistry): Page {
  let next: Promise<string> | undefined = undefined;
  let last: Promise<unknown> = Promise.resolve();
  let readAt = -Infinity;

  async function read(before: Promise<unknown>): Promise<string> {
    await before;
    const pause = readAt + PAUSE_MS - performance.now();
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    readAt = performance.now();
    next = undefined;
    return await registry.text();
  }

  return async () => {
    if (next === undefined) {
      next = read(last);
      last = next.catch(() => {});
    }
    return { type: registry.contentType, body: await next };
  };
}
