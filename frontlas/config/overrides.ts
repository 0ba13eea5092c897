/**
 * What the environment and the flags change.
 *
 * @module
 */

import {
  type ConfigFlags,
  type Environment,
  type Findings,
  lookup,
  overrideLog,
  overridePort,
  unsupported,
} from "@frontier/platform/config";
import {
  REDIS,
  redisAddressProblem,
  type RedisSettings,
} from "./redis_section.ts";
import type { Settings } from "./settings.ts";
import { REDIS_MODES, type RedisMode } from "./types.ts";

/** Variables that count only together with `REDIS_TYPE`. */
const REDIS_VARIABLES = [
  "REDIS_ADDRS",
  "REDIS_USER",
  "REDIS_PASSWORD",
  "REDIS_DB",
  "MASTER_NAME",
];

/**
 * Applies the environment and the flags to what was read from a file.
 *
 * @param settings What was read; changed in place.
 * @param env The environment.
 * @param flags Those of the command line; they win over the environment.
 * @param findings Where errors are noted.
 */
export function override(
  settings: Settings,
  env: Environment,
  flags: ConfigFlags,
  findings: Findings,
): void {
  settings.log = overrideLog(settings.log, env, flags, findings);
  const { controlPlane, frontierPlane } = settings;
  overridePort(
    controlPlane.listen,
    "FRONTLAS_CONTROLPLANE_PORT",
    env,
    findings,
  );
  overridePort(
    frontierPlane.listen,
    "FRONTLAS_FRONTIERPLANE_PORT",
    env,
    findings,
  );
  overrideRedis(settings, env, findings);
  if (flags.rlimitNofile !== undefined) {
    settings.daemon.rlimit.nofile = flags.rlimitNofile;
  }
}

/** Nobody must believe that a directory is in Redis which is not. */
function withoutType(env: Environment, findings: Findings): void {
  const given = REDIS_VARIABLES.filter((name) =>
    name !== "MASTER_NAME" && lookup(env, name) !== undefined
  );
  const [name] = given;
  if (name === undefined) return;
  if (given.includes("REDIS_ADDRS") && !findings.stands("redis")) {
    findings.elsewhere(
      "error",
      "REDIS_ADDRS",
      "redis.mode",
      `Cannot use Redis without knowing how it is run: set REDIS_TYPE to one of ${
        REDIS_MODES.join(", ")
      }`,
    );
    return;
  }
  findings.elsewhere(
    "warning",
    name,
    "redis.mode",
    `Without REDIS_TYPE, ${given.join(", ")} ${
      given.length > 1 ? "have" : "has"
    } no effect`,
  );
}

function overrideRedis(
  settings: Settings,
  env: Environment,
  findings: Findings,
): void {
  const type = lookup(env, "REDIS_TYPE");
  if (type === undefined) return withoutType(env, findings);
  const mode = REDIS_MODES.find((one) => one === type);
  if (mode === undefined) {
    findings.elsewhere(
      "error",
      "REDIS_TYPE",
      "redis.mode",
      unsupported("redis.mode", type, REDIS_MODES),
    );
    return;
  }
  const redis = settings.redis ??= REDIS.initial();
  redis.mode = mode;
  // These two also say that there is none.
  redis.username = env("REDIS_USER") ?? redis.username;
  const password = env("REDIS_PASSWORD");
  if (password !== undefined) {
    redis.password = { value: password, file: "", env: "" };
  }
  const addrs = (lookup(env, "REDIS_ADDRS") ?? "").split(",")
    .map((one) => one.trim()).filter((one) => one !== "");
  for (const addr of addrs) {
    const problem = redisAddressProblem(addr);
    if (problem === undefined) continue;
    findings.elsewhere("error", "REDIS_ADDRS", "", problem);
  }
  if (mode === "standalone") {
    const [addr] = addrs;
    if (addr !== undefined) redis.standalone.addr = addr;
    if (addr !== undefined) redis.standalone.network = "tcp";
    if (addrs.length > 1) {
      findings.elsewhere(
        "warning",
        "REDIS_ADDRS",
        "redis.standalone.addr",
        `A standalone Redis has one address, ${addr} is used`,
      );
    }
  } else if (addrs.length > 0) redis[mode].addrs = addrs;
  overrideDatabase(redis, mode, env, findings);
  const master = lookup(env, "MASTER_NAME");
  if (master !== undefined) redis.sentinel.masterName = master;
}

/**
 * The number of the database counts for a standalone server only: another
 * Frontlas in the same environment, one in Go, ignores it elsewhere, and both
 * have to find the same records.
 */
function overrideDatabase(
  redis: RedisSettings,
  mode: RedisMode,
  env: Environment,
  findings: Findings,
): void {
  const text = lookup(env, "REDIS_DB");
  if (text === undefined) return;
  if (!/^\d{1,9}$/.test(text)) {
    findings.elsewhere(
      "error",
      "REDIS_DB",
      "redis.standalone.db",
      `Cannot read "${text}" as the number of a database: expected a whole number of at least 0`,
    );
  } else if (mode === "standalone") redis.standalone.db = Number(text);
  else if (Number(text) !== 0) {
    findings.elsewhere(
      "warning",
      "REDIS_DB",
      "",
      `REDIS_DB has no effect with REDIS_TYPE=${mode}${
        mode === "sentinel" ? ": set redis.sentinel.db in the file" : ""
      }`,
    );
  }
}
