/**
 * The options of a program that runs a Frontlas, completed and checked.
 *
 * @module
 */

import {
  checkAddress,
  checkChoice,
  checkKeys,
  checkLimits,
  checkListen,
  type DaemonConfig,
  type KeysOf,
  keysOf,
  LISTEN_KEYS,
  type ListenConfig,
  merge,
  type ObservabilityConfig,
  resolveTokens,
  type SecretConfig,
  showOption,
  type TlsDialConfig,
  type TokenOptions,
} from "@frontier/platform/config";
import type { LogConfig, LogFileConfig, Logger } from "@frontier/platform/log";
import type { PresenceMode } from "../store/presence_store.ts";
import { type FrontlasLimits, LIMIT_RULES } from "./limits.ts";
import { loadFrontlas } from "./load.ts";
import { PRESENCE_MODES } from "./redis_section.ts";
import { REDIS_DEFAULTS } from "./resolve_redis.ts";
import {
  type DirectoryConfig,
  type ExpirationConfig,
  REDIS_MODES,
  type RedisLogin,
  type RedisStoreConfig,
} from "./types.ts";

/** {@linkcode RedisLogin} for a program: a password that is a text is the secret itself. */
export interface RedisLoginOptions {
  /**
   * The user.
   *
   * @default {""}
   */
  readonly username?: string;
  /**
   * The user's password, or where it is.
   *
   * @default {""}
   */
  readonly password?: string | Readonly<Partial<SecretConfig>>;
}

/**
 * {@linkcode RedisStoreConfig} for a program: whatever is left out has its
 * default.
 */
export interface RedisStoreOptions
  extends
    RedisLoginOptions,
    Partial<Omit<RedisStoreConfig, keyof RedisLogin | "addrs" | "sentinel">> {
  /** Addresses as `host:port`: of the server, of sentinels, or of some nodes of a cluster. */
  readonly addrs: readonly string[];
  /** Who we are to the sentinels themselves. */
  readonly sentinel?: RedisLoginOptions;
}

/**
 * {@linkcode DirectoryConfig} for a caller: whatever is left out has its default.
 * A complete configuration is one, too.
 */
export interface DirectoryOptions {
  /**
   * The port for gateways.
   *
   * @default {{ listen: { hostname: "127.0.0.1", port: 40012 }, graceSeconds: 5 }}
   */
  readonly frontierPlane?: {
    /** Where it listens. */
    readonly listen?: Partial<ListenConfig>;
    /** When records end that nobody renews. */
    readonly expiration?: Partial<ExpirationConfig>;
    /** Seconds that a gateway stays after its connection has broken. */
    readonly graceSeconds?: number;
  };
  /**
   * The port for those who look the directory up.
   *
   * @default {{ listen: { hostname: "127.0.0.1", port: 40011 }, maxPageSize: 10_000 }}
   */
  readonly controlPlane?: {
    /** Where it listens. */
    readonly listen?: Partial<ListenConfig>;
    /** Who may look; without any token everybody who can connect may. */
    readonly tokens?: TokenOptions;
    /** Entries of a page at most. */
    readonly maxPageSize?: number;
  };
  /**
   * Redis.
   *
   * @default {undefined: the records are kept in memory}
   */
  readonly redis?: RedisStoreOptions;
  /**
   * How the record of an edge dies with its gateway.
   *
   * @default {"ttl" in Redis, "lease" in memory}
   */
  readonly presence?: PresenceMode;
  /**
   * The bounds that protect it.
   *
   * @default {DEFAULT_FRONTLAS_LIMITS}
   */
  readonly limits?: Partial<FrontlasLimits>;
  /**
   * What is logged, how, and where to. Used by the command line only: in a
   * program, hand over a {@linkcode logger}.
   */
  readonly log?: Partial<Omit<LogConfig, "file">> & {
    file?: Partial<LogFileConfig>;
  };
  /**
   * Seconds that gateways have to leave when it stops.
   *
   * @default {10}
   */
  readonly drainSeconds?: number;
  /**
   * The health and metrics port. It is not opened unless `enable` is true.
   *
   * @default {{ addr: "0.0.0.0:9092" }}
   */
  readonly observability?: Partial<ObservabilityConfig>;
  /** Settings of the process. Used by the command line only. */
  readonly daemon?: DaemonConfig;
  /**
   * Where it writes what it has to say.
   *
   * @default {NULL_LOGGER}
   */
  readonly logger?: Logger;
}

const LOGIN_KEYS = { username: null, password: null } satisfies KeysOf<
  RedisLogin
>;

const REDIS_KEYS = {
  ...LOGIN_KEYS,
  mode: null,
  addrs: null,
  network: null,
  db: null,
  masterName: null,
  sentinel: LOGIN_KEYS,
  tls: {
    mtls: null,
    caCerts: null,
    certs: null,
    insecureSkipVerify: null,
  } satisfies KeysOf<TlsDialConfig>,
  clientName: null,
  disableIdentity: null,
  identitySuffix: null,
  maxRetries: null,
  minRetryBackoffMs: null,
  maxRetryBackoffMs: null,
  dialTimeoutMs: null,
  readTimeoutMs: null,
  maxRedirects: null,
} satisfies KeysOf<RedisStoreConfig>;

