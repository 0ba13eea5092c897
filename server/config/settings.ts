/**
 * All keys of a configuration file, with their defaults.
 *
 * @module
 */

import type { LogConfig } from "@frontier/platform/log";
import { BACKENDS, type DaoConfig } from "./dao.ts";
import { limitField } from "./limit_field.ts";
import { LIMIT_NAMES } from "./limit_rules.ts";
import { CONTROL_FIELDS, type ControlplaneConfig } from "./controlplane.ts";
import type { Limits } from "./limits.ts";
import { TLS, type TlsSettings } from "./tls_section.ts";
import { parseAddress } from "./endpoints.ts";
import {
  FORWARD_DEADLINES,
  type ForwardDeadlines,
  type HashBy,
  HASHES,
  REASK_IDS,
  type ReaskIds,
} from "./choices.ts";
import {
  bool,
  checked,
  choice,
  endlessInt,
  type Field,
  int,
  list,
  mismatch,
  named,
  optionalBool,
  optionalInt,
  positiveInt,
  text,
  unsupported,
} from "./field.ts";
import { mqm, type MqmConfig } from "./mqm/mod.ts";
import { type Fields, type Section, section } from "./section.ts";

/** A listener as it stands in a file. */
export interface ListenSettings {
  network: string;
  addr: string;
  advertisedAddr: string;
  tls: TlsSettings;
}

/** An outgoing connection as it stands in a file. */
export interface DialSettings {
  network: string;
  addrs: string[];
  advertisedAddr: string;
  tls: TlsSettings;
}

/**
 * A configuration file with all its keys: what the file left out has its
 * default.
 */
export interface Settings {
  log: LogConfig;
  daemon: {
    rlimit: { enable: boolean; nofile: number | undefined };
    pprof: { enable: boolean; addr: string; cpuProfileRate: number };
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
  observability: { enable: boolean | undefined; addr: string };
  limits: Limits;
}

/** How long draining may last where nothing says otherwise, in seconds. */
export const DEFAULT_DRAIN_SECONDS = 25;

/** TCP, the only network there is. */
const NETWORK: Field<string> = checked(text("tcp"), (network) => {
  if (network === "tcp" || network === "") return;
  const udp =
    'Unsupported network "udp": it cannot carry this protocol, use tcp';
  throw new SyntaxError(
    network === "udp" ? udp : `Unsupported network "${network}", use tcp`,
  );
});

/** The address of a listener or a peer; empty is absent. */
const ADDRESS: Field<string> = checked(text(), (address) => {
  if (address !== "") parseAddress(address);
});

/** A list of addresses. The samples also have a single one as `addr`. */
const ADDRESSES: Field<string[]> = {
  ...named(list(ADDRESS), "addrs", "addr"),
  read(value, path, findings) {
    if (!path.endsWith(".addr")) {
      return list(ADDRESS).read(value, path, findings);
    }
    if (value.kind !== "scalar") mismatch(value, "an address", path, findings);
    const address = value.kind === "scalar"
      ? ADDRESS.read(value, path, findings)
      : "";
    return address === "" ? [] : [address];
  },
};

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

const LISTEN = section<ListenSettings>({
  network: NETWORK,
  addr: ADDRESS,
  advertisedAddr: text(),
  tls: TLS,
});
const DIAL = section<DialSettings>({
  network: NETWORK,
  addrs: ADDRESSES,
  advertisedAddr: text(),
  tls: TLS,
});

const LOG = section<LogConfig>({
  level: choice("log level", ["debug", "info", "warn", "error"], "info"),
  output: choice("log output", ["stdout", "stderr", "file", "both"], "stdout"),
  format: choice("log format", ["text", "json"], "text"),
  file: section<LogConfig["file"]>({
    path: text("/var/log/frontier/frontier.log"),
    maxSizeMb: named(positiveInt(100), "max_size"),
    maxBackups: positiveInt(5),
    maxAgeDays: named(positiveInt(30), "max_age"),
    compress: bool(),
  }),
});

/** Bounds, in the order of the documents. */
const LIMITS = section<Limits>(
  Object.fromEntries(
    LIMIT_NAMES.map((name) => [name, limitField(name)]),
  ) as unknown as Fields<Limits>,
);

/**
 * Every key a configuration file may have, with its type, its default and its
 * other spellings.
 */
export const SETTINGS: Section<Settings> = section<Settings>({
  log: LOG,
  daemon: section<Settings["daemon"]>({
    rlimit: section<Settings["daemon"]["rlimit"]>({
      enable: bool(),
      nofile: named(optionalInt(), "nofile", "num_file"),
    }),
    pprof: section<Settings["daemon"]["pprof"]>({
      enable: bool(),
      addr: ADDRESS,
      cpuProfileRate: int(10000),
    }),
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
  observability: section<Settings["observability"]>({
    enable: optionalBool(),
    addr: checked(
      text("0.0.0.0:9091"),
      (address) => void parseAddress(address),
    ),
  }),
  limits: LIMITS,
});
