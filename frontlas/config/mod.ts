/**
 * The configuration of Frontlas: its types, its defaults, and how it is read from
 * files, the environment and flags.
 *
 * @module
 */

export { DEFAULT_FRONTLAS_LIMITS, type FrontlasLimits } from "./limits.ts";
export { loadFrontlas } from "./load.ts";
export {
  checkSeconds,
  type DirectoryOptions,
  type RedisLoginOptions,
  type RedisStoreOptions,
  resolveDirectoryOptions,
} from "./options.ts";
export { TOKEN_PLACE } from "./resolve.ts";
export type {
  ControlPlaneConfig,
  DirectoryConfig,
  ExpirationConfig,
  FrontierPlaneConfig,
  RedisLogin,
  RedisMode,
  RedisStoreConfig,
} from "./types.ts";
