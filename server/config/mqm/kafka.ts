import { bool, choice, int, list, named, text } from "../field.ts";
import { type Section, section } from "../section.ts";
import {
  type BrokerConfig,
  type BrokerProblem,
  common,
  commonProblems,
} from "./common.ts";

/** A Kafka producer. Zero means the client library's default. */
export interface KafkaConfig extends BrokerConfig {
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

/** The keys below `mqm.kafka`. */
export const kafka: Section<KafkaConfig> = section<KafkaConfig>({
  enable: bool(),
  addrs: list(text()),
  ...common(5),
  producer: section<KafkaConfig["producer"]>({
    topics: list(text()),
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

/**
 * @param config The configuration of kafka.
 * @returns What is wrong with it.
 */
export function kafkaProblems(config: KafkaConfig): BrokerProblem[] {
  return commonProblems(
    "kafka",
    config,
    config.producer.topics,
    "producer.topics",
  );
}
