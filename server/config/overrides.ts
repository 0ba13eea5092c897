/**
 * What the environment and the flags change.
 *
 * @module
 */

import {
  type ConfigFlags,
  type Environment,
  type Findings,
  lookup,
  NO_END,
  overrideLog,
  overridePort,
} from "@frontier/platform/config";
import { DEFAULT_DRAIN_SECONDS, type Settings } from "./settings.ts";

function overrideDrain(
  settings: Settings,
  env: Environment,
  findings: Findings,
): void {
  const text = lookup(env, "FRONTIER_DRAIN_SECONDS");
  if (text === undefined) return;
  const endless = NO_END.test(text);
  if (endless || /^\d{1,15}$/.test(text)) {
    settings.daemon.drainSeconds = endless ? Infinity : Number(text);
    return;
  }
  settings.daemon.drainSeconds = DEFAULT_DRAIN_SECONDS;
  findings.elsewhere(
    "warning",
    "FRONTIER_DRAIN_SECONDS",
    "",
    `Cannot read "${text}" as a number of seconds, ${DEFAULT_DRAIN_SECONDS} is used; write a whole number of at least 0, or .inf for no limit`,
  );
}

/**
 * Applies the environment and the flags to what was read from a file.
 *
 * @param settings What was read; changed in place.
 * @param env The environment.
 * @param flags Those of the command line; they win over the environment.
 * @param findings Where errors are noted.
 */
export function override(
  settings: Settings,
  env: Environment,
  flags: ConfigFlags,
  findings: Findings,
): void {
  settings.log = overrideLog(settings.log, env, flags, findings);
  overridePort(
    settings.servicebound.listen,
    "FRONTIER_SERVICEBOUND_PORT",
    env,
    findings,
  );
  overridePort(
    settings.edgebound.listen,
    "FRONTIER_EDGEBOUND_PORT",
    env,
    findings,
  );
  overrideDrain(settings, env, findings);
  for (const side of ["servicebound", "edgebound"] as const) {
    const name = `FRONTIER_${side.toUpperCase()}_ADVERTISED_ADDR`;
    const addr = lookup(env, name);
    if (addr !== undefined) settings[side].listen.advertisedAddr = addr;
  }
  const node = lookup(env, "NODE_NAME");
  // Several gateways may be on one node: their own names win.
  const id = lookup(env, "FRONTIER_ID") ?? (node && `frontier-${node}`);
  if (id !== undefined) settings.daemon.frontierId = id;
  const frontlas = lookup(env, "FRONTLAS_ADDR");
  if (frontlas !== undefined) {
    settings.frontlas.enable = true;
    settings.frontlas.dial.addrs = [frontlas];
  }
  if (flags.rlimitNofile !== undefined) {
    settings.daemon.rlimit.nofile = flags.rlimitNofile;
  }
}
