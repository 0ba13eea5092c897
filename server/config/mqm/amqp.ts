/**
 * AMQP brokers as they stand in a file.
 *
 * @module
 */

import {
  anyMap,
  bool,
  int,
  list,
  named,
  secret,
  type SecretConfig,
  type Section,
  section,
  text,
} from "@frontier/platform/config";
import { SECRET_VARIABLES } from "../secret_variables.ts";
import {
  type BrokerConfig,
  type BrokerProblem,
  common,
  commonProblems,
} from "./common.ts";

/** An exchange that is declared at start. */
export interface AmqpExchangeConfig {
  /** Its name. */
  name: string;
  /** Its kind: `direct`, `topic`, `fanout`, `headers`. */
  kind: string;
  /** Whether it outlives the broker's restart. */
  durable: boolean;
  /** Whether it goes with its last binding. */
  autoDelete: boolean;
  /** Whether only other exchanges may publish to it. */
  internal: boolean;
  /**
   * No effect: the broker's answer is always waited for, so that a wrong
   * declaration is said.
   */
  nowait: boolean;
}

/** A queue that is declared at start. */
export interface AmqpQueueConfig {
  /** Its name. */
  name: string;
  /** Whether it outlives the broker's restart. */
  durable: boolean;
  /** Whether it goes with its last consumer. */
  autoDelete: boolean;
  /** Whether it belongs to the gateway's connection alone. */
  exclusive: boolean;
  /** No effect, as with exchanges. */
  nowait: boolean;
}

/** A binding that is declared at start. */
export interface AmqpBindingConfig {
  /** The queue. */
  queueName: string;
  /** The exchange. */
  exchangeName: string;
  /** Which routing keys. */
  bindingKey: string;
  /** No effect, as with exchanges. */
  nowait: boolean;
}

/** How the gateway publishes to AMQP. */
export interface AmqpProducerConfig {
  /** Routing keys that edges may publish to, as topics. */
  routingKeys: string[];
  /**
   * The exchange; empty for the default one, whose routing keys are the names
   * of queues.
   */
  exchange: string;
  /** Whether a message that no queue takes is an error. */
  mandatory: boolean;
  /** No effect: no broker of today knows it. */
  immediate: boolean;
  /** Headers of every message. */
  headers: Record<string, unknown>;
  /**
   * Bytes of data that a message may have; 0 for 134 217 728, or what the
   * broker says when it refuses one.
   */
  maxMessageBytes: number;
  /** The property of every message. */
  contentType: string;
  /** The property of every message. */
  contentEncoding: string;
  /**
   * 2 for messages that outlive the broker's restart, 1 for those that do not;
   * 0 for 2.
   */
  deliveryMode: number;
  /** The property of every message; 0 for none. */
  priority: number;
  /** The property of every message. */
  replyTo: string;
  /** The property of every message: milliseconds that it lives. */
  expiration: string;
  /** The property of every message. */
  type: string;
  /**
   * The property of every message; the broker wants it to be the user that the
   * gateway is.
   */
  userId: string;
  /** The property of every message. */
  appId: string;
}

/** An AMQP 0-9-1 producer. Zero and empty mean the client library's default. */
export interface AmqpConfig extends BrokerConfig {
  /**
   * The user, or empty. A user in front of an address counts where this is
   * empty; then `guest`.
   */
  user: string;
  /** The user's password. */
  password: SecretConfig;
  /** The virtual host; empty for the one in the address, or `/`. */
  vhost: string;
  /** Channels at most; one is used. */
  channelMax: number;
  /** Bytes of a frame at most. */
  frameSize: number;
  /** Seconds between heartbeats. */
  heartbeatSeconds: number;
  /** The locale. */
  locale: string;
  /** Exchanges declared at start. */
  exchanges: AmqpExchangeConfig[];
  /** Queues declared at start. */
  queues: AmqpQueueConfig[];
  /** Bindings declared at start. */
  queueBindings: AmqpBindingConfig[];
  /** How it publishes. */
  producer: AmqpProducerConfig;
}

/** The keys below `mqm.amqp`. */
export const amqp: Section<AmqpConfig> = section<AmqpConfig>({
  enable: bool(),
  addrs: list(text()),
  ...common(0),
  user: text(),
  password: secret(SECRET_VARIABLES),
  vhost: text(),
  channelMax: int(0, { min: 0 }),
  frameSize: int(0, { min: 0 }),
  heartbeatSeconds: named(int(0, { min: 0 }), "heartbeat"),
  locale: text(),
  exchanges: list(section<AmqpExchangeConfig>({
    name: text(),
    kind: text(),
    durable: bool(),
    autoDelete: bool(),
    internal: bool(),
    nowait: named(bool(), "nowait", "no_wait"),
  })),
  queues: list(section<AmqpQueueConfig>({
    name: text(),
    durable: bool(),
    autoDelete: bool(),
    exclusive: named(bool(), "exclusive", "exclustive"),
    nowait: named(bool(), "nowait", "no_wait"),
  })),
  queueBindings: named(
    list(section<AmqpBindingConfig>({
      queueName: text(),
      exchangeName: text(),
      bindingKey: text(),
      nowait: named(bool(), "nowait", "no_wait"),
    })),
    "queue_bindings",
    "queuebindings",
    "queueBindings",
  ),
  producer: section<AmqpProducerConfig>({
    routingKeys: list(text()),
    exchange: text(),
    mandatory: bool(true),
    immediate: bool(),
    headers: anyMap(),
    maxMessageBytes: int(0, { min: 0 }),
    contentType: text(),
    contentEncoding: text(),
    deliveryMode: int(0, { min: 0, max: 2 }),
    priority: int(0, { min: 0, max: 255 }),
    replyTo: text(),
    expiration: text(),
    type: text(),
    userId: text(),
    appId: text(),
  }),
});

/**
 * @param config The configuration of amqp.
 * @returns What is wrong with it.
 */
export function amqpProblems(config: AmqpConfig): BrokerProblem[] {
  const { producer } = config;
  const problems = commonProblems(
    "amqp",
    config,
    producer.routingKeys,
    "producer.routing_keys",
  );
  if (!config.enable) return problems;
  producer.routingKeys.forEach((key, i) => {
    if (new TextEncoder().encode(key).length <= 255) return;
    problems.push({
      key: `mqm.amqp.producer.routing_keys[${i}]`,
      message:
        `Cannot publish to "${key}": a routing key has at most 255 bytes`,
    });
  });
  if (producer.expiration !== "" && !/^\d+$/.test(producer.expiration)) {
    problems.push({
      key: "mqm.amqp.producer.expiration",
      message:
        `Cannot let messages expire after "${producer.expiration}": expected milliseconds as a whole number`,
    });
  }
  if (producer.immediate) {
    problems.push({
      key: "mqm.amqp.producer.immediate",
      message: "Has no effect: no broker of today knows it",
      harmless: true,
    });
  }
  return problems;
}
