/**
 * What the environment and the flags change.
 *
 * @module
 */

import type { Findings } from "./diagnostics.ts";
import { formatAddress } from "@frontier/platform";
import { parseAddress, parsePort } from "./endpoints.ts";
import { NO_END, unsupported } from "./field.ts";
import {
  DEFAULT_DRAIN_SECONDS,
  type ListenSettings,
  type Settings,
} from "./settings.ts";

/** Reads one variable of the environment. `Deno.env.get` is one. */
export type Environment = (name: string) => string | undefined;

/** Command-line flags that change the configuration. */
export interface ConfigFlags {
  /** `--loglevel`. */
  logLevel?: string;
  /** `--log-output`. */
  logOutput?: string;
  /** `--log-format`. */
  logFormat?: string;
  /** `--log-file`. */
  logFile?: string;
  /** `--daemon-rlimit-nofile`. */
  rlimitNofile?: number;
  /** `--strict`: whether an unknown key is an error. */
  strict?: boolean;
}

const LEVELS = ["debug", "info", "warn", "error"] as const;
const OUTPUTS = ["stdout", "stderr", "file", "both"] as const;
const FORMATS = ["text", "json"] as const;

/** A variable that is set to nothing counts as not set. */
function lookup(env: Environment, name: string): string | undefined {
  return env(name) || undefined;
}

function pick<T extends string>(
  what: string,
  options: readonly T[],
  given: { value: string | undefined; source: string },
  findings: Findings,
): T | undefined {
  if (given.value === undefined) return undefined;
  const found = options.find((option) => option === given.value?.toLowerCase());
  if (found === undefined) {
    findings.elsewhere(
      "error",
      given.source,
      "",
      unsupported(what, given.value, options),
    );
  }
  return found;
}

/** Log settings: a flag beats the environment, which beats the file. */
function overrideLog(
  settings: Settings,
  env: Environment,
  flags: ConfigFlags,
  findings: Findings,
): void {
  const { log } = settings;
  const given = (flag: string | undefined, flagName: string, name: string) =>
    flag
      ? { value: flag, source: flagName }
      : { value: lookup(env, name), source: name };
  const level = pick(
    "log level",
    LEVELS,
    given(flags.logLevel, "--loglevel", "LOG_LEVEL"),
    findings,
  );
  const output = pick(
    "log output",
    OUTPUTS,
    given(flags.logOutput, "--log-output", "LOG_OUTPUT"),
    findings,
  );
  const format = pick(
    "log format",
    FORMATS,
    given(flags.logFormat, "--log-format", "LOG_FORMAT"),
    findings,
  );
  const path = given(flags.logFile, "--log-file", "LOG_FILE").value;
  settings.log = {
    level: level ?? log.level,
    output: output ?? log.output,
    format: format ?? log.format,
    file: { ...log.file, path: path ?? log.file.path },
  };
}

function overridePort(
  listen: ListenSettings,
  name: string,
  env: Environment,
  findings: Findings,
): void {
  const text = lookup(env, name);
  if (text === undefined) return;
  try {
    const port = parsePort(text);
    // An address that is missing or malformed is complained about where it
    // should stand.
    if (listen.addr !== "") listen.addr = replacePort(listen.addr, port);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    findings.elsewhere("error", name, "", error.message);
  }
}

function replacePort(address: string, port: number): string {
  try {
    const { host } = parseAddress(address);
    return formatAddress({ hostname: host, port });
  } catch {
    return address;
  }
}

function overrideDrain(
  settings: Settings,
  env: Environment,
  findings: Findings,
): void {
  const text = lookup(env, "FRONTIER_DRAIN_SECONDS");
  if (text === undefined) return;
  const endless = NO_END.test(text);
  if (endless || /^\d{1,15}$/.test(text)) {
    settings.daemon.drainSeconds = endless ? Infinity : Number(text);
    return;
  }
  settings.daemon.drainSeconds = DEFAULT_DRAIN_SECONDS;
  findings.elsewhere(
    "warning",
    "FRONTIER_DRAIN_SECONDS",
    "",
    `Cannot read "${text}" as a number of seconds, ${DEFAULT_DRAIN_SECONDS} is used; write a whole number of at least 0, or .inf for no limit`,
  );
}

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
  overrideLog(settings, env, flags, findings);
  overridePort(
    settings.servicebound.listen,
    "FRONTIER_SERVICEBOUND_PORT",
    env,
    findings,
  );
  overridePort(
    settings.edgebound.listen,
    "FRONTIER_EDGEBOUND_PORT",
    env,
    findings,
  );
  overrideDrain(settings, env, findings);
  const node = lookup(env, "NODE_NAME");
  if (node !== undefined) settings.daemon.frontierId = `frontier-${node}`;
  const frontlas = lookup(env, "FRONTLAS_ADDR");
  if (frontlas !== undefined) {
    settings.frontlas.enable = true;
    settings.frontlas.dial.addrs = [frontlas];
  }
  if (flags.rlimitNofile !== undefined) {
    settings.daemon.rlimit.nofile = flags.rlimitNofile;
  }
}
