/**
 * The agent of a device: one connection to a gateway, through which services
 * reach what its operator has listed: ports, Unix sockets, commands.
 *
 * As a program, `deno run jsr:@frontier/client/agent --help`; importing it does
 * nothing by itself.
 *
 * @example Within a program of your own
 * ```ts
 * import { Agent } from "@frontier/client/agent";
 * import { assertEquals } from "@std/assert";
 *
 * await using agent = new Agent({
 *   connection: {
 *     gateways: [{ tls: true, hostname: "gateway.example", port: 30_012 }],
 *     tls: { ca: "/etc/frontier-agent/ca.pem" },
 *     meta: "pump-7",
 *   },
 *   targets: new Map([["ssh", { hostname: "127.0.0.1", port: 22 }]]),
 *   maxConnections: 16,
 *   commands: new Map(),
 *   execTimeoutMs: 30_000,
 *   execOutputBytes: 65_536,
 * });
 * assertEquals(agent.info.targets, ["ssh"]);
 * ```
 *
 * @module
 */

import { main } from "./program.ts";

export { Agent, type AgentInfo, type AgentState } from "./agent.ts";
export type { CommandResult } from "./command_runner.ts";
export type { AgentConnection, AgentSettings, Commands } from "./settings.ts";
export { main } from "./program.ts";
export type { SocketAddress } from "../forwarding/socket_connection.ts";
export type { Targets } from "../forwarding/target.ts";
export type { GatewayUrl, TlsFiles } from "../program/gateways.ts";
export { FrontierError } from "@frontier/proto";
export type { LogFields, Logger } from "@frontier/platform/log";

if (import.meta.main) Deno.exit(await main(Deno.args));
