/**
 * The exit statuses of the program.
 *
 * @module
 */

/** Exit status: done, or stopped by a signal. */
export const OK = 0;

/** Exit status: it cannot start, or a check found an error. */
export const FAILED = 1;

/** Exit status: the command line makes no sense. */
export const WRONG_USAGE = 2;

/** What the end by a signal's name means as an exit status. */
export const SIGNAL_STATUS: Partial<Record<Deno.Signal, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
};
