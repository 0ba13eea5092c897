/**
 * Kafka as it stands in a file.
 *
 * @module
 */

import {
  bool,
  choice,
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

/** How a message of Kafka is compressed. */
export type KafkaCompression = "none" | "gzip" | "snappy" | "lz4" | "zstd";

/** How the gateway says to Kafka who it is. */
export interface KafkaSaslConfig {
  /** The mechanism; `none` says nothing. */
  mechanism: "none" | "plain" | "scram-sha-256" | "scram-sha-512";
  /** The user. */
  user: string;
  /** The user's password. */
  password: SecretConfig;
}

/** A Kafka producer. */
export interface KafkaConfig extends BrokerConfig {
  /** SASL towards it. */
  sasl: KafkaSaslConfig;
  /** What is published, and how. */
  producer: {
    /** Topics that edges may publish to; they must exist. */
    topics: string[];
    /** No effect: each message is acknowledged. */
    async: boolean;
    /**
     * Bytes of data that a message may have; 0 for 1 000 000. The brokers'
     * `message.max.bytes` must be larger.
     */
    maxMessageBytes: number;
    /**
     * 1 for the leader alone, which may lose what it has acknowledged; anything
     * else for all replicas in sync.
     */
    requiredAcks: number;
    /**
     * Seconds that the brokers may take to gather acknowledgements; 0 for 10.
     */
    timeoutSeconds: number;
    /** How batches are compressed. */
    compression: KafkaCompression;
    /** No effect: the codecs have their usual level. */
    compressionLevel: number;
    /**
     * Whether the brokers store what is sent twice by one producer once. On
     * unless `required_acks` is 1.
     */
    idempotent: boolean;
    /**
     * What the key of a message is: the id of its edge, so that the messages of
     * an edge keep their order, or nothing.
     */
    key: "edge" | "none";
    /** When a batch goes out; 0 for the default. */
    flush: {
      /** Bytes of a batch. */
      bytes: number;
      /** Messages of a batch. */
      messages: number;
      /** Messages of a batch at most. */
      maxMessages: number;
      /** Seconds that a batch waits for more, at most 1. */
      frequencySeconds: number;
    };
    /**
     * What is tried again by the client, beside what the gateway tries again; 0
     * for the default.
     */
    retry: {
      /** Tries. */
      max: number;
      /** Seconds between two. */
      backoffSeconds: number;
    };
  };
}

/** The keys below `mqm.kafka`. */
export const kafka: Section<KafkaConfig> = section<KafkaConfig>({
  enable: bool(),
  addrs: list(text()),
  ...common(5),
  sasl: section<KafkaSaslConfig>({
    mechanism: choice("SASL mechanism", [
      "none",
      "plain",
      "scram-sha-256",
      "scram-sha-512",
    ], "none"),
    user: text(),
    password: secret(SECRET_VARIABLES),
  }),
  producer: section<KafkaConfig["producer"]>({
    topics: list(text()),
    async: bool(),
    maxMessageBytes: int(0, { min: 0 }),
    requiredAcks: int(0, { min: -1, max: 1 }),
    timeoutSeconds: named(int(0, { min: 0 }), "timeout"),
    compression: choice("kafka compression", [
      "none",
      "gzip",
      "snappy",
      "lz4",
      "zstd",
    ], "none"),
    compressionLevel: int(0),
    // The Go gateway reads the misspelt name; its samples and its documents
    // have the right one.
    idempotent: named(bool(), "idempotent", "idepotent"),
    key: choice("kafka key", ["edge", "none"], "edge"),
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

/**
 * @param topic As the file has it, before anything is replaced.
 * @returns Why Kafka has no topic of that name; empty when it may.
 */
export function kafkaTopicRule(topic: string): string {
  if (topic === "." || topic === "..") return `"${topic}" is no name`;
  return /^[a-zA-Z0-9._-]{1,249}$/.test(topic)
    ? ""
    : "a topic has 1 to 249 letters, digits, dots, dashes and underscores";
}

/**
 * @param config The configuration of kafka.
 * @returns What is wrong with it.
 */
export function kafkaProblems(config: KafkaConfig): BrokerProblem[] {
  const { producer, sasl } = config;
  const problems = commonProblems(
    "kafka",
    config,
    producer.topics,
    "producer.topics",
  );
  if (!config.enable) return problems;
  producer.topics.forEach((topic, i) => {
    const rule = kafkaTopicRule(topic);
    if (rule === "" || topic === "") return;
    problems.push({
      key: `mqm.kafka.producer.topics[${i}]`,
      message: `Cannot publish to "${topic}": ${rule}`,
    });
  });
  if (producer.requiredAcks === 1 && producer.idempotent) {
    problems.push({
      key: "mqm.kafka.producer.idempotent",
      message:
        "Cannot be idempotent with required_acks 1: take one of them out",
    });
  }
  if (sasl.mechanism !== "none" && sasl.user === "") {
    problems.push({
      key: "mqm.kafka.sasl.user",
      message: `Cannot use SASL ${sasl.mechanism} without a user`,
    });
  }
  if (producer.async) {
    problems.push({
      key: "mqm.kafka.producer.async",
      message: "Has no effect: each message is acknowledged",
      harmless: true,
    });
  }
  if (producer.compressionLevel !== 0) {
    problems.push({
      key: "mqm.kafka.producer.compression_level",
      message: "Has no effect: the codecs have their usual level",
      harmless: true,
    });
  }
  return problems;
}
