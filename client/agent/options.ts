/**
 * All that can be said of an agent, from wherever it comes.
 *
 * @module
 */

import { UsageError } from "@frontier/platform/process";
import type { LogFormat, LogLevel } from "@frontier/platform/log";
import type { Targets } from "../forwarding/target.ts";
import {
  dialOptions,
  type GatewayUrl,
  parseGateway,
} from "../program/gateways.ts";
import {
  choose,
  LOG_FORMATS,
  LOG_LEVELS,
  MAX_SECONDS,
  whole,
} from "../program/choose.ts";
import { commandsOf, targetsOf } from "./agent_fields.ts";
import { type AgentArguments, EDGE_PORT } from "./flags.ts";
import { ownId } from "./id_file.ts";
import type { AgentSettings, Commands } from "./settings.ts";

/** What a configuration says of an agent; what it leaves out has its default. */
export interface AgentOptions {
  servers: readonly GatewayUrl[];
  meta: string;
  idFile: string;
  statusFile: string;
  ca: string;
  cert: string;
  key: string;
  serverName: string;
  forward: Targets;
  maxConnections: number;
  exec: Commands;
  execTimeoutSeconds: number;
  execOutputBytes: number;
  publish: string;
  stopSeconds: number;
  logLevel: LogLevel;
  logFormat: LogFormat;
}

/** What stands for the id of the device within its meta. */
const ID = "{id}";

/**
 * The options where nobody says anything.
 *
 * @returns A new copy; empty texts and lists are what was not given.
 */
export function defaultOptions(): AgentOptions {
  return {
    servers: [],
    meta: "",
    idFile: "",
    statusFile: "",
    ca: "",
    cert: "",
    key: "",
    serverName: "",
    forward: new Map(),
    maxConnections: 256,
    exec: new Map(),
    execTimeoutSeconds: 30,
    execOutputBytes: 65_536,
    publish: "",
    stopSeconds: 5,
    logLevel: "info",
    logFormat: "text",
  };
}

/**
 * Applies the command line and the environment.
 *
 * @param options What a file says, or the defaults.
 * @param args Command line and environment, read.
 * @returns What is in force.
 * @throws {UsageError} If something cannot be read.
 */
export function applyArguments(
  options: AgentOptions,
  args: AgentArguments,
): AgentOptions {
  const text = (given: string | undefined, otherwise: string) =>
    given ?? otherwise;
  try {
    return {
      servers: args.server.length === 0
        ? options.servers
        : args.server.map((one) => parseGateway(one, EDGE_PORT)),
      meta: text(args.meta, options.meta),
      idFile: text(args.idFile, options.idFile),
      statusFile: text(args.statusFile, options.statusFile),
      ca: text(args.ca, options.ca),
      cert: text(args.cert, options.cert),
      key: text(args.key, options.key),
      serverName: text(args.serverName, options.serverName),
      forward: args.forward.length === 0
        ? options.forward
        : targetsOf(args.forward),
      maxConnections: whole(
        "--max-connections",
        args.maxConnections,
        options.maxConnections,
        1,
      ),
      exec: args.exec.length === 0 ? options.exec : commandsOf(args.exec),
      execTimeoutSeconds: whole(
        "--exec-timeout",
        args.execTimeout,
        options.execTimeoutSeconds,
        1,
        MAX_SECONDS,
      ),
      execOutputBytes: whole(
        "--exec-output",
        args.execOutput,
        options.execOutputBytes,
        0,
      ),
      publish: text(args.publish, options.publish),
      stopSeconds: whole(
        "--stop-seconds",
        args.stopSeconds,
        options.stopSeconds,
        0,
        MAX_SECONDS,
      ),
      logLevel: choose("--loglevel", args.logLevel, LOG_LEVELS) ??
        options.logLevel,
      logFormat: choose("--log-format", args.logFormat, LOG_FORMATS) ??
        options.logFormat,
    };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) {
      throw error;
    }
    throw new UsageError(error.message);
  }
}

/**
 * Checks that options fit together.
 *
 * @param options What is in force.
 * @throws {TypeError} If they do not; the message says what to do.
 */
export function checkOptions(options: AgentOptions): void {
  const { servers, ca, cert, key, serverName, idFile, meta } = options;
  if (servers.length === 0) {
    throw new TypeError(
      "Cannot connect: no gateway is named, use --server tls://host:30012",
    );
  }
  if ((cert === "") !== (key === "")) {
    throw new TypeError(
      cert === ""
        ? "Cannot use a key without its certificate: give --cert"
        : "Cannot show a certificate without its key: give --key",
    );
  }
  if (idFile !== "" && meta !== "" && !meta.includes(ID)) {
    throw new TypeError(
      `Cannot use the id of ${idFile}: services read it from the meta, write ${ID} there or leave the meta out`,
    );
  }
  if (idFile === "" && meta.includes(ID)) {
    throw new TypeError(
      `Cannot write an id for ${ID} into the meta: give --id-file`,
    );
  }
  const given = (file: string) => file === "" ? undefined : file;
  dialOptions(servers, {
    ca: given(ca),
    cert: given(cert),
    key: given(key),
    serverName: given(serverName),
  });
}

/**
 * Turns options into what the agent works with; reads the id of the device, or
 * makes one.
 *
 * @param options What is in force, checked.
 * @returns The settings.
 * @throws {Error} If the id file cannot be used.
 */
export async function settingsOf(
  options: AgentOptions,
): Promise<AgentSettings> {
  const { idFile, meta } = options;
  const id = idFile === "" ? undefined : `${await ownId(idFile)}`;
  const given = (file: string) => file === "" ? undefined : file;
  return {
    connection: {
      gateways: options.servers,
      tls: {
        ca: given(options.ca),
        cert: given(options.cert),
        key: given(options.key),
        serverName: given(options.serverName),
      },
      meta: id === undefined
        ? meta
        : meta === ""
        ? id
        : meta.replaceAll(ID, id),
    },
    targets: options.forward,
    maxConnections: options.maxConnections,
    commands: options.exec,
    execTimeoutMs: options.execTimeoutSeconds * 1_000,
    execOutputBytes: options.execOutputBytes,
  };
}
