/**
 * The version that programs print.
 *
 * @module
 */

/**
 * The version of all packages, the same as in their configurations; a check of
 * the repository compares them.
 */
export const FRONTIER_VERSION = "0.2.0";
