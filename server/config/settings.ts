/**
 * All keys of a configuration file, with their defaults.
 *
 * @module
 */

import {
  bool,
  boundSection,
  choice,
  DAEMON_FIELDS,
  type DaemonSettings,
  DIAL,
  type DialSettings,
  endlessInt,
  type Field,
  int,
  LISTEN,
  type ListenSettings,
  logSection,
  named,
  observabilitySection,
  type ObservabilitySettings,
  positiveInt,
  type Section,
  section,
  text,
  unsupported,
} from "@frontier/platform/config";
import type { LogConfig } from "@frontier/platform/log";
import { BACKENDS, type DaoConfig } from "./dao.ts";
import { LIMIT_RULES } from "./limit_rules.ts";
import { CONTROL_FIELDS, type ControlplaneConfig } from "./controlplane.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import {
  FORWARD_DEADLINES,
  type ForwardDeadlines,
  type HashBy,
  HASHES,
  REASK_IDS,
  type ReaskIds,
} from "./choices.ts";
import { mqm, type MqmConfig } from "./mqm/mod.ts";

/**
 * A configuration file with all its keys: what the file left out has its
 * default.
 */
export interface Settings {
  log: LogConfig;
  daemon: DaemonSettings & {
    frontierId: string;
    drainSeconds: number;
    drainRate: number;
  };
  servicebound: { listen: ListenSettings };
  edgebound: {
    listen: ListenSettings;
    bypass: DialSettings;
    bypassEnable: boolean;
    allocateEdgeIds: boolean;
    requireEdgeOnline: boolean;
    reaskIds: ReaskIds;
  };
  controlplane:
    & { enable: boolean; listen: ListenSettings }
    & Pick<ControlplaneConfig, "tokens" | "maxPageSize">;
  exchange: { hashby: HashBy; forwardDeadlines: ForwardDeadlines };
  dao: DaoConfig;
  frontlas: {
    enable: boolean;
    dial: DialSettings;
    metrics: { enable: boolean; interval: number };
  };
  mqm: MqmConfig;
  observability: ObservabilitySettings;
  limits: Limits;
}

/** How long draining may last where nothing says otherwise, in seconds. */
export const DEFAULT_DRAIN_SECONDS = 25;

/**
 * One of the hash functions. The Go gateway takes any other text for the first
 * one.
 */
const HASH_BY: Field<HashBy> = {
  ...choice<HashBy>("exchange.hashby", HASHES, "edgeid"),
  read(value, path, findings) {
    const name = text().read(value, path, findings);
    const found = HASHES.find((hash) => hash === name);
    if (found === undefined && name !== "") {
      findings.warn(
        path,
        `${unsupported("hash", name, HASHES)}; edgeid is used`,
        value.position,
      );
    }
    return found ?? "edgeid";
  },
};

/**
 * Every key a configuration file may have, with its type, its default and its
 * other spellings.
 */
export const SETTINGS: Section<Settings> = section<Settings>({
  log: logSection("/var/log/frontier/frontier.log"),
  daemon: section<Settings["daemon"]>({
    ...DAEMON_FIELDS,
    frontierId: text(),
    drainSeconds: endlessInt(DEFAULT_DRAIN_SECONDS),
    drainRate: positiveInt(1_000),
  }),
  servicebound: section<Settings["servicebound"]>({ listen: LISTEN }),
  edgebound: section<Settings["edgebound"]>({
    listen: LISTEN,
    bypass: DIAL,
    bypassEnable: bool(),
    allocateEdgeIds: named(bool(), "edgeid_alloc_when_no_idservice_on"),
    requireEdgeOnline: bool(),
    reaskIds: choice("reask_ids", REASK_IDS, "ours"),
  }),
  controlplane: section<Settings["controlplane"]>({
    enable: bool(),
    listen: LISTEN,
    ...CONTROL_FIELDS,
  }),
  exchange: section<Settings["exchange"]>({
    hashby: HASH_BY,
    forwardDeadlines: choice(
      "forward_deadlines",
      FORWARD_DEADLINES,
      "services",
    ),
  }),
  dao: section<DaoConfig>({
    backend: choice("dao backend", BACKENDS, "buntdb"),
    debug: bool(),
  }),
  frontlas: section<Settings["frontlas"]>({
    enable: bool(),
    dial: DIAL,
    metrics: section<Settings["frontlas"]["metrics"]>({
      enable: bool(),
      interval: int(0),
    }),
  }),
  mqm,
  observability: observabilitySection("0.0.0.0:9091"),
  limits: boundSection<Limits>(LIMIT_RULES, DEFAULT_LIMITS),
});
