/**
 * The command line of the forwarder.
 *
 * @module
 */

import type { Arguments, FlagTable } from "@frontier/platform/process";

/** Where gateways listen for services. */
export const SERVICE_PORT = 30_011;

/** What the variables of the forwarder begin with. */
export const PREFIX = "FRONTIER_FORWARD_";

/** The flags. */
export const FLAGS = {
  gateway: { kind: "list", names: ["--gateway"] },
  edge: { kind: "text", names: ["--edge"] },
  target: { kind: "text", names: ["--target"] },
  listen: { kind: "text", names: ["--listen"] },
  stdio: { kind: "switch", names: ["--stdio"] },
  call: { kind: "text", names: ["--call"] },
  data: { kind: "text", names: ["--data"] },
  timeout: { kind: "text", names: ["--timeout"] },
  name: { kind: "text", names: ["--name"] },
  ca: { kind: "text", names: ["--ca"] },
  cert: { kind: "text", names: ["--cert"] },
  key: { kind: "text", names: ["--key"] },
  serverName: { kind: "text", names: ["--server-name"] },
  logLevel: { kind: "text", names: ["--loglevel"] },
  logFormat: { kind: "text", names: ["--log-format"] },
  help: { kind: "switch", names: ["--help", "-h"] },
  version: { kind: "switch", names: ["--version"] },
} as const satisfies FlagTable;

/** What command line and environment ask for. */
export type ForwardArguments = Arguments<typeof FLAGS>;
