/**
 * Opens the store that a configuration asks for.
 *
 * @module
 */

import type { ExpirationConfig, RedisStoreConfig } from "../config/types.ts";
import { MemoryStore } from "./memory/mod.ts";
import type { PresenceMode, PresenceStore } from "./presence_store.ts";

/** What {@linkcode openStore} needs. */
export interface OpenStoreOptions {
  /** Redis; `undefined` to keep the records in memory. */
  readonly redis: RedisStoreConfig | undefined;
  /** How the record of an edge dies with its gateway. */
  readonly presence: PresenceMode;
  /** When records end that nobody renews. */
  readonly expiration: ExpirationConfig;
  /** Returns a number from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** Returns Unix milliseconds and never goes back. @default {one that nobody can set} */
  readonly wallClock: (() => number) | undefined;
}

/**
 * Opens the store that a configuration asks for. What speaks with Redis is loaded
 * only where there is one.
 *
 * @param options What it needs.
 * @returns The store; it answers.
 * @throws {Error} If it does not answer; the message names where it is.
 */
export async function openStore(
  options: OpenStoreOptions,
): Promise<PresenceStore> {
  const { redis, presence: mode, expiration, random, wallClock } = options;
  const times = {
    edgeMs: expiration.edgeMetaSeconds * 1_000,
    serviceMs: expiration.serviceMetaSeconds * 1_000,
  };
  if (redis === undefined) {
    return new MemoryStore({
      ...(wallClock !== undefined && { clock: wallClock }),
      random,
      mode,
      times,
    });
  }
  const { openRedisStore } = await import("./open_redis_store.ts");
  return await openRedisStore(redis, { mode, times });
}
