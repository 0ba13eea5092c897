/**
 * Stores in Redis.
 *
 * @module
 */

import { StrayErrors } from "@frontier/platform/internal";
import type { RedisStoreConfig } from "../../config/types.ts";
import type { PresenceMode } from "../presence_store.ts";
import { type RecordTimes, USUAL_TIMES } from "../presence_times.ts";
import { ClusterPort } from "./cluster_port.ts";
import { addressOf } from "./connection_options.ts";
import { RedisStore } from "./redis_store.ts";
import { SentinelLocator } from "./sentinel_locator.ts";
import { type Locator, SinglePort } from "./single_port.ts";

export type { RedisStore };

/** What a store in Redis may be told beside where that is. */
export interface RedisOptions {
  /** How edges of our gateways die; those of Go gateways always need signs of life. @default {"ttl"} */
  readonly mode?: PresenceMode;
  /** How long records live without a sign of life. @default {30 s} */
  readonly times?: RecordTimes;
}

/**
 * Connects to Redis.
 *
 * @param config Where it is, and how to talk to it.
 * @param options See {@linkcode RedisOptions}.
 * @returns The store; it comes back by itself whatever becomes of Redis.
 * @throws {StoreUnavailableError} If Redis cannot be reached now.
 * @throws {Error} If a file or a variable of the configuration cannot be read.
 */
export async function connectRedis(
  config: RedisStoreConfig,
  { mode = "ttl", times = USUAL_TIMES }: RedisOptions = {},
): Promise<RedisStore> {
  const stray = new StrayErrors();
  const port = config.mode === "cluster"
    ? new ClusterPort(config)
    : new SinglePort(config, locatorOf(config));
  try {
    await port.start();
  } catch (error) {
    stray[Symbol.dispose]();
    throw error;
  }
  const close = port.close.bind(port);
  port.close = async () => {
    await close();
    stray[Symbol.dispose]();
  };
  return new RedisStore({ kind: config.mode, port, mode, times });
}

function locatorOf(config: RedisStoreConfig): Locator {
  if (config.mode === "sentinel") return new SentinelLocator(config);
  const address = addressOf(config.addrs[0]!, config.network);
  return { locate: () => Promise.resolve(address), checkMs: Infinity };
}
