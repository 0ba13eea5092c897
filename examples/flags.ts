/**
 * Command line flags of the examples.
 *
 * @module
 */

/** One flag: what it is for, and its value when it is not given. */
export interface Flag {
  /** What it is for, in one line. */
  readonly help: string;
  /** Its value when it is not given; an empty one is not shown. */
  readonly value: string;
  /**
   * Whether it is `true` or `false`; alone on the command line it is `true`.
   *
   * @default {false}
   */
  readonly boolean?: boolean;
}

/** A command line that cannot be understood. */
export class FlagError extends Error {
  /** Always `FlagError`. */
  override readonly name = "FlagError";
}

/**
 * Reads flags written as `--name value` or `--name=value`, and those that are
 * true or false as `--name` alone.
 *
 * @param args The command line.
 * @param flags The flags there are.
 * @returns Their values, or `undefined` when help was asked for.
 * @throws {FlagError} If a flag is unknown or lacks its value.
 */
export function parseFlags<Name extends string>(
  args: readonly string[],
  flags: Readonly<Record<Name, Flag>>,
): Record<Name, string> | undefined {
  const values = Object.fromEntries(
    Object.entries<Flag>(flags).map(([name, { value }]) => [name, value]),
  ) as Record<Name, string>;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--help" || arg === "-h") return undefined;
    const [flag, inline] = arg.split(/=(.*)/s, 2) as [string, string?];
    const name = flag.slice(2);
    if (!flag.startsWith("--") || !Object.hasOwn(flags, name)) {
      throw new FlagError(`Cannot understand ${arg}: try --help`);
    }
    const { boolean } = flags[name as Name];
    const value = inline ?? (boolean ? "true" : args[++i]);
    if (value === undefined) {
      throw new FlagError(`Cannot use ${flag} without a value: try --help`);
    }
    if (boolean && value !== "true" && value !== "false") {
      throw new FlagError(`Cannot use ${arg}: need true or false`);
    }
    values[name as Name] = value;
  }
  return values;
}

/**
 * Describes flags.
 *
 * @param usage What the program does and how it is called.
 * @param flags Its flags.
 * @returns The help text.
 */
export function helpText(
  usage: string,
  flags: Readonly<Record<string, Flag>>,
): string {
  const lines = Object.entries(flags).map(([name, { help, value }]) => {
    const suffix = value === "" ? "" : ` (default ${value})`;
    return `  --${name.padEnd(18)}${help}${suffix}`;
  });
  return [usage, "", "Flags:", ...lines, `  --${"help".padEnd(18)}this text`]
    .join("\n");
}

/**
 * Takes an address apart.
 *
 * @param address `host:port`; the host may be empty or an IPv6 address in brackets.
 * @returns Where to connect to.
 * @throws {FlagError} If it has no valid port.
 */
export function parseAddress(
  address: string,
): { hostname: string; port: number } {
  const [, host = "", port = ""] = /^(.*):(\d{1,5})$/.exec(address) ?? [];
  if (port === "" || Number(port) > 65_535) {
    throw new FlagError(`Cannot use ${address} as an address: need host:port`);
  }
  const hostname = host.replace(/^\[(.*)\]$/, "$1");
  return { hostname: hostname || "127.0.0.1", port: Number(port) };
}

/** Longest wait of a timer, in milliseconds; what is longer would end at once. */
const MAX_TIMER_MS = 2_147_483_647;

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Reads a span of time.
 *
 * @param text Such as `500ms`, `60s` or `1m30s`.
 * @returns Milliseconds, more than 0 and no more than a timer takes.
 * @throws {FlagError} If it is none.
 */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  let ms = 0;
  for (const [, number, unit] of parts) ms += Number(number) * UNITS_MS[unit!]!;
  if (parts.map(([part]) => part).join("") !== text || ms <= 0) {
    throw new FlagError(`Cannot use ${text} as a duration: such as 500ms, 60s`);
  }
  if (ms > MAX_TIMER_MS) {
    throw new FlagError(`Cannot use ${text} as a duration: at most 596h`);
  }
  return ms;
}

/**
 * Reads a number of things.
 *
 * @param flag Which flag says it, without its dashes.
 * @param text What it says.
 * @returns The number, from 1.
 * @throws {FlagError} If it is none.
 */
export function parseCount(flag: string, text: string): number {
  const count = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (count > 0) return count;
  throw new FlagError(`Cannot use --${flag} ${text}: need a number from 1`);
}

/**
 * Checks the network that a gateway is to be reached by.
 *
 * @param network What the command line says.
 * @throws {FlagError} If it is not `tcp`.
 */
export function checkNetwork(network: string): void {
  if (network !== "tcp") {
    throw new FlagError(`Cannot use network ${network}: need tcp`);
  }
}

/**
 * Runs a program: reads its flags, prints its help, or its error in one line.
 *
 * @param usage What it does and how it is called.
 * @param flags Its flags.
 * @param run The program; gets the values of the flags.
 * @param args The command line.
 * @returns The exit code.
 */
export async function runProgram<Name extends string>(
  usage: string,
  flags: Readonly<Record<Name, Flag>>,
  run: (values: Record<Name, string>) => Promise<void>,
  args: readonly string[] = Deno.args,
): Promise<number> {
  try {
    const values = parseFlags(args, flags);
    if (values === undefined) console.log(helpText(usage, flags));
    else await run(values);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return error instanceof FlagError ? 2 : 1;
  }
}
