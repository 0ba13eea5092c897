/**
 * AMQP 0-9-1.
 *
 * @module
 */

import type { AmqpConfig } from "../../config/mod.ts";
import type { Producer } from "../producer.ts";
import { AmqpProducer } from "./amqp_producer.ts";

/**
 * Makes the producer of AMQP.
 *
 * @param config The configuration.
 * @returns The producer.
 */
export function amqpProducers(config: AmqpConfig): Producer[] {
  return [new AmqpProducer(config)];
}
