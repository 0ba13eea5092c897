/**
 * The profiling port of the program.
 *
 * @module
 */

import { isLoopback, parseAddress, type PprofConfig } from "../config/mod.ts";
import { describeError } from "../describe_error.ts";
import type { Logger } from "../log/mod.ts";
import { formatAddress } from "../transport.ts";

/**
 * Opens the profiling port, if there is to be one. One that cannot be opened is
 * a warning: the program works without it.
 *
 * @param config The configuration.
 * @param log Where to report.
 * @param noun What the process is, within a sentence.
 * @returns Closes it; `undefined` when it is not open.
 */
export async function openPprof(
  { enable, addr, cpuProfileRate }: PprofConfig,
  log: Logger,
  noun: string,
): Promise<AsyncDisposable | undefined> {
  if (!enable) return undefined;
  const { host, port } = parseAddress(addr);
  const hostname = host === "" ? "0.0.0.0" : host;
  // Loaded here, for hardly anybody needs it.
  const { openHttpPort, PROFILE_IDLE_MS, Profiler, profilingPages } =
    await import("../profiling/mod.ts");
  await using opened = new AsyncDisposableStack();
  try {
    const profiler = opened.use(new Profiler(cpuProfileRate));
    const pages = profilingPages(profiler);
    const idleMs = PROFILE_IDLE_MS;
    const { addr: bound } = opened.use(
      await openHttpPort({ hostname, port, pages, idleMs, log }),
    );
    log.info(`pprof server listening on: ${formatAddress(bound)}`);
    if (!isLoopback(hostname)) {
      log.warn(
        `Whoever reaches the profiling port can slow ${noun} and read names of its code: set daemon.pprof.addr to 127.0.0.1`,
        { address: formatAddress(bound) },
      );
    }
    return opened.move();
  } catch (error) {
    log.warn(
      `Cannot open the profiling port, ${noun} works without it (daemon.pprof)`,
      { address: addr, error: describeError(error) },
    );
    return undefined;
  }
}
