/**
 * The gateway's configuration: its types, its defaults, and how it is read from
 * files, the environment and flags.
 *
 * @module
 */
export {
  type CertificatePair,
  type DialConfig,
  type HostPort,
  type ListenConfig,
  parseAddress,
  type TlsDialConfig,
  type TlsListenConfig,
} from "./endpoints.ts";
export type {
  ControlplaneConfig,
  ControlplaneOptions,
  ControlTokenConfig,
} from "./controlplane.ts";
export type { ForwardDeadlines, HashBy, ReaskIds } from "./choices.ts";
export {
  ConfigError,
  type Diagnostic,
  formatDiagnostic,
  type Position,
} from "./diagnostics.ts";
export { checkKeys, type KnownKeys } from "./known_options.ts";
export type { DaoConfig, StoreKind } from "./dao.ts";
export type * from "./later.ts";
export type {
  AmqpBindingConfig,
  AmqpConfig,
  AmqpExchangeConfig,
  AmqpProducerConfig,
  AmqpQueueConfig,
  BrokerConfig,
  BrokerHeadersConfig,
  BrokerQueueConfig,
  KafkaCompression,
  KafkaConfig,
  KafkaSaslConfig,
  MqmConfig,
  NatsConfig,
  NsqConfig,
  RedisConfig,
  SecretConfig,
  TopicConfig,
} from "./mqm/mod.ts";
export type { TlsSettings } from "./tls_section.ts";
export { DEFAULT_LIMITS, type Limits } from "./limits.ts";
export { type ConfigFile, loadConfig, type LoadedConfig } from "./load.ts";
export { resolveOptions } from "./options.ts";
export type { ConfigFlags, Environment } from "./overrides.ts";
export type * from "./types.ts";
export { type UnservedPart, unservedParts } from "./unserved.ts";
