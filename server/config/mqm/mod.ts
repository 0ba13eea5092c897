/**
 * External message queues: which brokers take which topics.
 *
 * @module
 */

import { type Section, section } from "@frontier/platform/config";
import { amqp, type AmqpConfig, amqpProblems } from "./amqp.ts";
import type { BrokerProblem } from "./common.ts";
import { kafka, type KafkaConfig, kafkaProblems } from "./kafka.ts";
import { nats, type NatsConfig, natsProblems } from "./nats.ts";
import { nsq, type NsqConfig, nsqProblems } from "./nsq.ts";
import { redis, type RedisConfig, redisProblems } from "./redis.ts";

export type {
  AmqpBindingConfig,
  AmqpConfig,
  AmqpExchangeConfig,
  AmqpProducerConfig,
  AmqpQueueConfig,
} from "./amqp.ts";
export type {
  BrokerConfig,
  BrokerHeadersConfig,
  BrokerProblem,
  BrokerQueueConfig,
  TopicConfig,
} from "./common.ts";
export type {
  KafkaCompression,
  KafkaConfig,
  KafkaSaslConfig,
} from "./kafka.ts";
export type { NatsConfig } from "./nats.ts";
export type { NsqConfig } from "./nsq.ts";
export type { RedisConfig } from "./redis.ts";

/** The producers for external message queues. */
export interface MqmConfig {
  /** Kafka. */
  kafka: KafkaConfig;
  /** AMQP 0-9-1. */
  amqp: AmqpConfig;
  /** NATS. */
  nats: NatsConfig;
  /** NSQ. */
  nsq: NsqConfig;
  /** Redis. */
  redis: RedisConfig;
}

/** The keys below `mqm`. */
export const mqm: Section<MqmConfig> = section<MqmConfig>({
  kafka,
  amqp,
  nats,
  nsq,
  redis,
});

/**
 * What is wrong with the brokers that are enabled.
 *
 * @param config The brokers.
 * @returns The problems, each with its key.
 */
export function brokerProblems(config: MqmConfig): BrokerProblem[] {
  return [
    ...amqpProblems(config.amqp),
    ...kafkaProblems(config.kafka),
    ...nsqProblems(config.nsq),
    ...natsProblems(config.nats),
    ...redisProblems(config.redis),
  ];
}
