/**
 * The health and metrics port of a program.
 *
 * @module
 */

import { parseAddress } from "../config/endpoints.ts";
import { describeError } from "../describe_error.ts";
import { healthPages } from "../health/pages.ts";
import type { Readiness } from "../health/readiness.ts";
import { type HttpPort, openHttpPort } from "../http/http_port.ts";
import type { Logger } from "../log/logger.ts";
import { formatAddress } from "../transport.ts";
import { EventLoopLag } from "./event_loop_lag.ts";
import { processMetrics } from "./process_metrics.ts";
import { type Metric, MetricRegistry } from "./registry.ts";
import { metricsPage } from "./scrapes.ts";

/** What {@linkcode openObservability} needs. */
export interface ObservabilityOptions {
  /** Where to listen, as `host:port`. */
  readonly addr: string;
  /** What is read, beside the figures of the process. */
  readonly metrics: readonly Metric[];
  /** Whether the program can do its work. */
  readonly readiness: Readiness;
  /** What the program is, within a sentence: `the gateway`. */
  readonly noun: string;
  /** Where to report. */
  readonly log: Logger;
}

/**
 * Opens the port with `/healthz`, `/readyz` and `/metrics`. One that is taken is a warning: a program works without it.
 *
 * @param options What is read, and where to listen.
 * @returns The open port; `undefined` if it cannot be opened.
 */
export async function openObservability(
  { addr, metrics, readiness, noun, log }: ObservabilityOptions,
): Promise<HttpPort | undefined> {
  const { host, port } = parseAddress(addr);
  const registry = new MetricRegistry((metric, error) =>
    log.warn("A metric cannot be read", { metric, error })
  );
  const lag = new EventLoopLag();
  registry.add(...metrics, ...processMetrics(lag));
  try {
    const opened = await openHttpPort({
      hostname: host === "" ? "0.0.0.0" : host,
      port,
      pages: {
        ...healthPages(readiness),
        "/metrics": metricsPage(registry),
      },
      log,
    });
    log.info(
      `observability server listening on: ${formatAddress(opened.addr)}`,
    );
    return {
      addr: opened.addr,
      async [Symbol.asyncDispose](): Promise<void> {
        lag[Symbol.dispose]();
        await opened[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    lag[Symbol.dispose]();
    log.warn(
      `Cannot open the health and metrics port, ${noun} works without it (observability.addr)`,
      { address: addr, error: describeError(error) },
    );
    return undefined;
  }
}
