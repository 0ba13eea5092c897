import type { DialConfig, ListenConfig } from "./types.ts";

/** The control plane: its gRPC and REST port. */
export interface ControlplaneConfig {
  /** Whether it is wanted. */
  enable: boolean;
  /** Where it listens; present when it is enabled. */
  listen?: ListenConfig;
  /** The address it announces to the cluster instead of its own, or empty. */
  advertisedAddr: string;
}

/** The store behind the control plane. */
export interface DaoConfig {
  /** Its kind. */
  backend: "buntdb" | "sqlite" | "sqlite3";
  /** Whether its statements are traced. */
  debug: boolean;
}

/** The link to the cluster directory. */
export interface FrontlasConfig {
  /** Whether it is wanted. */
  enable: boolean;
  /** Where the directory is. */
  dial: DialConfig;
  /** Reports of load to the directory: whether, and every how many seconds. */
  metrics: { enable: boolean; intervalSeconds: number };
}

/** The health and metrics port. */
export interface ObservabilityConfig {
  /** Whether it is wanted; absent when the file does not say. */
  enable?: boolean;
  /** Where it listens, as `host:port`. */
  addr: string;
}

/** Settings of the process. */
export interface DaemonConfig {
  /** The limit of open files; `nofile` is absent when the file does not say. The runtime raises it to the hard limit by itself. */
  rlimit: { enable: boolean; nofile?: number };
  /** The profiling port. */
  pprof: { enable: boolean; addr: string; cpuProfileRate: number };
}

/** A Kafka producer. Zero means the client library's default. */
export interface KafkaConfig {
  /** Whether it is wanted. */
  enable: boolean;
  /** Brokers as `host:port`. */
  addrs: string[];
  /** Its producer. */
  producer: {
    topics: string[];
    async: boolean;
    maxMessageBytes: number;
    requiredAcks: number;
    timeoutSeconds: number;
    compression: "none" | "gzip" | "snappy" | "lz4" | "zstd";
    compressionLevel: number;
    idempotent: boolean;
    flush: {
      bytes: number;
      messages: number;
      maxMessages: number;
      frequencySeconds: number;
    };
    retry: { max: number; backoffSeconds: number };
  };
}

/** An AMQP 0-9-1 producer. Zero and empty mean the client library's default. */
export interface AmqpConfig {
  /** Whether it is wanted. */
  enable: boolean;
  /** Brokers as `user:password@host:port/vhost`. */
  addrs: string[];
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

/** A NATS producer, with JetStream or without. */
export interface NatsConfig {
  /** Whether it is wanted. */
  enable: boolean;
  /** Servers. */
  addrs: string[];
  /** Subjects that edges may publish to while JetStream is off. */
  producer: { subjects: string[] };
  /** JetStream: whether, its stream's name, and the subjects that edges may publish to then. */
  jetstream: {
    enable: boolean;
    name: string;
    producer: { subjects: string[] };
  };
}

/** An NSQ producer. */
export interface NsqConfig {
  /** Whether it is wanted. */
  enable: boolean;
  /** Servers as `host:port`. */
  addrs: string[];
  /** Topics that edges may publish to. */
  producer: { topics: string[] };
}

/** A Redis publisher. */
export interface RedisConfig {
  /** Whether it is wanted. */
  enable: boolean;
  /** Servers as `host:port`. */
  addrs: string[];
  /** Number of the database. */
  db: number;
  /** Its password, or empty. */
  password: string;
  /** Channels that edges may publish to. */
  producer: { channels: string[] };
}

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

/** Settings of parts that later releases build. */
export interface LaterConfig {
  /** The control plane. */
  controlplane: ControlplaneConfig;
  /** The store behind the control plane. */
  dao: DaoConfig;
  /** The link to the cluster directory. */
  frontlas: FrontlasConfig;
  /** The producers for external message queues. */
  mqm: MqmConfig;
  /** The health and metrics port. */
  observability: ObservabilityConfig;
  /** Settings of the process. */
  daemon: DaemonConfig;
  /** Addresses announced to the cluster instead of the listeners' own, or empty. */
  advertised: { servicebound: string; edgebound: string };
}
