/**
 * From Redis as it stands in a file to what the store has to know.
 *
 * @module
 */

import { type Findings, tlsDial, unsupported } from "@frontier/platform/config";
import {
  DIAL_TIMEOUT,
  MAX_REDIRECTS,
  MAX_RETRIES,
  READ_TIMEOUT,
  redisAddressProblem,
  type RedisSettings,
} from "./redis_section.ts";
import { REDIS_MODES, type RedisMode, type RedisStoreConfig } from "./types.ts";

/** What pauses below 1 s mean, which a file cannot name: those of Go's client. */
const MIN_BACKOFF_MS = 8;
const MAX_BACKOFF_MS = 512;

/** What a program need not say of Redis. */
export const REDIS_DEFAULTS: Omit<RedisStoreConfig, "addrs"> = {
  mode: "standalone",
  network: "tcp",
  db: 0,
  masterName: "",
  username: "",
  password: { value: "", file: "", env: "" },
  sentinel: { username: "", password: { value: "", file: "", env: "" } },
  clientName: "",
  disableIdentity: false,
  identitySuffix: "",
  maxRetries: MAX_RETRIES,
  minRetryBackoffMs: MIN_BACKOFF_MS,
  maxRetryBackoffMs: MAX_BACKOFF_MS,
  dialTimeoutMs: DIAL_TIMEOUT * 1_000,
  readTimeoutMs: READ_TIMEOUT * 1_000,
  maxRedirects: MAX_REDIRECTS,
};

/** Where each mode has its addresses. */
const ADDRESS_KEYS: Readonly<Record<RedisMode, string>> = {
  standalone: "redis.standalone.addr",
  sentinel: "redis.sentinel.addrs",
  cluster: "redis.cluster.addrs",
};

function addressesOf(redis: RedisSettings): Record<RedisMode, string[]> {
  const { addr } = redis.standalone;
  return {
    standalone: addr === "" ? [] : [addr],
    sentinel: redis.sentinel.addrs,
    cluster: redis.cluster.addrs,
  };
}

/** How Redis is run: as the file says, or as the only addresses there are say. */
function modeOf(
  redis: RedisSettings,
  findings: Findings,
): RedisMode | undefined {
  if (redis.mode !== "") return redis.mode;
  const addresses = addressesOf(redis);
  const given = REDIS_MODES.filter((mode) => addresses[mode].length > 0);
  if (given.length === 1) return given[0];
  findings.missing(
    given.length === 0 ? ADDRESS_KEYS.standalone : "redis.mode",
    given.length === 0
      ? `Cannot use Redis without an address: set "${ADDRESS_KEYS.standalone}", or leave "redis" out to keep everything in memory`
      : `Cannot tell how Redis is run: set "redis.mode" to one of ${
        REDIS_MODES.join(", ")
      }`,
  );
  return undefined;
}

/** Finds what makes no sense for the mode. */
function check(redis: RedisSettings, mode: RedisMode, findings: Findings) {
  const key = ADDRESS_KEYS[mode];
  const addrs = addressesOf(redis)[mode];
  if (addrs.length === 0) {
    findings.missing(
      key,
      `Cannot use Redis without an address: set "${key}" or REDIS_ADDRS, or leave "redis" out to keep everything in memory`,
    );
  }
  const { standalone, sentinel, cluster } = redis;
  if (mode === "standalone" && standalone.network === "tcp") {
    const problem = addrs.map(redisAddressProblem).find((one) => one);
    if (problem !== undefined) findings.error(key, problem);
  }
  if (mode === "sentinel") {
    if (sentinel.masterName === "") {
      findings.missing(
        "redis.sentinel.master_name",
        'Cannot ask sentinels without a name of the master: set "redis.sentinel.master_name" or MASTER_NAME',
      );
    }
    if (sentinel.replicaOnly) {
      findings.error(
        "redis.sentinel.replica_only",
        "Cannot keep a directory on replicas, for they take no writes: remove redis.sentinel.replica_only",
      );
    }
  }
  const routed = {
    "redis.sentinel.route_by_latency": sentinel.routeByLatency,
    "redis.sentinel.route_randomly": sentinel.routeRandomly,
    "redis.sentinel.use_disconnected_replicas":
      sentinel.useDisconnectedReplicas,
    "redis.cluster.route_by_latency": cluster.routeByLatency,
    "redis.cluster.route_randomly": cluster.routeRandomly,
  };
  for (const [key, on] of Object.entries(routed)) {
    if (!on || !key.startsWith(`redis.${mode}.`)) continue;
    findings.warn(
      key,
      "Replicas are never asked, for they may not know yet what the master does: this key has no effect",
    );
  }
  if (redis.protocol === 1) {
    findings.error(
      "redis.protocol",
      unsupported("redis.protocol", "1", ["2", "3"]),
    );
  }
}

/**
 * Checks Redis as it stands in a file.
 *
 * @param redis Redis, with the environment applied.
 * @param findings Where errors are noted.
 * @returns What the store has to know; `undefined` once an error is noted.
 */
export function resolveRedis(
  redis: RedisSettings,
  findings: Findings,
): RedisStoreConfig | undefined {
  const mode = modeOf(redis, findings);
  if (mode === undefined) return undefined;
  check(redis, mode, findings);
  const { standalone, sentinel, cluster } = redis;
  const tls = tlsDial(redis.tls);
  const minRetryBackoffMs = redis.minRetryBackoff > 0
    ? redis.minRetryBackoff * 1_000
    : MIN_BACKOFF_MS;
  const maxRetryBackoffMs = redis.maxRetryBackoff > 0
    ? redis.maxRetryBackoff * 1_000
    : MAX_BACKOFF_MS;
  return {
    mode,
    addrs: addressesOf(redis)[mode],
    network: mode === "standalone" ? standalone.network : "tcp",
    db: mode === "cluster" ? 0 : redis[mode].db,
    masterName: mode === "sentinel" ? sentinel.masterName : "",
    username: redis.username,
    password: redis.password,
    sentinel: { username: sentinel.username, password: sentinel.password },
    ...(tls && { tls }),
    clientName: redis.clientName,
    disableIdentity: redis.disableIdentity,
    identitySuffix: redis.identitySuffix,
    maxRetries: redis.maxRetries,
    minRetryBackoffMs,
    maxRetryBackoffMs: Math.max(minRetryBackoffMs, maxRetryBackoffMs),
    dialTimeoutMs: redis.dialTimeout * 1_000,
    readTimeoutMs: redis.readTimeout * 1_000,
    maxRedirects: cluster.maxRedirects,
  };
}
