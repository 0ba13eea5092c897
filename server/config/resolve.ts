/**
 * From settings as they stand in a file to what the gateway has to know.
 *
 * @module
 */

import { formatAddress } from "@frontier/platform";
import {
  checkTokens,
  type DialConfig,
  type Findings,
  hostPort,
  type ListenConfig,
  overlap,
  reaches,
  resolveDaemon,
  resolveDial,
  resolveListen,
  resolveObservability,
} from "@frontier/platform/config";
import { brokerProblems } from "./mqm/mod.ts";
import {
  CONTROL_ADDRESS,
  type ControlplaneConfig,
  TOKEN_PLACE,
} from "./controlplane.ts";
import { resolveFrontlas } from "./frontlas.ts";
import { SETTINGS, type Settings } from "./settings.ts";
import type { FrontierConfig } from "./types.ts";

/** Finds addresses that stand in each other's way. */
function checkAddresses(
  servicebound: ListenConfig,
  edgebound: ListenConfig,
  bypass: DialConfig | undefined,
  controlplane: ControlplaneConfig,
  findings: Findings,
): void {
  const edges = formatAddress(edgebound);
  const others = { servicebound, edgebound };
  for (const [name, other] of Object.entries(others)) {
    const { enable, listen } = controlplane;
    if (!enable || !overlap(other, listen)) continue;
    findings.error(
      "controlplane.listen.addr",
      `Cannot listen on ${formatAddress(listen)}: "${name}.listen.addr" is ${
        formatAddress(other)
      }, choose another port`,
    );
  }
  if (overlap(servicebound, edgebound)) {
    const services = formatAddress(servicebound);
    findings.error(
      "edgebound.listen.addr",
      `Cannot listen on ${edges}: "servicebound.listen.addr" is ${services}, choose another port`,
    );
  }
  for (const [i, addr] of (bypass?.addrs ?? []).entries()) {
    if (addr === "" || !reaches(hostPort(addr), edgebound)) continue;
    findings.error(
      `edgebound.bypass.addrs[${i}]`,
      `Cannot pass foreign connections on to ${addr}: it is the edges' own address ${edges}, they would come back for ever`,
    );
  }
}

/** The target of foreign connections, if there is one. */
function resolveBypass(
  edgebound: Settings["edgebound"],
  findings: Findings,
): DialConfig | undefined {
  if (!edgebound.bypassEnable) return undefined;
  if (edgebound.bypass.addrs.length > 0) return resolveDial(edgebound.bypass);
  findings.warn(
    "edgebound.bypass",
    "Bypass is enabled without an address: foreign connections are closed",
  );
  return undefined;
}

/**
 * The control plane listens for this machine alone unless it is told otherwise.
 */
function resolveControl(
  { controlplane }: Settings,
  findings: Findings,
): ControlplaneConfig {
  const { enable, listen, tokens, maxPageSize } = controlplane;
  const placed = { ...listen, addr: listen.addr || CONTROL_ADDRESS };
  if (enable) checkTokens(tokens, TOKEN_PLACE, findings);
  return {
    enable,
    listen: enable
      ? resolveListen(placed, "controlplane.listen", findings)
      : hostPort(placed.addr),
    advertisedAddr: listen.advertisedAddr,
    tokens,
    maxPageSize,
  };
}

/** Where the profiling port listens that has no address. */
const PPROF_ADDR = "127.0.0.1:6060";

/**
 * Turns what stands in a file into what the gateway has to know.
 *
 * @param settings The file, with environment and flags applied.
 * @param findings Where errors are noted.
 * @returns The configuration; not to be used once an error is noted.
 */
export function resolve(
  settings: Settings,
  findings: Findings,
): FrontierConfig {
  const bypass = resolveBypass(settings.edgebound, findings);
  const servicebound = resolveListen(
    settings.servicebound.listen,
    "servicebound.listen",
    findings,
  );
  const edgebound = resolveListen(
    settings.edgebound.listen,
    "edgebound.listen",
    findings,
  );
  const controlplane = resolveControl(settings, findings);
  checkAddresses(servicebound, edgebound, bypass, controlplane, findings);
  for (const { key, message, harmless } of brokerProblems(settings.mqm)) {
    if (harmless) findings.warn(key, message);
    else findings.missing(key, message);
  }
  return {
    servicebound,
    edgebound: {
      ...edgebound,
      ...(bypass && { bypass }),
      allocateEdgeIds: settings.edgebound.allocateEdgeIds,
      requireEdgeOnline: settings.edgebound.requireEdgeOnline,
      reaskIds: settings.edgebound.reaskIds,
    },
    hashBy: settings.exchange.hashby,
    forwardDeadlines: settings.exchange.forwardDeadlines,
    limits: settings.limits,
    log: settings.log,
    drainSeconds: settings.daemon.drainSeconds,
    drainRate: settings.daemon.drainRate,
    frontierId: settings.daemon.frontierId,
    controlplane,
    mqm: settings.mqm,
    observability: resolveObservability(settings.observability),
    daemon: resolveDaemon(settings.daemon, PPROF_ADDR),
    dao: settings.dao,
    frontlas: resolveFrontlas(settings, findings),
  };
}

/**
 * The settings of a gateway that nobody configured: edges from everywhere, with
 * ids assigned, services from this machine only.
 *
 * @returns A new copy.
 */
export function unconfigured(): Settings {
  const settings = SETTINGS.initial();
  settings.servicebound.listen.addr = "127.0.0.1:30011";
  settings.edgebound.listen.addr = "0.0.0.0:30012";
  settings.edgebound.allocateEdgeIds = true;
  return settings;
}
