/**
 * What the environment and the flags of every program change.
 *
 * @module
 */

import type { LogConfig } from "../log/log_config.ts";
import { formatAddress } from "../transport.ts";
import type { Findings } from "./diagnostics.ts";
import type { ListenSettings } from "./endpoint_sections.ts";
import { parseAddress, parsePort } from "./endpoints.ts";
import { LOG_FORMATS, LOG_LEVELS, LOG_OUTPUTS } from "./log_section.ts";
import { unsupported } from "./text.ts";

/** Reads one variable of the environment. `Deno.env.get` is one. */
export type Environment = (name: string) => string | undefined;

/** Command-line flags of every program that change its configuration. */
export interface ConfigFlags {
  /** `--loglevel`. */
  logLevel?: string | undefined;
  /** `--log-output`. */
  logOutput?: string | undefined;
  /** `--log-format`. */
  logFormat?: string | undefined;
  /** `--log-file`. */
  logFile?: string | undefined;
  /** `--daemon-rlimit-nofile`. */
  rlimitNofile?: number | undefined;
  /** `--strict`: whether an unknown key is an error. */
  strict?: boolean | undefined;
}

/**
 * Looks a variable up that counts as not set when it is set to nothing.
 *
 * @param env The environment.
 * @param name The variable.
 * @returns Its value; `undefined` when it says nothing.
 */
export function lookup(env: Environment, name: string): string | undefined {
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

/**
 * Applies the flags and `LOG_LEVEL`, `LOG_OUTPUT`, `LOG_FORMAT` and `LOG_FILE`:
 * a flag beats the environment, which beats the file.
 *
 * @param log What the file says.
 * @param env The environment.
 * @param flags Those of the command line.
 * @param findings Where errors are noted.
 * @returns What is in force.
 */
export function overrideLog(
  log: LogConfig,
  env: Environment,
  flags: ConfigFlags,
  findings: Findings,
): LogConfig {
  const given = (flag: string | undefined, flagName: string, name: string) =>
    flag
      ? { value: flag, source: flagName }
      : { value: lookup(env, name), source: name };
  const level = pick(
    "log level",
    LOG_LEVELS,
    given(flags.logLevel, "--loglevel", "LOG_LEVEL"),
    findings,
  );
  const output = pick(
    "log output",
    LOG_OUTPUTS,
    given(flags.logOutput, "--log-output", "LOG_OUTPUT"),
    findings,
  );
  const format = pick(
    "log format",
    LOG_FORMATS,
    given(flags.logFormat, "--log-format", "LOG_FORMAT"),
    findings,
  );
  const path = given(flags.logFile, "--log-file", "LOG_FILE").value;
  return {
    level: level ?? log.level,
    output: output ?? log.output,
    format: format ?? log.format,
    file: { ...log.file, path: path ?? log.file.path },
  };
}

/**
 * Applies a variable that replaces the port of a listener.
 *
 * @param listen The listener; changed in place.
 * @param name The variable.
 * @param env The environment.
 * @param findings Where errors are noted.
 */
export function overridePort(
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
