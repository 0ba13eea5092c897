/**
 * Which variables of the environment may hold a secret.
 *
 * @module
 */

/** How their names begin: the program may see no others. */
export const SECRET_VARIABLES = "FRONTLAS_";
