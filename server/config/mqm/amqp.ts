import { anyMap, bool, int, list, named, text } from "../field.ts";
import { type Section, section } from "../section.ts";
import {
  type BrokerConfig,
  type BrokerProblem,
  common,
  commonProblems,
} from "./common.ts";

/** An AMQP 0-9-1 producer. Zero and empty mean the client library's default. */
export interface AmqpConfig extends BrokerConfig {
  /** The virtual host. */
  vhost: string;
  /** Channels at most. */
  channelMax: number;
  /** Bytes of a frame at most. */
  frameSize: number;
  /** Seconds between heartbeats. */
  heartbeatSeconds: number;
  /** The locale. */
  locale: string;
  /** Exchanges declared at start. */
  exchanges: {
    name: string;
    kind: string;
    durable: boolean;
    autoDelete: boolean;
    internal: boolean;
    nowait: boolean;
  }[];
  /** Queues declared at start. */
  queues: {
    name: string;
    durable: boolean;
    autoDelete: boolean;
    exclusive: boolean;
    nowait: boolean;
  }[];
  /** Bindings declared at start. */
  queueBindings: {
    queueName: string;
    exchangeName: string;
    bindingKey: string;
    nowait: boolean;
  }[];
  /** Its producer. */
  producer: {
    routingKeys: string[];
    exchange: string;
    mandatory: boolean;
    immediate: boolean;
    headers: Record<string, unknown>;
    contentType: string;
    contentEncoding: string;
    deliveryMode: number;
    priority: number;
    replyTo: string;
    expiration: string;
    type: string;
    userId: string;
    appId: string;
  };
}

/** The keys below `mqm.amqp`. */
export const amqp: Section<AmqpConfig> = section<AmqpConfig>({
  enable: bool(),
  addrs: list(text()),
  ...common(0),
  vhost: text(),
  channelMax: int(0, { min: 0 }),
  frameSize: int(0, { min: 0 }),
  heartbeatSeconds: named(int(0, { min: 0 }), "heartbeat"),
  locale: text(),
  exchanges: list(section<AmqpConfig["exchanges"][number]>({
    name: text(),
    kind: text(),
    durable: bool(),
    autoDelete: bool(),
    internal: bool(),
    nowait: named(bool(), "nowait", "no_wait"),
  })),
  queues: list(section<AmqpConfig["queues"][number]>({
    name: text(),
    durable: bool(),
    autoDelete: bool(),
    exclusive: named(bool(), "exclusive", "exclustive"),
    nowait: named(bool(), "nowait", "no_wait"),
  })),
  queueBindings: named(
    list(section<AmqpConfig["queueBindings"][number]>({
      queueName: text(),
      exchangeName: text(),
      bindingKey: text(),
      nowait: named(bool(), "nowait", "no_wait"),
    })),
    "queue_bindings",
    "queuebindings",
    "queueBindings",
  ),
  producer: section<AmqpConfig["producer"]>({
    routingKeys: list(text()),
    exchange: text(),
    mandatory: bool(),
    immediate: bool(),
    headers: anyMap(),
    contentType: text(),
    contentEncoding: text(),
    deliveryMode: int(0, { min: 0, max: 255 }),
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
  return commonProblems(
    "amqp",
    config,
    config.producer.routingKeys,
    "producer.routing_keys",
  );
}
