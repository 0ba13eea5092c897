/**
 * All keys of a configuration file of Frontlas, with their defaults.
 *
 * @module
 */

import {
  boundSection,
  type ControlTokenConfig,
  DAEMON_FIELDS,
  type DaemonSettings,
  int,
  LISTEN,
  type ListenSettings,
  logSection,
  named,
  observabilitySection,
  type ObservabilitySettings,
  optional,
  type Section,
  section,
  tokenList,
} from "@frontier/platform/config";
import type { LogConfig } from "@frontier/platform/log";
import {
  DEFAULT_FRONTLAS_LIMITS,
  type FrontlasLimits,
  LIMIT_RULES,
} from "./limits.ts";
import { REDIS, type RedisSettings } from "./redis_section.ts";
import { SECRET_VARIABLES } from "./secret_variables.ts";

/**
 * A configuration file with all its keys: what the file left out has its
 * default.
 */
export interface Settings {
  log: LogConfig;
  daemon: DaemonSettings & { drainSeconds: number };
  controlPlane: {
    listen: ListenSettings;
    tokens: ControlTokenConfig[];
    maxPageSize: number;
  };
  frontierPlane: {
    listen: ListenSettings;
    expiration: { serviceMeta: number; edgeMeta: number };
    grace: number;
  };
  /** Absent where nobody speaks of it. */
  redis: RedisSettings | undefined;
  observability: ObservabilitySettings;
  limits: FrontlasLimits;
}

/** Seconds of a record where nothing says otherwise, or 0 does. */
export const DEFAULT_EXPIRATION = 30;

/**
 * Every key a configuration file of Frontlas may have, with its type, its
 * default and its other spellings.
 */
export const SETTINGS: Section<Settings> = section<Settings>({
  log: logSection("/var/log/frontier/frontlas.log"),
  daemon: section<Settings["daemon"]>({
    ...DAEMON_FIELDS,
    drainSeconds: int(10, { min: 0, max: 3_600 }),
  }),
  controlPlane: section<Settings["controlPlane"]>({
    listen: LISTEN,
    tokens: tokenList(SECRET_VARIABLES),
    maxPageSize: int(10_000, { min: 1, max: 1_000_000 }),
  }),
  // What the complete sample of the original calls it, too.
  frontierPlane: named(
    section<Settings["frontierPlane"]>({
      listen: LISTEN,
      expiration: section<Settings["frontierPlane"]["expiration"]>({
        serviceMeta: int(DEFAULT_EXPIRATION, { max: 31_536_000 }),
        edgeMeta: int(DEFAULT_EXPIRATION, { max: 31_536_000 }),
      }),
      grace: int(5, { min: 0, max: 30 }),
    }),
    "frontier_plane",
    "frontier_manager",
  ) as Section<Settings["frontierPlane"]>,
  redis: optional(REDIS),
  observability: observabilitySection("0.0.0.0:9092"),
  limits: boundSection<FrontlasLimits>(LIMIT_RULES, DEFAULT_FRONTLAS_LIMITS),
});
