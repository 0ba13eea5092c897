/**
 * The command line, read.
 *
 * @module
 */

/** What the command line asks for. */
export interface Arguments {
  /** Path of the configuration file. */
  config?: string;
  /** `log.level`. */
  logLevel?: string;
  /** `log.output`. */
  logOutput?: string;
  /** `log.format`. */
  logFormat?: string;
  /** `log.file.path`. */
  logFile?: string;
  /** `daemon.rlimit.nofile`. */
  rlimitNofile?: number;
  /** Check the configuration and exit. */
  check: boolean;
  /** Take an unknown key for an error. */
  strict: boolean;
  /** Print the configuration and exit. */
  printConfig: boolean;
  /** Print the usage and exit. */
  help: boolean;
  /** Print the version and exit. */
  version: boolean;
  /** Flags that are accepted for the sake of old scripts and have no effect. */
  ignored: string[];
}

/** A command line that makes no sense. */
export class UsageError extends Error {
  /** @param message What is wrong with it. */
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

const NOFILE_WITHOUT_VALUE = 1_048_576;

const TEXT_FLAGS: Record<
  string,
  "config" | "logLevel" | "logOutput" | "logFormat" | "logFile"
> = {
  "--config": "config",
  "-c": "config",
  "--loglevel": "logLevel",
  "--log-output": "logOutput",
  "--log-format": "logFormat",
  "--log-file": "logFile",
};
const SWITCHES: Record<
  string,
  "check" | "strict" | "printConfig" | "help" | "version"
> = {
  "--check": "check",
  "--strict": "strict",
  "--print-config": "printConfig",
  "--help": "help",
  "-h": "help",
  "--version": "version",
};

/** Splits `--name=value`, `-cvalue` and `-v1` into name and value. */
function split(argument: string): { name: string; value: string | undefined } {
  const equals = argument.indexOf("=");
  if (equals > 0) {
    return {
      name: argument.slice(0, equals),
      value: argument.slice(equals + 1),
    };
  }
  const short = /^(-[cv])(.+)$/.exec(argument);
  return short?.[1] === undefined
    ? { name: argument, value: undefined }
    : { name: short[1], value: short[2] };
}

function switchValue(name: string, value: string | undefined): boolean {
  if (value === undefined || value === "true") return true;
  if (value === "false") return false;
  throw new UsageError(
    `Cannot use "${value}" for ${name}: expected true or false`,
  );
}

function nofile(value: string | undefined): number {
  if (value === undefined) return NOFILE_WITHOUT_VALUE;
  if (/^-?\d{1,15}$/.test(value)) return Number(value);
  throw new UsageError(
    `Cannot use "${value}" for --daemon-rlimit-nofile: expected a whole number`,
  );
}

/**
 * Reads the command line.
 *
 * @param args The arguments, without the program's name.
 * @returns What they ask for.
 * @throws {UsageError} If a flag is unknown, lacks its value or has a wrong
 * one.
 */
export function parseArguments(args: readonly string[]): Arguments {
  const result: Arguments = {
    check: false,
    strict: false,
    printConfig: false,
    help: false,
    version: false,
    ignored: [],
  };
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? "";
    const { name, value } = split(argument);
    const textFlag = Object.hasOwn(TEXT_FLAGS, name)
      ? TEXT_FLAGS[name]
      : undefined;
    const switchFlag = Object.hasOwn(SWITCHES, name)
      ? SWITCHES[name]
      : undefined;
    if (textFlag !== undefined) {
      const text = value ?? args[++i];
      if (text === undefined || text === "") {
        throw new UsageError(`Flag ${name} needs a value`);
      }
      result[textFlag] = text;
    } else if (switchFlag !== undefined) {
      result[switchFlag] = switchValue(name, value);
    } else if (name === "--daemon-rlimit-nofile") {
      result.rlimitNofile = nofile(value);
    } else if (name === "-v" || name === "--v") {
      // The flag of an older gateway, still in shipped start scripts.
      result.ignored.push(
        value === undefined ? `${name} ${args[++i] ?? ""}`.trim() : argument,
      );
    } else {
      throw new UsageError(
        argument.startsWith("-")
          ? `Unknown flag ${name}`
          : `Unexpected argument "${argument}"`,
      );
    }
  }
  return result;
}
