/**
 * The gateway as the command line runs it.
 *
 * @module
 */

import {
  lookAtTls,
  type Program,
  type ProgramListener,
  type RunningProgram,
} from "@frontier/platform/cli";
import {
  type Diagnostic,
  exposure,
  type LoadedConfig,
} from "@frontier/platform/config";
import type { Logger } from "@frontier/platform/log";
import {
  type FrontierConfig,
  loadConfig,
  TOKEN_PLACE,
  unservedParts,
} from "../config/mod.ts";
import { startFrontier } from "../frontier.ts";
import { makeKind } from "../mq/open_brokers.ts";
import { BROKER_KINDS } from "../mq/producer.ts";
import { FLAGS } from "./flags.ts";
import { HELP } from "./help.ts";
import { FRONTIER_VERSION } from "@frontier/platform/internal";

/** The gateway. */
export const GATEWAY: Program<FrontierConfig> = {
  name: "frontier",
  noun: "the gateway",
  version: FRONTIER_VERSION,
  help: HELP,
  flags: FLAGS,
  unconfigured:
    "No configuration file given: edges may connect from everywhere and get ids assigned, services only from here",
  load: loadConfig,
  listeners,
  tokens: ({ controlplane: { enable, tokens } }) => ({
    key: TOKEN_PLACE.key,
    tokens: enable ? tokens : [],
  }),
  notes: unservedParts,
  lookAhead,
  start,
};

function listeners(config: FrontierConfig): ProgramListener[] {
  const { servicebound, edgebound, controlplane } = config;
  return [
    { key: "servicebound.listen", listen: servicebound },
    { key: "edgebound.listen", listen: edgebound },
    ...(controlplane.enable
      ? [{ key: "controlplane.listen", listen: controlplane.listen }]
      : []),
  ];
}

async function lookAhead(
  loaded: LoadedConfig<FrontierConfig>,
): Promise<Diagnostic[]> {
  const { edgebound: { bypass }, controlplane, frontlas } = loaded.config;
  const found = [
    ...await lookAtTls(loaded, "edgebound.bypass.tls", bypass?.tls, {
      isClient: true,
    }),
    ...await lookAtTls(
      loaded,
      "frontlas.dial.tls",
      frontlas.enable ? frontlas.dial.tls : undefined,
      { isClient: true },
    ),
    ...await lookAtBrokers(loaded),
  ];
  const exposed = controlplane.enable
    ? exposure(controlplane, "controlplane")
    : undefined;
  if (exposed !== undefined) {
    found.push(
      loaded.diagnose("warning", "controlplane.listen.addr", exposed),
    );
  }
  return found;
}

/** Whether the clients of the brokers can be loaded; none of them connects. */
async function lookAtBrokers(
  loaded: LoadedConfig<FrontierConfig>,
): Promise<Diagnostic[]> {
  const { mqm } = loaded.config;
  const found: Diagnostic[] = [];
  for (const kind of BROKER_KINDS) {
    if (!mqm[kind].enable) continue;
    try {
      await makeKind(kind, mqm[kind]);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      found.push(loaded.diagnose("error", `mqm.${kind}`, message));
    }
  }
  return found;
}

async function start(
  config: FrontierConfig,
  log: Logger,
): Promise<RunningProgram> {
  const { enable = true } = config.observability;
  const frontier = await startFrontier({
    ...config,
    observability: { ...config.observability, enable },
    logger: log,
  });
  const { serviceAddr, edgeAddr, controlAddr, drainBegun } = frontier;
  return {
    addresses: [
      { name: "servicebound", addr: serviceAddr },
      { name: "edgebound", addr: edgeAddr },
      ...(controlAddr === undefined
        ? []
        : [{ name: "controlplane", addr: controlAddr }]),
    ],
    drainBegun,
    drain: (seconds) => frontier.drain(seconds),
    close: () => frontier.close(),
    reload: () => frontier.reload(),
  };
}
