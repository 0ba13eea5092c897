/**
 * What an agent does.
 *
 * @module
 */

import type { Targets } from "../forwarding/target.ts";
import type { GatewayUrl, TlsFiles } from "../program/gateways.ts";

/** Programs that may be run, by name, each with its arguments. */
export type Commands = ReadonlyMap<string, readonly [string, ...string[]]>;

/** How an agent connects; a change of it takes a new connection. */
export interface AgentConnection {
  /** Gateways, in the order in which they are tried. */
  readonly gateways: readonly GatewayUrl[];
  /** Files for those over TLS; they are read at every connect. */
  readonly tls: TlsFiles;
  /** What services get to know of the edge. */
  readonly meta: string;
}

/** What an agent does; all but the connection can change while it lasts. */
export interface AgentSettings {
  /** How it connects. */
  readonly connection: AgentConnection;
  /** What can be reached through it. */
  readonly targets: Targets;
  /** Forwarded connections at a time. */
  readonly maxConnections: number;
  /** What can be run by it. */
  readonly commands: Commands;
  /** Milliseconds one run may take. */
  readonly execTimeoutMs: number;
  /** Most bytes that are kept of each output of a run. */
  readonly execOutputBytes: number;
}
