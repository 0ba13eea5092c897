/**
 * What the command line asks for, done.
 *
 * @module
 */

import {
  ConfigError,
  type ConfigFile,
  type Diagnostic,
  formatDiagnostic,
  type LoadedConfig,
} from "../config/mod.ts";
import {
  type Arguments,
  COMMON_FLAGS,
  type FlagTable,
  parseArguments,
  UsageError,
} from "./args.ts";
import { complain, OutputError, print } from "./output.ts";
import { lookAhead } from "./preflight.ts";
import type { Program, ProgramConfig } from "./program.ts";
import { ReloadSignal } from "./reload_signal.ts";
import { serve } from "./serve.ts";
import { FAILED, OK, WRONG_USAGE } from "./status.ts";

/** What every command line may ask for; programs with `--strict` have it, too. */
type Asked = Arguments<typeof COMMON_FLAGS> & { strict?: boolean };

/** The table of a program's flags. */
function flagsOf({ flags }: { flags: FlagTable }): FlagTable {
  return { ...COMMON_FLAGS, ...flags };
}

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

function complainOf(name: string, diagnostic: Diagnostic): void {
  complain(name, `${diagnostic.severity}: ${formatDiagnostic(diagnostic)}`);
}

/** Loads the configuration, or says why not and what status that comes to. */
async function load<C extends ProgramConfig>(
  program: Program<C>,
  asked: Asked,
): Promise<LoadedConfig<C> | number> {
  const { config, check, strict, ...flags } = asked;
  try {
    return program.load(await readConfig(config), environment, {
      ...flags,
      strict: check || strict,
    });
  } catch (error) {
    if (error instanceof ConfigError) {
      for (const found of error.diagnostics) complainOf(program.name, found);
      const wrong = error.diagnostics
        .filter(({ severity }) => severity === "error");
      return wrong.every(({ source }) => source.startsWith("--"))
        ? WRONG_USAGE
        : FAILED;
    }
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Error
      ? error.message
      : String(error);
    complain(
      program.name,
      `Cannot read the configuration ${config}: ${reason}`,
    );
    return FAILED;
  }
}

/**
 * Runs a program: starts it, and stops it when a signal asks for it; or prints
 * or checks what the command line asks for.
 *
 * @param program What it is: its texts, its configuration, its start.
 * @param args The arguments, without the program's name.
 * @returns The exit status: 0 when stopped by a signal or done, 1 when it
 * cannot start, 2 on wrong usage.
 */
export async function runProgram<C extends ProgramConfig>(
  program: Program<C>,
  args: readonly string[],
): Promise<number> {
  try {
    return await obey(program, parseArguments(flagsOf(program), args) as Asked);
  } catch (error) {
    if (error instanceof UsageError) {
      complain(program.name, `${error.message}; see --help`);
      return WRONG_USAGE;
    }
    if (error instanceof OutputError) {
      complain(program.name, error.message);
      return FAILED;
    }
    throw error;
  }
}

async function obey<C extends ProgramConfig>(
  program: Program<C>,
  asked: Asked,
): Promise<number> {
  if (asked.help) {
    print(program.help);
    return OK;
  }
  if (asked.version) {
    const { name, version } = program;
    print(
      `${name} ${version} (deno ${Deno.version.deno}, ${Deno.build.target})\n`,
    );
    return OK;
  }
  // The first to come and the last to go: no SIGHUP ends the process, not while
  // it starts and not while it drains.
  using reload = new ReloadSignal();
  const loaded = await load(program, asked);
  if (typeof loaded === "number") return loaded;
  if (asked.check || asked.printConfig) {
    return await report(program, asked, loaded);
  }
  return await serve(program, { ...asked, loaded, reload });
}

/** Does what `--check` and `--print-config` ask for. */
async function report<C extends ProgramConfig>(
  program: Program<C>,
  asked: Asked,
  loaded: LoadedConfig<C>,
): Promise<number> {
  const found = asked.check ? await lookAhead(program, loaded) : [];
  for (const diagnostic of [...loaded.warnings, ...found]) {
    complainOf(program.name, diagnostic);
  }
  if (found.some(({ severity }) => severity === "error")) return FAILED;
  if (asked.printConfig) print(loaded.toYaml());
  else print(`${asked.config ?? "Built-in settings"}: ok\n`);
  return OK;
}
