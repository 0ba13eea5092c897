/**
 * The version that the programs print.
 *
 * @module
 */

/**
 * The version of this package, the same as in its configuration; a check of the
 * repository compares the two.
 */
export const VERSION = "0.2.0";
