/**
 * How the store is told where Redis is.
 *
 * @module
 */

import type { RedisStoreConfig } from "../../frontlas/config/types.ts";

/** A configuration with what is usual. */
export function redisConfig(
  overrides: Partial<RedisStoreConfig> & Pick<RedisStoreConfig, "addrs">,
): RedisStoreConfig {
  const password = { value: "", file: "", env: "" };
  return {
    mode: "standalone",
    network: "tcp",
    db: 0,
    masterName: "",
    username: "",
    password,
    sentinel: { username: "", password },
    clientName: "frontlas",
    disableIdentity: false,
    identitySuffix: "",
    maxRetries: 3,
    minRetryBackoffMs: 8,
    maxRetryBackoffMs: 512,
    dialTimeoutMs: 5_000,
    readTimeoutMs: 3_000,
    maxRedirects: 8,
    ...overrides,
  };
}
