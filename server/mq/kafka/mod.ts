/**
 * Kafka.
 *
 * @module
 */

import type { KafkaConfig } from "../../config/mod.ts";
import type { Producer } from "../producer.ts";
import { KafkaProducer } from "./kafka_producer.ts";

/**
 * Makes the producer of Kafka.
 *
 * @param config The configuration.
 * @returns The producer.
 */
export function kafkaProducers(config: KafkaConfig): Producer[] {
  return [new KafkaProducer(config)];
}
