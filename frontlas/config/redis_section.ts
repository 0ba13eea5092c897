/**
 * Redis as it stands in a file.
 *
 * @module
 */

import {
  addressList,
  bool,
  checked,
  choice,
  type Field,
  int,
  named,
  parseAddress,
  positiveInt,
  secret,
  type SecretConfig,
  type Section,
  section,
  text,
  TLS,
  type TlsSettings,
} from "@frontier/platform/config";
import type { PresenceMode } from "../store/presence_store.ts";
import { SECRET_VARIABLES } from "./secret_variables.ts";
import { REDIS_MODES, type RedisMode } from "./types.ts";

/** What numbers below 1 mean, as for Go's client: retries, redirections, seconds. */
export const MAX_RETRIES = 3;
/** See {@linkcode MAX_RETRIES}. */
export const MAX_REDIRECTS = 3;
/** See {@linkcode MAX_RETRIES}. */
export const DIAL_TIMEOUT = 5;
/** See {@linkcode MAX_RETRIES}. */
export const READ_TIMEOUT = 3;

/** How the record of an edge dies with its gateway. */
export const PRESENCE_MODES: readonly PresenceMode[] = ["ttl", "lease"];

/**
 * Redis as it stands in a file. Numbers of seconds and counts below 1 mean the
 * default, as with Go. What belongs to a pool of connections has no effect: one
 * connection to each server carries everything.
 */
export interface RedisSettings {
  mode: RedisMode | "";
  presence: PresenceMode;
  username: string;
  password: SecretConfig;
  tls: TlsSettings;
  protocol: number;
  clientName: string;
  maxRetries: number;
  minRetryBackoff: number;
  maxRetryBackoff: number;
  dialTimeout: number;
  readTimeout: number;
  writeTimeout: number;
  poolFifo: boolean;
  poolSize: number;
  poolTimeout: number;
  minIdleConns: number;
  maxIdle: number;
  maxActiveConns: number;
  connMaxIdleTime: number;
  connMaxLifeTime: number;
  disableIdentity: boolean;
  identitySuffix: string;
  standalone: { network: "tcp" | "unix"; addr: string; db: number };
  sentinel: {
    addrs: string[];
    masterName: string;
    db: number;
    username: string;
    password: SecretConfig;
    routeByLatency: boolean;
    routeRandomly: boolean;
    replicaOnly: boolean;
    useDisconnectedReplicas: boolean;
  };
  cluster: {
    addrs: string[];
    maxRedirects: number;
    routeByLatency: boolean;
    routeRandomly: boolean;
  };
}

/** An address of Redis; empty is absent. */
const REDIS_ADDRESS: Field<string> = checked(text(), (address) => {
  const problem = address === "" ? undefined : redisAddressProblem(address);
  if (problem !== undefined) throw new SyntaxError(problem);
});

/** How Redis is run; empty where the file leaves it to its addresses. */
const MODE: Field<RedisMode | ""> = {
  ...choice<RedisMode>("redis.mode", REDIS_MODES, "standalone"),
  initial: () => "",
};

const NUMBER = int(0);

/** The keys below `redis`. */
export const REDIS: Section<RedisSettings> = section<RedisSettings>({
  mode: MODE,
  presence: choice("redis.presence", PRESENCE_MODES, "ttl"),
  username: text(),
  password: secret(SECRET_VARIABLES),
  tls: TLS,
  protocol: int(0, { min: 0, max: 3 }),
  clientName: named(text(), "clientname", "client_name"),
  maxRetries: positiveInt(MAX_RETRIES),
  minRetryBackoff: NUMBER,
  maxRetryBackoff: NUMBER,
  dialTimeout: positiveInt(DIAL_TIMEOUT),
  readTimeout: positiveInt(READ_TIMEOUT),
  writeTimeout: NUMBER,
  poolFifo: bool(),
  poolSize: NUMBER,
  poolTimeout: NUMBER,
  minIdleConns: NUMBER,
  maxIdle: named(NUMBER, "max_idle", "max_idle_conns"),
  maxActiveConns: NUMBER,
  connMaxIdleTime: NUMBER,
  connMaxLifeTime: named(NUMBER, "conn_max_life_time", "conn_max_lifetime"),
  disableIdentity: named(bool(), "disable_identity", "disable_indentity"),
  identitySuffix: text(),
  standalone: section<RedisSettings["standalone"]>({
    network: choice("redis.standalone.network", ["tcp", "unix"], "tcp"),
    addr: text(),
    db: int(0, { min: 0 }),
  }),
  sentinel: section<RedisSettings["sentinel"]>({
    addrs: addressList(REDIS_ADDRESS),
    masterName: text(),
    db: int(0, { min: 0 }),
    username: text(),
    password: secret(SECRET_VARIABLES),
    routeByLatency: bool(),
    routeRandomly: bool(),
    replicaOnly: bool(),
    useDisconnectedReplicas: bool(),
  }),
  cluster: section<RedisSettings["cluster"]>({
    addrs: addressList(REDIS_ADDRESS),
    maxRedirects: positiveInt(MAX_REDIRECTS),
    routeByLatency: bool(),
    routeRandomly: bool(),
  }),
});

/**
 * Checks an address.
 *
 * @param address The address as `host:port`.
 * @returns What is wrong with it, without a password; `undefined` if nothing is.
 */
export function redisAddressProblem(address: string): string | undefined {
  if (/[@/]/.test(address)) {
    return "Cannot read this address of Redis: expected host:port; user, password and database have keys of their own";
  }
  try {
    parseAddress(address);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