/** With its default in its place, a misspelt option would mean something else. */
function checkKnown(options: DirectoryOptions, base: DirectoryConfig): void {
  checkKeys(
    options,
    {
      frontierPlane: {
        ...keysOf(base.frontierPlane),
        listen: LISTEN_KEYS,
      },
      controlPlane: {
        ...keysOf(base.controlPlane),
        listen: LISTEN_KEYS,
        tokens: null,
      },
      redis: REDIS_KEYS,
      presence: null,
      // Checked where limits are, by their own rules.
      limits: null,
      log: keysOf(base.log),
      drainSeconds: null,
      observability: { enable: null, addr: null },
      // Complete, or the compiler's to refuse.
      daemon: null,
      logger: null,
    } satisfies KeysOf<DirectoryOptions>,
  );
}

function secretOf(
  password: RedisLoginOptions["password"] = "",
): SecretConfig {
  const given = typeof password === "string" ? { value: password } : password;
  return { value: "", file: "", env: "", ...given };
}

function resolveRedis(options: RedisStoreOptions): RedisStoreConfig {
  const { username = "", password, sentinel, ...rest } = options;
  const redis: RedisStoreConfig = {
    ...merge<Omit<RedisStoreConfig, "addrs">>(REDIS_DEFAULTS, rest),
    addrs: options.addrs,
    username,
    password: secretOf(password),
    sentinel: {
      username: sentinel?.username ?? "",
      password: secretOf(sentinel?.password),
    },
  };
  checkChoice("redis.mode", redis.mode, REDIS_MODES);
  checkChoice("redis.network", redis.network, ["tcp", "unix"]);
  if (!Array.isArray(redis.addrs) || redis.addrs.length === 0) {
    throw new RangeError(
      "Cannot use Redis without an address: set redis.addrs, or leave redis out to keep everything in memory",
    );
  }
  if (redis.network === "tcp") {
    for (const addr of redis.addrs) checkAddress("redis.addrs", addr);
  }
  if (redis.mode === "sentinel" && redis.masterName === "") {
    throw new RangeError(
      "Cannot ask sentinels without a name of the master: set redis.masterName",
    );
  }
  return redis;
}

/** Refuses what is no number of the kind. */
function checkNumber(
  what: string,
  value: unknown,
  { least, whole }: { least: number; whole: boolean },
): void {
  if (
    typeof value === "number" && value >= least &&
    (!whole || Number.isSafeInteger(value))
  ) return;
  throw new RangeError(
    `Cannot use ${showOption(value)} as ${what}: expected a ${
      whole ? "whole number" : "number"
    } of at least ${least}`,
  );
}

/**
 * Completes a program's options with the defaults: those of a Frontlas without a
 * configuration file.
 *
 * @param options What differs from the defaults.
 * @returns The complete configuration, every limit in it finite.
 * @throws {RangeError} If an option is not known, or cannot have its value; the
 * message names it.
 */
export function resolveDirectoryOptions(
  options: DirectoryOptions = {},
): DirectoryConfig {
  const base = loadFrontlas(undefined).config;
  checkKnown(options, base);
  const { frontierPlane = {}, controlPlane = {} } = options;
  const { file, ...log } = options.log ?? {};
  const redis = options.redis && resolveRedis(options.redis);
  const config: DirectoryConfig = {
    frontierPlane: {
      listen: merge(base.frontierPlane.listen, frontierPlane.listen),
      expiration: merge(
        base.frontierPlane.expiration,
        frontierPlane.expiration,
      ),
      graceSeconds: frontierPlane.graceSeconds ??
        base.frontierPlane.graceSeconds,
    },
    controlPlane: {
      listen: merge(base.controlPlane.listen, controlPlane.listen),
      tokens: resolveTokens(controlPlane.tokens ?? []),
      maxPageSize: controlPlane.maxPageSize ?? base.controlPlane.maxPageSize,
    },
    ...(redis && { redis }),
    presence: options.presence ?? (redis === undefined ? "lease" : "ttl"),
    limits: checkLimits(merge(base.limits, options.limits), LIMIT_RULES),
    log: { ...merge(base.log, log), file: merge(base.log.file, file) },
    drainSeconds: options.drainSeconds ?? base.drainSeconds,
    observability: merge(base.observability, options.observability),
    daemon: options.daemon ?? base.daemon,
  };
  checkListen("frontierPlane.listen", config.frontierPlane.listen);
  checkListen("controlPlane.listen", config.controlPlane.listen);
  checkChoice("presence", config.presence, PRESENCE_MODES);
  checkAddress("observability.addr", config.observability.addr);
  const { expiration, graceSeconds } = config.frontierPlane;
  const positive = { least: 1, whole: true };
  const { maxPageSize } = config.controlPlane;
  checkNumber("controlPlane.maxPageSize", maxPageSize, positive);
  for (const [name, seconds] of Object.entries(expiration)) {
    checkNumber(`frontierPlane.expiration.${name}`, seconds, positive);
  }
  checkSeconds("frontierPlane.graceSeconds", graceSeconds);
  checkSeconds("drainSeconds", config.drainSeconds);
  return config;
}

/**
 * Refuses what is no span of time.
 *
 * @param what The option, for the message.
 * @param seconds How long.
 * @throws {RangeError} If it is no number of at least 0.
 */
export function checkSeconds(what: string, seconds: number): void {
  checkNumber(what, seconds, { least: 0, whole: false });
}
