/**
 * The gateway's configuration: its types, its defaults, and how it is read from
 * files, the environment and flags.
 *
 * @module
 */
export {
  type ControlplaneConfig,
  type ControlplaneOptions,
  TOKEN_PLACE,
} from "./controlplane.ts";
export type { ForwardDeadlines, HashBy, ReaskIds } from "./choices.ts";
export type { DaoConfig, StoreKind } from "./dao.ts";
export type { FrontlasConfig, FrontlasOptions } from "./frontlas.ts";
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
  TopicConfig,
} from "./mqm/mod.ts";
export { DEFAULT_LIMITS, type Limits } from "./limits.ts";
export { loadConfig } from "./load.ts";
export { resolveOptions } from "./options.ts";
export type * from "./types.ts";
export { type UnservedPart, unservedParts } from "./unserved.ts";
