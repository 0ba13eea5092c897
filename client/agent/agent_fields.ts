/**
 * What can be said of an agent in text: on a command line, in a variable, in a
 * file.
 *
 * @module
 */

import {
  isName,
  parseSocketAddress,
  type Targets,
} from "../forwarding/target.ts";
import type { SocketAddress } from "../forwarding/socket_connection.ts";
import type { Commands } from "./settings.ts";

/**
 * Checks the name of a target or command.
 *
 * @param name The name.
 * @throws {SyntaxError} If it is none.
 */
export function checkName(name: string): void {
  if (isName(name)) return;
  throw new SyntaxError(
    `Cannot use "${name}" as a name: need 1 to 64 letters, digits, dots, hyphens and underscores`,
  );
}

/**
 * Reads the address of a target.
 *
 * @param text What stands there.
 * @returns The address.
 * @throws {SyntaxError} If it is none.
 */
export function targetAddress(text: string): SocketAddress {
  const address = parseSocketAddress(text);
  if (address !== undefined) return address;
  throw new SyntaxError(
    `Cannot forward to "${text}": need host:port or unix:/path`,
  );
}

/**
 * Checks a command.
 *
 * @param argv The program and its arguments.
 * @returns The same.
 * @throws {SyntaxError} If the program is not named by its whole path.
 */
export function command(
  argv: readonly string[],
): readonly [string, ...string[]] {
  const [program, ...args] = argv;
  if (program !== undefined && program.startsWith("/")) {
    return [program, ...args];
  }
  throw new SyntaxError(
    `Cannot run "${program ?? ""}": need the whole path of a program`,
  );
}

function split(text: string, flag: string): [name: string, value: string] {
  const equals = text.indexOf("=");
  if (equals < 0) {
    throw new SyntaxError(`Cannot use "${text}" for ${flag}: need name=value`);
  }
  const name = text.slice(0, equals);
  checkName(name);
  return [name, text.slice(equals + 1)];
}

function collect<T>(
  texts: readonly string[],
  flag: string,
  read: (value: string) => T,
): Map<string, T> {
  const found = new Map<string, T>();
  for (const text of texts) {
    const [name, value] = split(text, flag);
    if (found.has(name)) {
      throw new SyntaxError(`Cannot use ${flag} "${name}" twice`);
    }
    found.set(name, read(value));
  }
  return found;
}

/**
 * Reads the targets of a command line.
 *
 * @param texts Each `name=host:port` or `name=unix:/path`.
 * @returns The targets.
 * @throws {SyntaxError} If one is written in another way.
 */
export function targetsOf(texts: readonly string[]): Targets {
  return collect(texts, "--forward", targetAddress);
}

/**
 * Reads the commands of a command line.
 *
 * @param texts Each `name=/program`, or `name=["/program","argument"]`.
 * @returns The commands.
 * @throws {SyntaxError} If one is written in another way.
 */
export function commandsOf(texts: readonly string[]): Commands {
  return collect(texts, "--exec", (value) => {
    if (!value.startsWith("[")) return command([value]);
    let list: unknown;
    try {
      list = JSON.parse(value);
    } catch {
      list = undefined;
    }
    if (
      !Array.isArray(list) || !list.every((one) => typeof one === "string")
    ) {
      throw new SyntaxError(
        `Cannot read ${value} as a command: need a JSON list of texts`,
      );
    }
    return command(list);
  });
}
