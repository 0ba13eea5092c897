import { type LogWriter, openLog } from "@frontier/platform/log";
import {
  ConfigError,
  type ConfigFile,
  formatAddress,
  formatDiagnostic,
  type FrontierConfig,
  loadConfig,
  type LoadedConfig,
  unservedParts,
} from "../config/mod.ts";
import { startFrontier } from "../frontier.ts";
import { type Arguments, parseArguments, UsageError } from "./args.ts";
import { CrashGuard } from "./crash_guard.ts";
import { HELP } from "./help.ts";
import { ReloadSignal, StopSignals } from "./signals.ts";
import { explainStartFailure } from "./start_failure.ts";
import { VERSION } from "./version.ts";

const OK = 0;
const FAILED = 1;
const WRONG_USAGE = 2;

/** What the end of a signal's name means as an exit status. */
const SIGNAL_STATUS: Partial<Record<Deno.Signal, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
};

function print(
  output: typeof Deno.stdout | typeof Deno.stderr,
  text: string,
): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) {
    at += output.writeSync(bytes.subarray(at));
  }
}

function complain(line: string): void {
  print(Deno.stderr, `frontier: ${line}\n`);
}

/** A variable of the environment; one that the runtime does not let us see counts as not set, without a question at the terminal. */
function environment(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

async function readConfig(
  path: string | undefined,
): Promise<ConfigFile | undefined> {
  return path === undefined
    ? undefined
    : { path, text: await Deno.readTextFile(path) };
}

/** Loads the configuration, or says why not. */
async function load(args: Arguments): Promise<LoadedConfig | undefined> {
  try {
    const { config, logLevel, logOutput, logFormat, logFile, rlimitNofile } =
      args;
    const strict = args.strict || args.check;
    const flags = {
      logLevel,
      logOutput,
      logFormat,
      logFile,
      rlimitNofile,
      strict,
    };
    return loadConfig(await readConfig(config), environment, flags);
  } catch (error) {
    if (error instanceof ConfigError) {
      for (const diagnostic of error.diagnostics) {
        complain(`${diagnostic.severity}: ${formatDiagnostic(diagnostic)}`);
      }
    } else {
      const reason = error instanceof Deno.errors.NotFound
        ? "there is no such file"
        : error instanceof Error
        ? error.message
        : String(error);
      complain(`Cannot read the configuration ${args.config}: ${reason}`);
    }
    return undefined;
  }
}

/**
 * The gateway's command line: starts it, and stops it when a signal asks for it.
 *
 * @param args The arguments, without the program's name.
 * @returns The exit status: 0 when stopped by a signal or done, 1 when it cannot start, 2 on wrong usage.
 */
export async function main(args: readonly string[]): Promise<number> {
  let parsed: Arguments;
  try {
    parsed = parseArguments(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    complain(`${error.message}; see --help`);
    return WRONG_USAGE;
  }
  if (parsed.help) {
    print(Deno.stdout, HELP);
    return OK;
  }
  if (parsed.version) {
    print(
      Deno.stdout,
      `frontier ${VERSION} (deno ${Deno.version.deno}, ${Deno.build.target})\n`,
    );
    return OK;
  }
  const loaded = await load(parsed);
  if (loaded === undefined) return FAILED;
  if (parsed.check || parsed.printConfig) return report(parsed, loaded);
  return await serve(parsed, loaded);
}

/** Does what `--check` and `--print-config` ask for. */
function report(args: Arguments, { warnings, toYaml }: LoadedConfig): number {
  for (const warning of warnings) {
    complain(`warning: ${formatDiagnostic(warning)}`);
  }
  if (args.printConfig) print(Deno.stdout, toYaml());
  else print(Deno.stdout, `${args.config ?? "Built-in settings"}: ok\n`);
  return OK;
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
  for (const sentence of unservedParts(config)) log.warn(sentence);
  if (args.config === undefined) {
    log.info(
      "No configuration file given: edges may connect from everywhere and get ids assigned, services only from here",
    );
  }
}

async function serve(args: Arguments, loaded: LoadedConfig): Promise<number> {
  const { config } = loaded;
  let log: LogWriter;
  try {
    log = await openLog(config.log);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    complain(
      `Cannot open the log file ${config.log.file.path} (log.file.path): ${reason}`,
    );
    return FAILED;
  }
  await using _ = log;
  using _guard = new CrashGuard(log);
  announce(log, args, loaded);
  using signals = new StopSignals((signal) =>
    Deno.exit(SIGNAL_STATUS[signal] ?? FAILED)
  );
  return await run(log, config, signals);
}

async function run(
  log: LogWriter,
  config: FrontierConfig,
  signals: StopSignals,
): Promise<number> {
  let frontier: Awaited<ReturnType<typeof startFrontier>>;
  try {
    frontier = await startFrontier({ ...config, logger: log });
  } catch (error) {
    await log.flush();
    complain(explainStartFailure(error, config));
    return FAILED;
  }
  const tls = config.servicebound.tls ?? config.edgebound.tls;
  using _reload = tls === undefined ? undefined : new ReloadSignal(async () => {
    try {
      await frontier.reload();
      log.info("Certificates read anew");
    } catch (error) {
      log.error("Cannot read the certificates anew, the old ones stay in use", {
        error: error instanceof Error ? error.message : String(error),
      });
    }
  });
  const { serviceAddr, edgeAddr } = frontier;
  // Other programs wait for these two lines.
  log.info(
    `servicebound server listening on: ${
      formatAddress(serviceAddr.hostname, serviceAddr.port)
    }`,
  );
  log.info(
    `edgebound server listening on: ${
      formatAddress(edgeAddr.hostname, edgeAddr.port)
    }`,
  );

  const signal = await signals.first;
  log.info("Stopping: no new connections, finishing what is in flight", {
    signal,
    seconds: config.drainSeconds,
  });
  try {
    await frontier.drain();
    await frontier.close();
  } catch (error) {
    log.error("Stopped, but not in order", { error });
    return FAILED;
  }
  log.info("Stopped");
  return OK;
}
