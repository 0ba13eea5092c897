import { anyMap, bool, choice, int, list, named, text } from "./field.ts";
import type {
  AmqpConfig,
  KafkaConfig,
  MqmConfig,
  NatsConfig,
  NsqConfig,
  RedisConfig,
} from "./later.ts";
import { type Section, section } from "./section.ts";

const texts = list(text());

const kafka = section<KafkaConfig>({
  enable: bool(),
  addrs: texts,
  producer: section<KafkaConfig["producer"]>({
    topics: texts,
    async: bool(),
    maxMessageBytes: int(0, { min: 0 }),
    requiredAcks: int(0, { min: -1 }),
    timeoutSeconds: named(int(0, { min: 0 }), "timeout"),
    compression: choice("kafka compression", [
      "none",
      "gzip",
      "snappy",
      "lz4",
      "zstd",
    ], "none"),
    compressionLevel: int(0),
    // The Go gateway reads the misspelt name; its samples and its documents have the right one.
    idempotent: named(bool(), "idempotent", "idepotent"),
    flush: section<KafkaConfig["producer"]["flush"]>({
      bytes: int(0, { min: 0 }),
      messages: int(0, { min: 0 }),
      maxMessages: int(0, { min: 0 }),
      frequencySeconds: named(int(0, { min: 0 }), "frequency"),
    }),
    retry: section<KafkaConfig["producer"]["retry"]>({
      max: int(0, { min: 0 }),
      backoffSeconds: named(int(0, { min: 0 }), "backoff"),
    }),
  }),
});

const amqp = section<AmqpConfig>({
  enable: bool(),
  addrs: texts,
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
    routingKeys: texts,
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

const nats = section<NatsConfig>({
  enable: bool(),
  addrs: texts,
  producer: section<NatsConfig["producer"]>({ subjects: texts }),
  jetstream: named(
    section<NatsConfig["jetstream"]>({
      enable: bool(),
      name: text(),
      producer: section<NatsConfig["jetstream"]["producer"]>({
        subjects: texts,
      }),
    }),
    "jetstream",
    "jetStream",
    "jet_stream",
  ),
});

/** The keys below `mqm`. */
export const mqm: Section<MqmConfig> = section<MqmConfig>({
  kafka,
  amqp,
  nats,
  nsq: section<NsqConfig>({
    enable: bool(),
    addrs: texts,
    producer: section<NsqConfig["producer"]>({ topics: texts }),
  }),
  redis: section<RedisConfig>({
    enable: bool(),
    addrs: texts,
    db: int(0, { min: 0 }),
    password: text(),
    producer: section<RedisConfig["producer"]>({ channels: texts }),
  }),
});
