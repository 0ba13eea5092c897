/**
 * From a configuration file, the environment and flags to a configuration.
 *
 * @module
 */

import { type Diagnostic, Findings } from "./diagnostics.ts";
import { type ConfigFlags, type Environment, override } from "./overrides.ts";
import { formatSettings } from "./print.ts";
import { resolve, unconfigured } from "./resolve.ts";
import { SETTINGS, type Settings } from "./settings.ts";
import { parseSource, type Value } from "./source.ts";
import type { FrontierConfig } from "./types.ts";

/** A configuration file that has been read. */
export interface ConfigFile {
  /** Its name, as the user gave it: it stands before every complaint. */
  path: string;
  /** Its contents. */
  text: string;
}

/** A configuration that can be used. */
export interface LoadedConfig {
  /** The configuration. */
  config: FrontierConfig;
  /** What deserves a look. */
  warnings: Diagnostic[];
  /**
   * The same as a complete configuration file: every key with its value,
   * defaults included, passwords hidden.
   *
   * @returns The file's text.
   */
  toYaml(): string;
  /**
   * Says what is wrong with a key, and where it stands.
   *
   * @param severity How bad it is.
   * @param key The key's path.
   * @param message What is wrong with its value.
   * @returns The diagnostic.
   */
  diagnose(
    severity: Diagnostic["severity"],
    key: string,
    message: string,
  ): Diagnostic;
}

/**
 * Reads a configuration: first the file, then the environment, then the flags;
 * the last one wins.
 *
 * Every file that the Go gateway takes has the same meaning here. Beyond that,
 * a key without a meaning is a warning (an error when `flags.strict` is set),
 * and a value of the wrong type, a key that stands twice, or a network other
 * than TCP an error.
 *
 * @param file The file, or `undefined` for the built-in settings.
 * @param env The environment.
 * @param flags The command line's flags.
 * @returns The configuration and its warnings.
 * @throws {ConfigError} If the configuration cannot be used. It names
 * everything that is wrong.
 */
export function loadConfig(
  file: ConfigFile | undefined,
  env: Environment = () => undefined,
  flags: ConfigFlags = {},
): LoadedConfig {
  const findings = new Findings(
    file?.path ?? "built-in settings",
    flags.strict ?? false,
    SETTINGS.paths(),
  );
  const settings = file === undefined
    ? unconfigured()
    : readFile(file.text, findings);
  override(settings, env, flags, findings);
  const config = resolve(settings, findings);
  findings.throwErrors();
  return {
    config,
    warnings: findings.list,
    toYaml: () => formatSettings(settings),
    diagnose: (severity, key, message) =>
      findings.diagnostic(severity, key, message),
  };
}

/**
 * Top-level keys of the cluster directory's file that the gateway's does not
 * have.
 */
const FRONTLAS_KEYS = [
  "frontier_plane",
  "control_plane",
  "frontier_manager",
  "redis",
];

/** Whether a file is meant for the cluster directory. */
function isForFrontlas(source: Value): boolean {
  if (source.kind !== "map") return false;
  const keys = source.entries.map(({ key }) => key);
  return FRONTLAS_KEYS.some((key) => keys.includes(key)) &&
    !keys.includes("servicebound") && !keys.includes("edgebound");
}

function readFile(text: string, findings: Findings): Settings {
  const source = parseSource(text, findings);
  if (source === undefined) findings.throwErrors();
  if (source !== undefined && isForFrontlas(source)) {
    findings.error(
      "",
      "This is a configuration of frontlas, the directory of a cluster: the gateway's has servicebound and edgebound",
      source.position,
    );
    findings.throwErrors();
  }
  return source === undefined || source.kind === "null"
    ? SETTINGS.initial()
    : SETTINGS.read(source, "", findings);
}
