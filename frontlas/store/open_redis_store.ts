/**
 * Opening a store in Redis.
 *
 * @module
 */

import { withoutEnvironment } from "@frontier/platform/environment";
import type { RedisStoreConfig } from "../config/types.ts";
import type { RedisOptions, RedisStore } from "./redis/mod.ts";

export type { RedisOptions, RedisStore };

/**
 * Connects to Redis. The client is loaded now and not before, without a look
 * into the environment, which its tracing would take.
 *
 * @param config Where Redis is, and how to talk to it.
 * @param options How edges die, and how long records live.
 * @returns The store; it comes back by itself whatever becomes of Redis.
 * @throws {StoreUnavailableError} If Redis cannot be reached now.
 * @throws {Error} If a file or a variable of the configuration cannot be read.
 */
export async function openRedisStore(
  config: RedisStoreConfig,
  options: RedisOptions = {},
): Promise<RedisStore> {
  const { connectRedis } = await withoutEnvironment(() =>
    import("./redis/mod.ts")
  );
  return await connectRedis(config, options);
}
