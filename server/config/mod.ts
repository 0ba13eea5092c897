/**
 * The gateway's configuration: its types, its defaults, and how it is read from files, the environment and flags.
 *
 * @module
 */
export type * from "./later.ts";
export { DEFAULT_LIMITS, type Limits } from "./limits.ts";
export type * from "./types.ts";
