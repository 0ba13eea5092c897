/**
 * The directory of a cluster: which gateways there are, and which edge and
 * which service is connected to which of them.
 *
 * As a program: `deno run --allow-net --allow-read --allow-env jsr:@frontier/frontlas --help`.
 * Embedded: {@linkcode startFrontlas}.
 *
 * @example A directory in the memory of this process
 * ```ts
 * import { startFrontlas } from "@frontier/frontlas";
 * import { assertEquals } from "@std/assert";
 *
 * await using frontlas = await startFrontlas({
 *   frontierPlane: { listen: { port: 0 } },
 *   controlPlane: { listen: { port: 0 } },
 * });
 * assertEquals(frontlas.status.frontiers, 0);
 * ```
 *
 * @module
 */

import { main } from "./cli/main.ts";

export {
  type Frontlas,
  type FrontlasParts,
  type FrontlasStatus,
  startFrontlas,
} from "./start.ts";
export {
  DEFAULT_FRONTLAS_LIMITS,
  type DirectoryOptions,
  type ExpirationConfig,
  type FrontlasLimits,
  type RedisLogin,
  type RedisLoginOptions,
  type RedisMode,
  type RedisStoreConfig,
  type RedisStoreOptions,
} from "./config/mod.ts";
export type {
  CertificatePair,
  ControlTokenConfig,
  DaemonConfig,
  ListenConfig,
  ObservabilityConfig,
  PprofConfig,
  RlimitConfig,
  SecretConfig,
  TlsDialConfig,
  TlsListenConfig,
  TokenOptions,
} from "@frontier/platform/config";
export type {
  LogConfig,
  LogFields,
  LogFileConfig,
  LogFormat,
  Logger,
  LogLevel,
  LogOutput,
} from "@frontier/platform/log";
export type {
  Identity,
  PeerAddress,
  Timer,
  Timers,
  Transport,
  TransportListener,
} from "@frontier/platform";

export type {
  EdgeRecord,
  FrontierIntroduction,
  FrontierRecord,
  FrontierSession,
  PresenceMode,
  PresenceOutcome,
  PresenceStore,
  RecordPage,
  ServiceRecord,
  StoreState,
} from "./store/presence_store.ts";
export { StoreUnavailableError } from "./store/presence_store.ts";
export type {
  Eviction,
  OfflineEvent,
  OnlineEvent,
  PresenceEvent,
  Stamp,
} from "@frontier/proto/cluster";

if (import.meta.main) Deno.exit(await main(Deno.args));
