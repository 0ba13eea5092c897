/**
 * The command line, read by a table of flags.
 *
 * @module
 */

import { nearest } from "../nearest.ts";

/** One flag of a program. */
export type Flag =
  /** A flag with a text behind it. */
  | { readonly kind: "text"; readonly names: readonly string[] }
  /** A flag with a text behind it that may be given several times. */
  | { readonly kind: "list"; readonly names: readonly string[] }
  /** A flag that is there or not; `--flag=false` is as good as absent. */
  | { readonly kind: "switch"; readonly names: readonly string[] }
  /** A flag with a whole number behind `=`; `bare` is its value without. */
  | {
    readonly kind: "number";
    readonly names: readonly string[];
    readonly bare: number;
  }
  /** A flag with a value that old scripts have, and that has no effect. */
  | { readonly kind: "ignored"; readonly names: readonly string[] };

/** The flags of a program, each under the name of what it sets. */
export type FlagTable = Readonly<Record<string, Flag>>;

/**
 * What a command line asks for, by the names of the table: switches and lists
 * are there always, other flags only if they were given.
 */
export type Arguments<T extends FlagTable> =
  & {
    -readonly [
      K in keyof T as T[K] extends { kind: "switch" } ? K : never
    ]: boolean;
  }
  & {
    -readonly [
      K in keyof T as T[K] extends { kind: "list" } ? K : never
    ]: string[];
  }
  & {
    -readonly [
      K in keyof T as T[K] extends { kind: "text" | "number" } ? K : never
    ]?: (T[K] extends { kind: "number" } ? number : string) | undefined;
  }
  & {
    /** Flags that were given and have no effect, as they were written. */
    ignored: string[];
  };

/** A command line that makes no sense. */
export class UsageError extends Error {
  /**
   * Makes the error.
   *
   * @param message What is wrong with it.
   */
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** The flags that every program has. */
export const COMMON_FLAGS = {
  config: { kind: "text", names: ["--config", "-c"] },
  logLevel: { kind: "text", names: ["--loglevel"] },
  logOutput: { kind: "text", names: ["--log-output"] },
  logFormat: { kind: "text", names: ["--log-format"] },
  logFile: { kind: "text", names: ["--log-file"] },
  rlimitNofile: {
    kind: "number",
    names: ["--daemon-rlimit-nofile"],
    bare: 1_048_576,
  },
  check: { kind: "switch", names: ["--check"] },
  printConfig: { kind: "switch", names: ["--print-config"] },
  help: { kind: "switch", names: ["--help", "-h"] },
  version: { kind: "switch", names: ["--version"] },
} as const satisfies FlagTable;

/** Splits `--name=value`, and `-cvalue` of a short flag, into name and value. */
function split(
  argument: string,
  takesValue: (name: string) => boolean,
): { name: string; value: string | undefined } {
  const equals = argument.indexOf("=");
  if (equals > 0) {
    return {
      name: argument.slice(0, equals),
      value: argument.slice(equals + 1),
    };
  }
  const short = /^(-[a-z])(.+)$/.exec(argument);
  return short?.[1] !== undefined && takesValue(short[1])
    ? { name: short[1], value: short[2] }
    : { name: argument, value: undefined };
}

function switchValue(name: string, value: string | undefined): boolean {
  if (value === undefined || value === "true") return true;
  if (value === "false") return false;
  throw new UsageError(
    `Cannot use "${value}" for ${name}: expected true or false`,
  );
}

function numberValue(
  name: string,
  value: string | undefined,
  bare: number,
): number {
  if (value === undefined) return bare;
  if (/^-?\d{1,15}$/.test(value)) return Number(value);
  throw new UsageError(
    `Cannot use "${value}" for ${name}: expected a whole number`,
  );
}

/** Which flag may have been meant, for a message. */
function meant(name: string, table: FlagTable): string {
  if (!name.startsWith("--")) return "";
  const known = Object.values<Flag>(table)
    .filter(({ kind }) => kind !== "ignored").flatMap(({ names }) => names)
    .filter((known) => known.startsWith("--"));
  const near = nearest(name, known);
  return near?.likely ? `, nearest known flag: ${near.name}` : "";
}

/**
 * Reads the command line.
 *
 * @param table The flags there are.
 * @param args The arguments, without the program's name.
 * @returns What they ask for.
 * @throws {UsageError} If a flag is unknown, lacks its value or has a wrong
 * one.
 */
export function parseArguments<const T extends FlagTable>(
  table: T,
  args: readonly string[],
): Arguments<T> {
  const flags = new Map<string, [property: string, flag: Flag]>();
  const result: Record<string, unknown> = { ignored: [] };
  const ignored: string[] = [];
  for (const [property, flag] of Object.entries<Flag>(table)) {
    for (const name of flag.names) flags.set(name, [property, flag]);
    if (flag.kind === "switch") result[property] = false;
    if (flag.kind === "list") result[property] = [];
  }
  const takesValue = (name: string) => {
    const kind = flags.get(name)?.[1].kind;
    return kind === "text" || kind === "list" || kind === "ignored";
  };
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? "";
    const { name, value } = split(argument, takesValue);
    const found = flags.get(name);
    if (found === undefined) {
      throw new UsageError(
        argument.startsWith("-")
          ? `Unknown flag ${name}${meant(name, table)}`
          : `Unexpected argument "${argument}"`,
      );
    }
    const [property, flag] = found;
    switch (flag.kind) {
      case "text":
      case "list": {
        const text = value ?? args[++i];
        if (text === undefined || text === "") {
          throw new UsageError(`Flag ${name} needs a value`);
        }
        if (flag.kind === "text") result[property] = text;
        else (result[property] as string[]).push(text);
        break;
      }
      case "switch":
        result[property] = switchValue(name, value);
        break;
      case "number":
        result[property] = numberValue(name, value, flag.bare);
        break;
      case "ignored":
        ignored.push(
          value === undefined ? `${name} ${args[++i] ?? ""}`.trim() : argument,
        );
    }
  }
  return { ...result, ignored } as Arguments<T>;
}
