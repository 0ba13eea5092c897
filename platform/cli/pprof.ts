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
 * Looks at whether others than this machine reach the profiling port.
 *
 * @param config The configuration.
 * @param noun What the process is, within a sentence.
 * @returns What an operator should know then; `undefined` when that is not so.
 */
export function profilingExposure(
  { enable, addr }: PprofConfig,
  noun: string,
): string | undefined {
  return !enable || isLoopback(hostOf(addr))
    ? undefined
    : `Whoever reaches the profiling port can slow ${noun} and read names of its code: set daemon.pprof.addr to 127.0.0.1`;
}

/** The host to listen on: all of them where none is named. */
function hostOf(addr: string): string {
  return parseAddress(addr).host || "0.0.0.0";
}

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
  config: PprofConfig,
  log: Logger,
  noun: string,
): Promise<AsyncDisposable | undefined> {
  const { enable, addr, cpuProfileRate } = config;
  if (!enable) return undefined;
  const hostname = hostOf(addr);
  const { port } = parseAddress(addr);
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
    const exposed = profilingExposure(config, noun);
    if (exposed !== undefined) {
      log.warn(exposed, { address: formatAddress(bound) });
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
