/**
 * A program from its start to its last record.
 *
 * @module
 */

import { formatDiagnostic, type LoadedConfig } from "../config/mod.ts";
import { FileWatch } from "../file_watch.ts";
import { type LogWriter, openLog } from "../log/mod.ts";
import { openFileLimit } from "../open_files.ts";
import { formatAddress } from "../transport.ts";
import { CrashGuard } from "./crash_guard.ts";
import { reportOpenFiles } from "./open_file_limit.ts";
import { complain } from "./output.ts";
import { openPprof } from "./pprof.ts";
import type { Program, ProgramConfig, RunningProgram } from "./program.ts";
import { Rereader } from "./rereader.ts";
import type { ReloadSignal } from "./reload_signal.ts";
import { explainStartFailure } from "./start_failure.ts";
import { FAILED, OK, SIGNAL_STATUS } from "./status.ts";
import { StopSignals } from "./stop_signals.ts";

/**
 * Longest wait for an output that does not take the last records, in
 * milliseconds.
 */
const LAST_RECORDS_MS = 2_000;

/** The same where somebody is in a hurry. */
const HURRIED_RECORDS_MS = 1_000;

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a program is started with. */
export interface ServeOptions<C> {
  /** Path of the configuration file, if there is one. */
  readonly config?: string | undefined;
  /** Flags that were given and have no effect. */
  readonly ignored: readonly string[];
  /** The configuration. */
  readonly loaded: LoadedConfig<C>;
  /** Tells when to read files anew; listens already. */
  readonly reload: ReloadSignal;
}

/**
 * Runs a program until a signal stops it.
 *
 * @param program The program.
 * @param options What it is started with.
 * @returns The exit status: 0 when stopped by a signal, 1 when it cannot start.
 */
export async function serve<C extends ProgramConfig>(
  program: Program<C>,
  options: ServeOptions<C>,
): Promise<number> {
  const { config } = options.loaded;
  let log: LogWriter;
  try {
    log = await openLog(config.log);
  } catch (error) {
    complain(
      program.name,
      `Cannot open the log file ${config.log.file.path} (log.file.path): ${
        textOf(error)
      }`,
    );
    return FAILED;
  }
  await using _ = inTime(log);
  using _guard = new CrashGuard(log, program.noun);
  announce(log, program, options);
  using signals = new StopSignals((signal) => {
    log.warn("Stopped at once by another signal", { signal });
    const exit = () => Deno.exit(SIGNAL_STATUS[signal] ?? FAILED);
    setTimeout(exit, HURRIED_RECORDS_MS);
    log.flush().then(exit, exit);
  });
  return await run(log, program, config, signals, options.reload);
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
function announce<C extends ProgramConfig>(
  log: LogWriter,
  program: Program<C>,
  { config: path, ignored, loaded }: ServeOptions<C>,
): void {
  for (const flag of ignored) {
    log.warn("Flag has no effect, use --loglevel to set the log level", {
      flag,
    });
  }
  const { config, warnings } = loaded;
  for (const warning of warnings) log.warn(formatDiagnostic(warning));
  for (const { message } of program.notes(config)) log.warn(message);
  if (path === undefined) log.info(program.unconfigured);
}

async function run<C extends ProgramConfig>(
  log: LogWriter,
  program: Program<C>,
  config: C,
  signals: StopSignals,
  reload: ReloadSignal,
): Promise<number> {
  const rereader = new Rereader(program, config, log);
  let running: RunningProgram | undefined;
  // Its first look is before the files are read, so that no change is missed.
  await using watch = await FileWatch.begin(rereader.files());
  try {
    const starting = program.start(config, log);
    // What it needs may not be there for long: a signal ends that, too.
    running = await Promise.race([
      starting,
      signals.first.then(() => undefined),
    ]);
    if (running === undefined) {
      log.info("Stopped before it had started");
      return OK;
    }
  } catch (error) {
    await log.flush();
    complain(
      program.name,
      explainStartFailure(error, program.listeners(config)),
    );
    return FAILED;
  }
  reload.obey(() => rereader.readAnew(running));
  watch.obey(async () => void await rereader.readFiles(running));
  // Other programs wait for these lines.
  for (const { name, addr } of running.addresses) {
    log.info(`${name} server listening on: ${formatAddress(addr)}`);
  }

  await using _pprof = await openPprof(config.daemon.pprof, log, program.noun);
  reportOpenFiles(config.daemon.rlimit, openFileLimit(), log);

  const signal = await Promise.race([signals.first, running.drainBegun]);
  try {
    await stop(log, config, running, {
      signals,
      stoppedBySignal: typeof signal === "string",
    });
  } catch (error) {
    log.error("Stopped, but not in order", { error });
    return FAILED;
  }
  log.info("Stopped");
  return OK;
}

/** Why a program stops. */
interface StopReason {
  /** The signals that stop it. */
  readonly signals: StopSignals;
  /** Whether one of them came first; else somebody asked by a control plane. */
  readonly stoppedBySignal: boolean;
}

/** Drains and closes a program. */
async function stop(
  log: LogWriter,
  config: ProgramConfig,
  running: RunningProgram,
  { signals, stoppedBySignal }: StopReason,
): Promise<void> {
  const because = (signal: Deno.Signal) =>
    log.info("Stopping: no new connections, finishing what is in flight", {
      signal,
      seconds: config.drainSeconds,
    });
  if (stoppedBySignal) {
    because(await signals.first);
    await running.drain();
  } else {
    log.info("Stopping: somebody has asked for it by the control plane");
    // A signal that comes now has its own deadline.
    signals.first.then((signal) => {
      because(signal);
      return running.drain();
    }).catch(() => {});
    await running.drain(Infinity);
  }
  await running.close();
}
