/**
 * Whether the process may open as many files as it is to.
 *
 * @module
 */

import type { RlimitConfig } from "../config/mod.ts";
import type { Logger } from "../log/mod.ts";

/** How the limit that the runtime cannot pass is raised. */
const RAISE =
  "raise the hard limit: `ulimit -Hn`, LimitNOFILE= of systemd, or the ulimits of the container";

/**
 * Says how many files and sockets the process may have open, where
 * `daemon.rlimit.enable` asks for it. Each connection is one. The runtime has
 * raised the limit as far as it may when the process started; more is not for
 * the process to take.
 *
 * @param config What `daemon.rlimit` says.
 * @param limit How many; `undefined` where that cannot be seen.
 * @param log Where to report.
 */
export function reportOpenFiles(
  { enable, nofile = 0 }: RlimitConfig,
  limit: number | undefined,
  log: Logger,
): void {
  if (!enable) return;
  if (limit === undefined) {
    log.warn(
      `Cannot see the limit of open files: run with --allow-ffi; it is the hard limit already, where it is too low ${RAISE}`,
      nofile > 0 ? { wanted: nofile } : {},
    );
  } else if (limit < nofile) {
    log.warn(
      `Fewer files may be open than daemon.rlimit.nofile says: ${RAISE}`,
      {
        limit,
        wanted: nofile,
      },
    );
  } else log.info("Limit of open files", { limit });
}
