/**
 * Opens the store that a configuration asks for.
 *
 * @module
 */

import type { Timers } from "@frontier/platform";
import type { Logger } from "@frontier/platform/log";
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
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Returns a number from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** Returns Unix milliseconds. */
  readonly wallClock: () => number;
  /** Where to report. */
  readonly log: Logger;
}

/**
 * Opens the store that a configuration asks for.
 *
 * @param options What it needs.
 * @returns The store; it answers.
 * @throws {Error} If it does not answer; the message names where it is.
 */
export function openStore(options: OpenStoreOptions): Promise<PresenceStore> {
  const { redis, presence, expiration, random, wallClock } = options;
  if (redis !== undefined) {
    const error = new Error(
      `Cannot keep the directory in Redis at ${redis.addrs.join(", ")} yet`,
    );
    return Promise.reject(error);
  }
  return Promise.resolve(
    new MemoryStore({
      clock: wallClock,
      random,
      mode: presence,
      times: {
        edgeMs: expiration.edgeMetaSeconds * 1_000,
        serviceMs: expiration.serviceMetaSeconds * 1_000,
      },
    }),
  );
}
