/**
 * The link to the directory of a cluster.
 *
 * @module
 */

import {
  checkAddress,
  type DeepPartial,
  type DialConfig,
  type Findings,
  mergeDeep,
  parseAddress,
  resolveDial,
} from "@frontier/platform/config";
import type { Settings } from "./settings.ts";

/** Seconds between two reports of the number of peers where none are given. */
const METRICS_SECONDS = 30;

/** The link to the directory of a cluster. */
export interface FrontlasConfig {
  /** Whether the gateway is one of a cluster. */
  readonly enable: boolean;
  /** Where the directory is; of several addresses one at a time, at random. */
  readonly dial: DialConfig;
  /**
   * Whether a directory of the original's is told how many peers there are, and
   * every how many seconds. One of ours knows anyway.
   */
  readonly metrics: {
    readonly enable: boolean;
    readonly intervalSeconds: number;
  };
  /**
   * Where others are told to connect, as `host:port`; empty for where the
   * gateway listens, on the interface that leads to the directory where it
   * listens on all.
   */
  readonly advertised: {
    readonly servicebound: string;
    readonly edgebound: string;
  };
}

/** {@linkcode FrontlasConfig} for a caller: what is left out has its default. */
export type FrontlasOptions = DeepPartial<FrontlasConfig>;

/** What is wrong with an address of the link; empty when nothing is. */
function problemOf(addr: string): string {
  try {
    return parseAddress(addr).port === 0 ? "its port cannot be 0" : "";
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Reads the link as it stands in a file.
 *
 * @param settings The file.
 * @param findings Where errors are noted.
 * @returns The link; not to be used once an error is noted.
 */
export function resolveFrontlas(
  { frontlas, servicebound, edgebound }: Settings,
  findings: Findings,
): FrontlasConfig {
  const { enable, dial, metrics } = frontlas;
  const advertised = {
    servicebound: servicebound.listen.advertisedAddr,
    edgebound: edgebound.listen.advertisedAddr,
  };
  if (enable) {
    if (dial.addrs.length === 0) {
      findings.missing(
        "frontlas.dial.addrs",
        'Cannot reach the directory without an address: set "frontlas.dial.addrs"',
      );
    }
    // Another network writes its addresses in another way.
    const otherNetwork = findings.list.some(({ key }) =>
      key === "frontlas.dial.network"
    );
    for (const [i, addr] of dial.addrs.entries()) {
      const problem = otherNetwork ? "" : problemOf(addr);
      if (problem === "") continue;
      findings.error(
        `frontlas.dial.addrs[${i}]`,
        `Cannot reach the directory at "${addr}": ${problem}`,
      );
    }
    for (const [side, addr] of Object.entries(advertised)) {
      if (addr === "") continue;
      try {
        parseAddress(addr);
      } catch (error) {
        findings.error(
          `${side}.listen.advertised_addr`,
          (error as Error).message,
        );
      }
    }
    if (metrics.enable && metrics.interval <= 0) {
      findings.warn(
        "frontlas.metrics.interval",
        `Without an interval the number of peers is reported every ${METRICS_SECONDS} s`,
      );
    }
  }
  return {
    enable,
    dial: resolveDial(dial),
    metrics: {
      enable: metrics.enable,
      intervalSeconds: metrics.interval > 0
        ? metrics.interval
        : METRICS_SECONDS,
    },
    advertised,
  };
}

/**
 * Completes a program's options with the defaults.
 *
 * @param base The defaults.
 * @param options What differs from them.
 * @returns The complete link.
 * @throws {RangeError} If an option cannot have its value; the message names
 * it.
 */
export function completeFrontlas(
  base: FrontlasConfig,
  options: FrontlasOptions | undefined,
): FrontlasConfig {
  const config = mergeDeep(base, options);
  if (!config.enable) return config;
  const { addrs } = config.dial;
  if (!Array.isArray(addrs) || addrs.length === 0) {
    throw new RangeError(
      "Cannot reach the directory without an address: set frontlas.dial.addrs",
    );
  }
  for (const addr of addrs) {
    checkAddress("frontlas.dial.addrs", addr);
    const problem = problemOf(addr);
    if (problem === "") continue;
    throw new RangeError(
      `Cannot use "${addr}" as frontlas.dial.addrs: ${problem}`,
    );
  }
  for (const [side, addr] of Object.entries(config.advertised)) {
    if (addr !== "") checkAddress(`frontlas.advertised.${side}`, addr);
  }
  const { intervalSeconds } = config.metrics;
  if (!(typeof intervalSeconds === "number" && intervalSeconds > 0)) {
    throw new RangeError(
      `Cannot report every ${intervalSeconds} s: frontlas.metrics.intervalSeconds is a number above 0`,
    );
  }
  return config;
}
