/**
 * The command line of the agent.
 *
 * @module
 */

import type { Arguments, FlagTable } from "@frontier/platform/process";

/** Where gateways listen for edges. */
export const EDGE_PORT = 30_012;

/** What the variables of the agent begin with. */
export const PREFIX = "FRONTIER_AGENT_";

/** The flags. */
export const FLAGS = {
  config: { kind: "text", names: ["--config", "-c"] },
  server: { kind: "list", names: ["--server"] },
  meta: { kind: "text", names: ["--meta"] },
  idFile: { kind: "text", names: ["--id-file"] },
  ca: { kind: "text", names: ["--ca"] },
  cert: { kind: "text", names: ["--cert"] },
  key: { kind: "text", names: ["--key"] },
  serverName: { kind: "text", names: ["--server-name"] },
  forward: { kind: "list", names: ["--forward"] },
  maxConnections: { kind: "text", names: ["--max-connections"] },
  exec: { kind: "list", names: ["--exec"] },
  execTimeout: { kind: "text", names: ["--exec-timeout"] },
  execOutput: { kind: "text", names: ["--exec-output"] },
  publish: { kind: "text", names: ["--publish"] },
  statusFile: { kind: "text", names: ["--status-file"] },
  stopSeconds: { kind: "text", names: ["--stop-seconds"] },
  logLevel: { kind: "text", names: ["--loglevel"] },
  logFormat: { kind: "text", names: ["--log-format"] },
  check: { kind: "switch", names: ["--check"] },
  help: { kind: "switch", names: ["--help", "-h"] },
  version: { kind: "switch", names: ["--version"] },
} as const satisfies FlagTable;

/** What command line and environment ask for. */
export type AgentArguments = Arguments<typeof FLAGS>;
