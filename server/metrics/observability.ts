/**
 * The health and metrics port of a gateway. Loaded only when it is asked for.
 *
 * @module
 */

import { parseAddress } from "@frontier/platform/config";
import { healthPages } from "@frontier/platform/health";
import {
  EventLoopLag,
  type HttpPort,
  MetricRegistry,
  metricsPage,
  openHttpPort,
  processMetrics,
} from "@frontier/platform/metrics";
import type { Logger } from "@frontier/platform/log";
import { describeError, formatAddress } from "@frontier/platform/internal";
import { gatewayMetrics } from "./gateway_metrics.ts";
import type { MetricSources } from "./sources.ts";

/** What {@linkcode openObservability} needs. */
export interface ObservabilityOptions {
  /** Where to listen, as `host:port`. */
  readonly addr: string;
  /** What is read. */
  readonly sources: MetricSources;
  /** Where to report. */
  readonly log: Logger;
}

/**
 * Opens the port with `/healthz`, `/readyz` and `/metrics`. One that is taken is a warning: a gateway works without it.
 *
 * @param options What is read, and where to listen.
 * @returns The open port; `undefined` if it cannot be opened.
 */
export async function openObservability(
  { addr, sources, log }: ObservabilityOptions,
): Promise<HttpPort | undefined> {
  const { host, port } = parseAddress(addr);
  const registry = new MetricRegistry((metric, error) =>
    log.warn("A metric cannot be read", { metric, error })
  );
  const lag = new EventLoopLag();
  registry.add(...gatewayMetrics(sources), ...processMetrics(lag));
  try {
    const opened = await openHttpPort({
      hostname: host === "" ? "0.0.0.0" : host,
      port,
      pages: {
        ...healthPages(sources.readiness),
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
      "Cannot open the health and metrics port, the gateway works without it (observability.addr)",
      { address: addr, error: describeError(error) },
    );
    return undefined;
  }
}
