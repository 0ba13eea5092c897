/**
 * From settings as they stand in a file to what a Frontlas has to know.
 *
 * @module
 */

import { formatAddress } from "@frontier/platform";
import {
  checkTokens,
  type Findings,
  type ListenConfig,
  overlap,
  resolveDaemon,
  resolveListen,
  resolveObservability,
  type TokenPlace,
} from "@frontier/platform/config";
import { REDIS } from "./redis_section.ts";
import { resolveRedis } from "./resolve_redis.ts";
import { SECRET_VARIABLES } from "./secret_variables.ts";
import { DEFAULT_EXPIRATION, SETTINGS, type Settings } from "./settings.ts";
import type { DirectoryConfig, ExpirationConfig } from "./types.ts";

/** Where the profiling port listens that has no address. */
const PPROF_ADDR = "127.0.0.1:6061";

/** Where the tokens of the control plane stand. */
export const TOKEN_PLACE: TokenPlace = {
  key: "control_plane.tokens",
  prefix: SECRET_VARIABLES,
};

/**
 * Seconds between two signs of life of a peer at a gateway in Go: what ends
 * sooner is gone in between.
 */
const LONGEST_BEAT = 20;

/** A zero would remove each record with the first sign of life. */
function resolveExpiration(
  { expiration }: Settings["frontierPlane"],
  findings: Findings,
): ExpirationConfig {
  const seconds = (name: "service_meta" | "edge_meta", given: number) => {
    const key = `frontier_plane.expiration.${name}`;
    if (given <= 0) {
      findings.warn(
        key,
        `Records that end at once are of no use: ${DEFAULT_EXPIRATION} seconds are used instead of ${given}`,
      );
      return DEFAULT_EXPIRATION;
    }
    if (given <= LONGEST_BEAT) {
      findings.warn(
        key,
        `Gateways in Go tell of a peer every ${LONGEST_BEAT} seconds: with ${given} their peers are gone in between`,
      );
    }
    return given;
  };
  return {
    serviceMetaSeconds: seconds("service_meta", expiration.serviceMeta),
    edgeMetaSeconds: seconds("edge_meta", expiration.edgeMeta),
  };
}

/** Finds listeners that stand in each other's way. */
function checkAddresses(
  frontierPlane: ListenConfig,
  controlPlane: ListenConfig,
  findings: Findings,
): void {
  if (!overlap(frontierPlane, controlPlane)) return;
  findings.error(
    "control_plane.listen.addr",
    `Cannot listen on ${
      formatAddress(controlPlane)
    }: "frontier_plane.listen.addr" is ${
      formatAddress(frontierPlane)
    }, choose another port`,
  );
}

/**
 * Turns what stands in a file into what a Frontlas has to know.
 *
 * @param settings The file, with environment and flags applied.
 * @param findings Where errors are noted.
 * @returns The configuration; not to be used once an error is noted.
 */
export function resolve(
  settings: Settings,
  findings: Findings,
): DirectoryConfig {
  const { frontierPlane, controlPlane, daemon } = settings;
  const frontiers = resolveListen(
    frontierPlane.listen,
    "frontier_plane.listen",
    findings,
  );
  const control = resolveListen(
    controlPlane.listen,
    "control_plane.listen",
    findings,
  );
  checkAddresses(frontiers, control, findings);
  checkTokens(controlPlane.tokens, TOKEN_PLACE, findings);
  // A key without a value is one of somebody who wants it.
  const wanted = settings.redis ??
    (findings.stands("redis") ? REDIS.initial() : undefined);
  const redis = wanted && resolveRedis(wanted, findings);
  return {
    frontierPlane: {
      listen: frontiers,
      expiration: resolveExpiration(frontierPlane, findings),
      graceSeconds: frontierPlane.grace,
    },
    controlPlane: {
      listen: control,
      tokens: controlPlane.tokens,
      maxPageSize: controlPlane.maxPageSize,
    },
    ...(redis && { redis }),
    // In memory nothing has to be renewed: records end with their gateway.
    presence: wanted?.presence ?? "lease",
    limits: settings.limits,
    log: settings.log,
    drainSeconds: daemon.drainSeconds,
    observability: resolveObservability(settings.observability),
    daemon: resolveDaemon(daemon, PPROF_ADDR),
  };
}

/**
 * The settings of a Frontlas that nobody configured: for programs of this
 * machine only, everything in memory.
 *
 * @returns A new copy.
 */
export function unconfigured(): Settings {
  const settings = SETTINGS.initial();
  settings.frontierPlane.listen.addr = "127.0.0.1:40012";
  settings.controlPlane.listen.addr = "127.0.0.1:40011";
  return settings;
}
