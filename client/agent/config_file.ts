/**
 * The configuration file of an agent. Loaded only where there is one: reading
 * YAML takes memory.
 *
 * @module
 */

import {
  checked,
  choice,
  ConfigError,
  type ConfigKind,
  type Field,
  formatDiagnostic,
  int,
  list,
  loadSettings,
  mismatch,
  section,
  text,
  type Value,
} from "@frontier/platform/config";
import { MAX_SECONDS } from "../program/choose.ts";
import { parseGateway } from "../program/gateways.ts";
import { checkName, command, targetAddress } from "./agent_fields.ts";
import { EDGE_PORT } from "./flags.ts";
import { type AgentOptions, defaultOptions } from "./options.ts";

/** The file: what has its place below a key of its own stands there. */
type AgentFile =
  & Omit<
    AgentOptions,
    "servers" | "forward" | "exec" | "logLevel" | "logFormat"
  >
  & {
    servers: string[];
    forward: Map<string, string>;
    exec: Map<string, string[]>;
    log: Pick<AgentOptions, never> & {
      level: AgentOptions["logLevel"];
      format: AgentOptions["logFormat"];
    };
  };

/** A map whose keys are names that the file chooses. */
function named<T>(value: Field<T>): Field<Map<string, T>> {
  return {
    initial: () => new Map(),
    write: (map) =>
      Object.fromEntries(
        [...map].map(([name, one]) => [name, value.write(one)]),
      ),
    read(found, path, findings) {
      const result = new Map<string, T>();
      if (found.kind !== "map") {
        mismatch(found, "a map", path, findings);
        return result;
      }
      for (const entry of found.entries) {
        const full = `${path}.${entry.key}`;
        findings.at(full, entry.position);
        try {
          checkName(entry.key);
        } catch (error) {
          findings.error(full, (error as Error).message, entry.position);
        }
        result.set(entry.key, value.read(entry.value, full, findings));
      }
      return result;
    },
  };
}

/** A program, or a list of it and its arguments. */
const COMMAND: Field<string[]> = {
  initial: () => [],
  write: (argv) => argv.length === 1 ? argv[0] : argv,
  read(value: Value, path, findings) {
    const argv = value.kind === "scalar"
      ? [value.text]
      : list(text()).read(value, path, findings);
    if (value.kind !== "scalar" && value.kind !== "list") return argv;
    try {
      command(argv);
    } catch (error) {
      findings.error(path, (error as Error).message, value.position);
    }
    return argv;
  },
};

function file(): ConfigKind<AgentFile, AgentOptions> {
  const initial = defaultOptions();
  const plain = (value: string) => text(value);
  return {
    settings: section<AgentFile>({
      servers: list(
        checked(plain(""), (one) => void parseGateway(one, EDGE_PORT)),
      ),
      meta: plain(initial.meta),
      idFile: plain(initial.idFile),
      statusFile: plain(initial.statusFile),
      ca: plain(initial.ca),
      cert: plain(initial.cert),
      key: plain(initial.key),
      serverName: plain(initial.serverName),
      forward: named(checked(plain(""), (one) => void targetAddress(one))),
      maxConnections: int(initial.maxConnections, { min: 1 }),
      exec: named(COMMAND),
      execTimeoutSeconds: int(initial.execTimeoutSeconds, {
        min: 1,
        max: MAX_SECONDS,
      }),
      execOutputBytes: int(initial.execOutputBytes, { min: 0 }),
      publish: plain(initial.publish),
      stopSeconds: int(initial.stopSeconds, { min: 0, max: MAX_SECONDS }),
      log: section<AgentFile["log"]>({
        level: choice(
          "log level",
          ["debug", "info", "warn", "error"],
          initial.logLevel,
        ),
        format: choice("log format", ["text", "json"], initial.logFormat),
      }),
    }),
    unconfigured: () => {
      throw new Error("Cannot do without a file: this module reads one");
    },
    stranger: (keys) =>
      keys.includes("edgebound") || keys.includes("servicebound")
        ? "This is a configuration of a gateway: an agent's has servers and forward"
        : undefined,
    override: () => {},
    hide: () => {},
    resolve: ({ log, servers, forward, exec, ...rest }, findings) => {
      const options = {
        ...rest,
        servers: [],
        forward: new Map(),
        exec: new Map(),
        logLevel: log.level,
        logFormat: log.format,
      };
      // Where a text is wrong, that was noted with its place.
      findings.throwErrors();
      return {
        ...options,
        servers: servers.map((one) => parseGateway(one, EDGE_PORT)),
        forward: new Map(
          [...forward].map(([name, one]) => [name, targetAddress(one)]),
        ),
        exec: new Map([...exec].map(([name, argv]) => [name, command(argv)])),
      };
    },
  };
}

/**
 * Reads a configuration file.
 *
 * @param path Where it is.
 * @returns What it says, with the defaults for what it leaves out.
 * @throws {Error} If it cannot be read or used. The message has a line for each
 * mistake, with its place.
 */
export async function readConfigFile(path: string): Promise<AgentOptions> {
  let source: string;
  try {
    source = await Deno.readTextFile(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : (error as Error).message;
    throw new Error(`Cannot read the configuration ${path}: ${reason}`, {
      cause: error,
    });
  }
  try {
    // A key without a meaning is an error: nobody looks at the warnings of a device.
    return loadSettings(file(), {
      file: { path, text: source },
      flags: { strict: true },
    }).config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new Error(error.diagnostics.map(formatDiagnostic).join("\n"), {
      cause: error,
    });
  }
}
