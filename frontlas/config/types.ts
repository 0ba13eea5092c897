/**
 * What a Frontlas has to know.
 *
 * @module
 */

import type {
  ControlTokenConfig,
  DaemonConfig,
  ListenConfig,
  ObservabilityConfig,
  SecretConfig,
  TlsDialConfig,
} from "@frontier/platform/config";
import type { LogConfig } from "@frontier/platform/log";
import type { PresenceMode } from "../store/presence_store.ts";
import type { FrontlasLimits } from "./limits.ts";

/** How Redis is run. */
export type RedisMode = "standalone" | "sentinel" | "cluster";

/** The values of {@linkcode RedisMode}. */
export const REDIS_MODES: readonly RedisMode[] = [
  "standalone",
  "sentinel",
  "cluster",
];

/** A user and a password. */
export interface RedisLogin {
  /** The user, or empty for the default one. */
  readonly username: string;
  /** The user's password. */
  readonly password: SecretConfig;
}

/** Where Redis is, and how to talk to it. */
export interface RedisStoreConfig extends RedisLogin {
  /** How it is run. */
  readonly mode: RedisMode;
  /**
   * Addresses as `host:port`: of the server, of the sentinels, or of some nodes of
   * the cluster; with the network `unix` the path of the server's socket.
   */
  readonly addrs: readonly string[];
  /** What the addresses are of; `unix` for a standalone server only. */
  readonly network: "tcp" | "unix";
  /** Number of the database; a cluster has only 0. */
  readonly db: number;
  /** Name that the sentinels know the master by; empty without sentinels. */
  readonly masterName: string;
  /** Who we are to the sentinels themselves. */
  readonly sentinel: RedisLogin;
  /** TLS towards servers and sentinels, or absent for plain TCP. */
  readonly tls?: TlsDialConfig;
  /** Name that its list of clients shows; empty for none. */
  readonly clientName: string;
  /** Whether it is not told which library we are. */
  readonly disableIdentity: boolean;
  /** Added to the name of the library it is told, or empty. */
  readonly identitySuffix: string;
  /** Attempts after the first that a command may have. */
  readonly maxRetries: number;
  /** Shortest pause before another attempt, in milliseconds. */
  readonly minRetryBackoffMs: number;
  /** Longest pause before another attempt, in milliseconds. */
  readonly maxRetryBackoffMs: number;
  /** Milliseconds that connecting may take. */
  readonly dialTimeoutMs: number;
  /** Milliseconds until a command has to be answered. */
  readonly readTimeoutMs: number;
  /** Redirections that one command may follow in a cluster. */
  readonly maxRedirects: number;
}

/** When records end that nobody renews. */
export interface ExpirationConfig {
  /** Seconds of a service's record. */
  readonly serviceMetaSeconds: number;
  /** Seconds of an edge's record. */
  readonly edgeMetaSeconds: number;
}

/** The port for gateways. */
export interface FrontierPlaneConfig {
  /** Where it listens. */
  readonly listen: ListenConfig;
  /** When records end that nobody renews. */
  readonly expiration: ExpirationConfig;
  /**
   * Seconds that a gateway stays in the directory after its connection has broken:
   * time to come back, here or at another Frontlas.
   */
  readonly graceSeconds: number;
}

/** The port for those who look the directory up. */
export interface ControlPlaneConfig {
  /** Where it listens. */
  readonly listen: ListenConfig;
  /** Who may look; without any token everybody who can connect may. */
  readonly tokens: readonly ControlTokenConfig[];
  /** Entries of a page at most. */
  readonly maxPageSize: number;
}

/**
 * Everything a Frontlas has to know, complete: what a file left out has its
 * default.
 */
export interface DirectoryConfig {
  /** The port for gateways. */
  readonly frontierPlane: FrontierPlaneConfig;
  /** The port for those who look the directory up. */
  readonly controlPlane: ControlPlaneConfig;
  /** Redis; absent where the records are kept in memory. */
  readonly redis?: RedisStoreConfig;
  /**
   * How the record of an edge dies with its gateway: by its own time to live, or
   * by the lease of the gateway.
   */
  readonly presence: PresenceMode;
  /** The bounds that protect it. */
  readonly limits: FrontlasLimits;
  /** What is logged, how, and where to. */
  readonly log: LogConfig;
  /** Seconds that gateways have to leave when it stops. */
  readonly drainSeconds: number;
  /** The health and metrics port. */
  readonly observability: ObservabilityConfig;
  /** Settings of the process. Used by the command line only. */
  readonly daemon: DaemonConfig;
}
