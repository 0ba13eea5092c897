/**
 * The gateway of Frontier.
 *
 * As a program: `deno run --allow-net --allow-read --allow-env jsr:@frontier/server --help`.
 * Embedded: {@linkcode startFrontier}.
 *
 * @example A gateway on loopback
 * ```ts
 * import { startFrontier } from "@frontier/server";
 * import { assertEquals } from "@std/assert";
 *
 * await using gateway = await startFrontier({
 *   edgebound: { hostname: "127.0.0.1", port: 0, allocateEdgeIds: true },
 *   servicebound: { hostname: "127.0.0.1", port: 0 },
 * });
 * assertEquals(gateway.status.edges, 0);
 * ```
 *
 * @module
 */

import { main } from "./cli/main.ts";

export {
  type Frontier,
  type FrontierClock,
  type FrontierListeners,
  type FrontierStatus,
  startFrontier,
} from "./frontier.ts";
export type { ClusterStatus } from "./cluster/status.ts";
export type { DrainPhase, DrainProgress } from "./drain/progress.ts";
export type { DepartureCounts } from "@frontier/platform/drain";
export {
  type AmqpBindingConfig,
  type AmqpConfig,
  type AmqpExchangeConfig,
  type AmqpProducerConfig,
  type AmqpQueueConfig,
  type BrokerConfig,
  type BrokerHeadersConfig,
  type BrokerQueueConfig,
  type ControlplaneConfig,
  type ControlplaneOptions,
  type DaoConfig,
  DEFAULT_LIMITS,
  type EdgeboundConfig,
  type ForwardDeadlines,
  type FrontierOptions,
  type FrontlasConfig,
  type FrontlasOptions,
  type HashBy,
  type KafkaCompression,
  type KafkaConfig,
  type KafkaSaslConfig,
  type Limits,
  type MqmConfig,
  type NatsConfig,
  type NsqConfig,
  type ReaskIds,
  type RedisConfig,
  type StoreKind,
  type TopicConfig,
} from "./config/mod.ts";
export type {
  CertificatePair,
  ControlTokenConfig,
  DaemonConfig,
  DeepPartial,
  DialConfig,
  ListenConfig,
  ObservabilityConfig,
  PprofConfig,
  RlimitConfig,
  SecretConfig,
  TlsDialConfig,
  TlsListenConfig,
  TlsSettings,
  TokenOptions,
} from "@frontier/platform/config";
export type { BrokerStatus } from "./mq/broker_status.ts";
export type { BrokerKind } from "./mq/producer.ts";
export type {
  Policy,
  PolicyPeer,
  PolicyRoute,
  Refusal,
} from "./admission/policy.ts";
export type { Timer, Timers } from "@frontier/proto";
export type {
  Identity,
  PeerAddress,
  Transport,
  TransportListener,
} from "@frontier/platform";
export type {
  LogConfig,
  LogFields,
  LogFileConfig,
  LogFormat,
  Logger,
  LogLevel,
  LogOutput,
} from "@frontier/platform/log";

if (import.meta.main) Deno.exit(await main(Deno.args));
