/**
 * The gateway as a program: from its start to its last record.
 *
 * @module
 */

import { formatAddress } from "@frontier/platform";
import { FileWatch } from "@frontier/platform/internal";
import { type LogWriter, openLog } from "@frontier/platform/log";
import { openFileLimit } from "@frontier/platform/open-files";
import {
  formatDiagnostic,
  type FrontierConfig,
  type LoadedConfig,
  unservedParts,
} from "../config/mod.ts";
import { type Frontier, startFrontier } from "../frontier.ts";
import type { Arguments } from "./args.ts";
import { CrashGuard } from "./crash_guard.ts";
import { reportOpenFiles } from "./open_file_limit.ts";
import { complain } from "./output.ts";
import { openPprof } from "./pprof.ts";
import { filesOf, readAnew, readFiles } from "./read_anew.ts";
import type { ReloadSignal } from "./reload_signal.ts";
import { explainStartFailure } from "./start_failure.ts";
import { FAILED, OK, SIGNAL_STATUS } from "./status.ts";
import { StopSignals } from "./stop_signals.ts";

/**
 * Longest wait for an output that does not take the last records, in
 * milliseconds.
 */
const LAST_RECORDS_MS = 2_000;

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Runs a gateway until a signal stops it.
 *
 * @param args The command line.
 * @param loaded The configuration.
 * @param reload Tells when to read files anew; listens already.
 * @returns The exit status: 0 when stopped by a signal, 1 when it cannot start.
 */
export async function serve(
  args: Arguments,
  loaded: LoadedConfig,
  reload: ReloadSignal,
): Promise<number> {
  const { config } = loaded;
  let log: LogWriter;
  try {
    log = await openLog(config.log);
  } catch (error) {
    complain(
      `Cannot open the log file ${config.log.file.path} (log.file.path): ${
        textOf(error)
      }`,
    );
    return FAILED;
  }
  await using _ = inTime(log);
  using _guard = new CrashGuard(log);
  announce(log, args, loaded);
  using signals = new StopSignals((signal) =>
    Deno.exit(SIGNAL_STATUS[signal] ?? FAILED)
  );
  return await run(log, config, signals, reload);
}

/**
 * Closes the log, but does not wait for ever for an output that nobody reads.
 */
function inTime(log: LogWriter): AsyncDisposable {
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      let timer: ReturnType<typeof setTimeout> | undefined = undefined;
      await Promise.race([
        log[Symbol.asyncDispose](),
        new Promise((resolve) => timer = setTimeout(resolve, LAST_RECORDS_MS)),
      ]);
      clearTimeout(timer);
    },
  };
}

/** Says at start what an operator should know about the configuration. */
function announce(
  log: LogWriter,
  args: Arguments,
  { config, warnings }: LoadedConfig,
): void {
  for (const flag of args.ignored) {
    log.warn("Flag has no effect, use --loglevel to set the log level", {
      flag,
    });
  }
  for (const warning of warnings) log.warn(formatDiagnostic(warning));
  for (const { message } of unservedParts(config)) log.warn(message);
  if (args.config === undefined) {
    log.info(
      "No configuration file given: edges may connect from everywhere and get ids assigned, services only from here",
    );
  }
}

async function run(
  log: LogWriter,
  config: FrontierConfig,
  signals: StopSignals,
  reload: ReloadSignal,
): Promise<number> {
  let frontier: Frontier;
  // Its first look is before the files are read, so that no change is missed.
  await using watch = await FileWatch.begin(filesOf(config));
  try {
    const { enable = true } = config.observability;
    frontier = await startFrontier({
      ...config,
      observability: { ...config.observability, enable },
      logger: log,
    });
  } catch (error) {
    await log.flush();
    complain(explainStartFailure(error, config));
    return FAILED;
  }
  reload.obey(() => readAnew(log, config, frontier));
  watch.obey(async () => void await readFiles(log, config, frontier));
  const { serviceAddr, edgeAddr, controlAddr } = frontier;
  // Other programs wait for these two lines.
  log.info(
    `servicebound server listening on: ${formatAddress(serviceAddr)}`,
  );
  log.info(
    `edgebound server listening on: ${formatAddress(edgeAddr)}`,
  );
  if (controlAddr !== undefined) {
    log.info(
      `controlplane server listening on: ${formatAddress(controlAddr)}`,
    );
  }

  await using _pprof = await openPprof(config.daemon.pprof, log);
  reportOpenFiles(config, openFileLimit(), log);

  const signal = await Promise.race([signals.first, frontier.drainBegun]);
  try {
    await stop(log, config, frontier, signals, signal ?? undefined);
  } catch (error) {
    log.error("Stopped, but not in order", { error });
    return FAILED;
  }
  log.info("Stopped");
  return OK;
}

/**
 * Drains and closes a gateway: a signal has stopped it, or else somebody by its
 * control plane.
 */
async function stop(
  log: LogWriter,
  config: FrontierConfig,
  frontier: Frontier,
  signals: StopSignals,
  signal: Deno.Signal | undefined,
): Promise<void> {
  const because = (signal: Deno.Signal) =>
    log.info("Stopping: no new connections, finishing what is in flight", {
      signal,
      seconds: config.drainSeconds,
    });
  if (signal !== undefined) {
    because(signal);
    await frontier.drain();
  } else {
    log.info("Stopping: somebody has asked for it by the control plane");
    // A signal that comes now has its own deadline.
    signals.first.then((signal) => {
      because(signal);
      return frontier.drain();
    }).catch(() => {});
    await frontier.drain(Infinity);
  }
  await frontier.close();
}
