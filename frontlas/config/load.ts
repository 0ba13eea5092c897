/**
 * From a configuration file, the environment and flags to a configuration of
 * Frontlas.
 *
 * @module
 */

import {
  type ConfigFile,
  type ConfigFlags,
  type ConfigKind,
  type Environment,
  type LoadedConfig,
  loadSettings,
} from "@frontier/platform/config";
import { override } from "./overrides.ts";
import { resolve, unconfigured } from "./resolve.ts";
import { SETTINGS, type Settings } from "./settings.ts";
import type { DirectoryConfig } from "./types.ts";

/** Top-level keys of the gateway's file that the one of Frontlas does not have. */
const GATEWAY_KEYS = ["servicebound", "edgebound", "controlplane", "exchange"];

const FRONTLAS: ConfigKind<Settings, DirectoryConfig> = {
  settings: SETTINGS,
  unconfigured,
  stranger: (keys) =>
    GATEWAY_KEYS.some((key) => keys.includes(key)) &&
      !keys.includes("frontier_plane") && !keys.includes("control_plane")
      ? "This is a configuration of frontier, the gateway: that of frontlas has frontier_plane and control_plane"
      : undefined,
  override,
  resolve,
  // All its passwords are secrets of their own.
  hide: () => {},
};

/**
 * Reads a configuration: first the file, then the environment, then the flags;
 * the last one wins. Every file that the Go program really reads has the same
 * meaning here, in both spellings; what it would ignore, a key without a meaning,
 * is an error.
 *
 * @param file The file, or `undefined` for the built-in settings.
 * @param env The environment.
 * @param flags The command line's flags.
 * @returns The configuration and its warnings.
 * @throws {ConfigError} If the configuration cannot be used. It names
 * everything that is wrong.
 */
export function loadFrontlas(
  file: ConfigFile | undefined,
  env?: Environment,
  flags?: ConfigFlags,
): LoadedConfig<DirectoryConfig> {
  return loadSettings(FRONTLAS, {
    file,
    env,
    flags: { ...flags, strict: true },
  });
}
