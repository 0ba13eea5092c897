/**
 * Redis: channels and streams.
 *
 * @module
 */

import type { RedisConfig } from "../../config/mod.ts";
import type { Producer } from "../producer.ts";
import { RedisProducer } from "./redis_producer.ts";

/**
 * Makes the producers of Redis: one for channels, one for streams.
 *
 * @param config The configuration.
 * @returns The producers, those without topics left out.
 */
export function redisProducers(config: RedisConfig): Producer[] {
  return (["channels", "streams"] as const)
    .filter((way) => config.producer[way].length > 0)
    .map((way) => new RedisProducer(config, way));
}
