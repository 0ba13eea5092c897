/**
 * NSQ.
 *
 * @module
 */

import type { NsqConfig } from "../../config/mod.ts";
import type { Producer } from "../producer.ts";
import { NsqProducer } from "./nsq_producer.ts";

/**
 * Makes the producer of NSQ.
 *
 * @param config The configuration.
 * @returns The producer.
 */
export function nsqProducers(config: NsqConfig): Producer[] {
  return [new NsqProducer(config)];
}
