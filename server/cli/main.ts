/**
 * The program: what the command line asks for.
 *
 * @module
 */

import {
  ConfigError,
  type ConfigFile,
  type Diagnostic,
  formatDiagnostic,
  loadConfig,
  type LoadedConfig,
} from "../config/mod.ts";
import { type Arguments, parseArguments, UsageError } from "./args.ts";
import { HELP } from "./help.ts";
import { complain, OutputError, print } from "./output.ts";
import { lookAhead } from "./preflight.ts";
import { ReloadSignal } from "./reload_signal.ts";
import { serve } from "./serve.ts";
import { FAILED, OK, WRONG_USAGE } from "./status.ts";
import { VERSION } from "./version.ts";

/**
 * A variable of the environment; one that the runtime does not let us see
 * counts as not set, without a question at the terminal.
 */
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

function complainOf(diagnostic: Diagnostic): void {
  complain(`${diagnostic.severity}: ${formatDiagnostic(diagnostic)}`);
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
      for (const diagnostic of error.diagnostics) complainOf(diagnostic);
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
 * The gateway's command line: starts it, and stops it when a signal asks for
 * it.
 *
 * @param args The arguments, without the program's name.
 * @returns The exit status: 0 when stopped by a signal or done, 1 when it
 * cannot start, 2 on wrong usage.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await obey(parseArguments(args));
  } catch (error) {
    if (error instanceof UsageError) {
      complain(`${error.message}; see --help`);
      return WRONG_USAGE;
    }
    if (error instanceof OutputError) {
      complain(error.message);
      return FAILED;
    }
    throw error;
  }
}

async function obey(args: Arguments): Promise<number> {
  if (args.help) {
    print(HELP);
    return OK;
  }
  if (args.version) {
    print(
      `frontier ${VERSION} (deno ${Deno.version.deno}, ${Deno.build.target})\n`,
    );
    return OK;
  }
  // The first to come and the last to go: no SIGHUP ends the process, not while
  // it starts and not while it drains.
  using reload = new ReloadSignal();
  const loaded = await load(args);
  if (loaded === undefined) return FAILED;
  if (args.check || args.printConfig) return await report(args, loaded);
  return await serve(args, loaded, reload);
}

/** Does what `--check` and `--print-config` ask for. */
async function report(args: Arguments, loaded: LoadedConfig): Promise<number> {
  const found = args.check ? await lookAhead(loaded) : [];
  for (const diagnostic of [...loaded.warnings, ...found]) {
    complainOf(diagnostic);
  }
  if (found.some(({ severity }) => severity === "error")) return FAILED;
  if (args.printConfig) print(loaded.toYaml());
  else print(`${args.config ?? "Built-in settings"}: ok\n`);
  return OK;
}
