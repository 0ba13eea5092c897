/**
 * From settings as they stand in a file to what the gateway has to know.
 *
 * @module
 */

import { formatAddress } from "@frontier/platform";
import { brokerProblems } from "./mqm/mod.ts";
import {
  checkTokens,
  CONTROL_ADDRESS,
  type ControlplaneConfig,
} from "./controlplane.ts";
import { overlap, reaches } from "./overlap.ts";
import type { Findings } from "./diagnostics.ts";
import type { LaterConfig } from "./later.ts";
import {
  type DialSettings,
  type ListenSettings,
  SETTINGS,
  type Settings,
} from "./settings.ts";
import {
  type DialConfig,
  type ListenConfig,
  parseAddress,
  type TlsListenConfig,
} from "./endpoints.ts";
import type { DaemonConfig, FrontierConfig } from "./types.ts";

/**
 * `:30011` is every interface, as with the Go gateway: IPv6 and, through mapped
 * addresses, IPv4.
 */
const EVERY_INTERFACE = "::";

/**
 * Reads the address; one that was malformed has been reported where it was
 * read.
 */
function hostPort(addr: string): { hostname: string; port: number } {
  try {
    const { host, port } = parseAddress(addr);
    return { hostname: host || EVERY_INTERFACE, port };
  } catch {
    return { hostname: EVERY_INTERFACE, port: 0 };
  }
}

function resolveTls(
  listen: ListenSettings,
  path: string,
  findings: Findings,
): TlsListenConfig | undefined {
  const { enable, mtls, caCerts, certs } = listen.tls;
  if (!enable) return undefined;
  if (certs.length === 0) {
    findings.missing(
      `${path}.tls.certs`,
      "Cannot serve TLS without a certificate: add one to certs",
    );
  }
  certs.forEach((pair, i) => {
    const half = pair.cert === ""
      ? "cert"
      : pair.key === ""
      ? "key"
      : undefined;
    if (half !== undefined) {
      findings.missing(
        `${path}.tls.certs[${i}].${half}`,
        "Cannot use a certificate without both of cert and key",
      );
    }
  });
  if (mtls && caCerts.length === 0) {
    findings.warn(
      `${path}.tls.mtls`,
      "Without ca_certs no client's certificate can be verified: every client is refused",
    );
  }
  return { mtls, caCerts, certs };
}

function resolveListen(
  listen: ListenSettings,
  path: string,
  findings: Findings,
): ListenConfig {
  if (listen.addr === "") {
    findings.missing(
      `${path}.addr`,
      `Cannot listen without an address: set "${path}.addr"`,
    );
  }
  const tls = resolveTls(listen, path, findings);
  return { ...hostPort(listen.addr), ...(tls && { tls }) };
}

function resolveDial(dial: DialSettings): DialConfig {
  const { enable, mtls, caCerts, certs, insecureSkipVerify } = dial.tls;
  return {
    addrs: dial.addrs,
    ...(enable && { tls: { mtls, caCerts, certs, insecureSkipVerify } }),
  };
}

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
  if (enable) checkTokens(tokens, findings);
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

function resolveLater(settings: Settings, findings: Findings): LaterConfig {
  const { frontlas } = settings;
  if (frontlas.enable && frontlas.dial.addrs.length === 0) {
    findings.missing(
      "frontlas.dial.addrs",
      'Cannot reach the directory without an address: set "frontlas.dial.addrs"',
    );
  }
  return {
    frontlas: {
      enable: frontlas.enable,
      dial: resolveDial(frontlas.dial),
      metrics: {
        enable: frontlas.metrics.enable,
        intervalSeconds: frontlas.metrics.interval,
      },
    },
    advertised: {
      servicebound: settings.servicebound.listen.advertisedAddr,
      edgebound: settings.edgebound.listen.advertisedAddr,
    },
  };
}

/** Where the profiling port listens that has no address. */
const PPROF_ADDR = "127.0.0.1:6060";

function resolveDaemon({ rlimit, pprof }: Settings["daemon"]): DaemonConfig {
  const { enable, nofile } = rlimit;
  return {
    rlimit: { enable, ...(nofile !== undefined && { nofile }) },
    pprof: { ...pprof, addr: pprof.addr === "" ? PPROF_ADDR : pprof.addr },
  };
}

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
  const { enable } = settings.observability;
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
    observability: {
      ...(enable !== undefined && { enable }),
      addr: settings.observability.addr,
    },
    daemon: resolveDaemon(settings.daemon),
    dao: settings.dao,
    later: resolveLater(settings, findings),
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
