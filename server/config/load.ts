/**
 * From a configuration file, the environment and flags to a configuration of the
 * gateway.
 *
 * @module
 */

import {
  type ConfigFile,
  type ConfigFlags,
  type ConfigKind,
  type Environment,
  hideCredentials,
  type LoadedConfig,
  loadSettings,
} from "@frontier/platform/config";
import { override } from "./overrides.ts";
import { resolve, unconfigured } from "./resolve.ts";
import { SETTINGS, type Settings } from "./settings.ts";
import type { FrontierConfig } from "./types.ts";

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

const GATEWAY: ConfigKind<Settings, FrontierConfig> = {
  settings: SETTINGS,
  unconfigured,
  stranger: (keys) =>
    FRONTLAS_KEYS.some((key) => keys.includes(key)) &&
      !keys.includes("servicebound") && !keys.includes("edgebound")
      ? "This is a configuration of frontlas, the directory of a cluster: the gateway's has servicebound and edgebound"
      : undefined,
  override,
  resolve,
  hide(settings) {
    for (const broker of Object.values(settings.mqm)) {
      broker.addrs = broker.addrs.map(hideCredentials);
    }
  },
};

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
  env?: Environment,
  flags?: ConfigFlags,
): LoadedConfig<FrontierConfig> {
  return loadSettings(GATEWAY, { file, env, flags });
}
