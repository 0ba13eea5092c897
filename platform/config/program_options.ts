/**
 * The options of a program that embeds one of ours, completed and checked.
 *
 * @module
 */

import { describeError } from "../describe_error.ts";
import { nearest } from "../nearest.ts";
import { acceptBounded, type Bound, refusal } from "./bounds.ts";
import {
  type ListenConfig,
  parseAddress,
  type TlsListenConfig,
} from "./endpoints.ts";
import { isMap } from "./known_keys.ts";

/**
 * The same with every key optional, down to the last. Lists are replaced as a
 * whole.
 */
export type DeepPartial<T> = {
  [K in keyof T]?: T[K] extends readonly unknown[] ? T[K]
    : T[K] extends object ? DeepPartial<T[K]>
    : T[K];
};

/**
 * Replaces what is given and not undefined.
 *
 * @param base The defaults.
 * @param given What differs.
 * @returns Both, as a new object.
 */
export function merge<T extends object>(
  base: T,
  given: Partial<T> | undefined,
): T {
  const defined = Object.entries(given ?? {}).filter(([, value]) =>
    value !== undefined
  );
  return { ...base, ...Object.fromEntries(defined) };
}

/**
 * Replaces what is given and not undefined, key by key down to values and
 * lists.
 *
 * @param base The defaults.
 * @param given What differs.
 * @returns Both, as a new object.
 */
export function mergeDeep<T extends object>(
  base: T,
  given: DeepPartial<T> | undefined,
): T {
  const merged = { ...base } as Record<string, unknown>;
  for (const [key, value] of Object.entries(given ?? {})) {
    if (value === undefined) continue;
    const before = merged[key];
    merged[key] = isMap(before) && isMap(value)
      ? mergeDeep(before, value)
      : structuredClone(value);
  }
  return merged as T;
}

/**
 * Shows a value in a message.
 *
 * @param value Anything.
 * @returns The same as it would stand in a program.
 */
export function showOption(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "bigint" ? `${value}n` : String(value);
}

/**
 * Refuses what nobody can listen with.
 *
 * @param what Whose port it is, for the message.
 * @param listen Where it listens, perhaps of a program without types.
 * @throws {RangeError} If the port is no whole number from 0 to 65535, or TLS is
 * wanted and not said how.
 */
export function checkListen(what: string, { port, tls }: ListenConfig): void {
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new RangeError(
      `Cannot listen on ${what} port ${
        showOption(port)
      }: expected a whole number from 0 to 65535`,
    );
  }
  if (tls === undefined) return;
  const { mtls, caCerts, certs }: Partial<TlsListenConfig> = tls ?? {};
  checkChoice(`${what}.tls.mtls`, mtls, [true, false]);
  for (const [name, list] of Object.entries({ caCerts, certs })) {
    if (Array.isArray(list)) continue;
    throw new RangeError(
      `Cannot use ${showOption(list)} as ${what}.tls.${name}: expected a list`,
    );
  }
}

/**
 * Refuses what is no address.
 *
 * @param what The option, for the message.
 * @param address The address as `host:port`.
 * @throws {RangeError} If it is none.
 */
export function checkAddress(what: string, address: unknown): void {
  try {
    parseAddress(String(address));
  } catch (error) {
    throw new RangeError(
      `Cannot use ${showOption(address)} as ${what}: ${describeError(error)}`,
    );
  }
}

/**
 * Refuses what is none of a few values.
 *
 * @param what The option, for the message.
 * @param value What is given.
 * @param options What there is.
 * @throws {RangeError} If it is none of them; the message lists them.
 */
export function checkChoice(
  what: string,
  value: unknown,
  options: readonly unknown[],
): void {
  if (options.includes(value)) return;
  throw new RangeError(
    `Cannot use ${showOption(value)} as ${what}: expected ${
      options.map(showOption).join(", ")
    }`,
  );
}

/**
 * Completes the limits of a program's options: the file's rules, the program's
 * words.
 *
 * @param limits What the program gives, over the defaults.
 * @param bounds What each limit may be.
 * @returns The limits, every number in them finite.
 * @throws {RangeError} If a limit is not known, or cannot have its value.
 */
export function checkLimits<T extends { [K in keyof T]: number | "auto" }>(
  limits: T,
  bounds: Readonly<Record<keyof T, Bound>>,
): T {
  const names = Object.keys(bounds) as (keyof T & string)[];
  const known: readonly string[] = names;
  const stranger = Object.keys(limits).find((name) => !known.includes(name));
  if (stranger !== undefined) {
    throw new RangeError(
      `Unknown limit "${stranger}", nearest known limit: "${
        nearest(stranger, known)?.name
      }"`,
    );
  }
  const check = (name: keyof T & string): number | "auto" => {
    const value: unknown = limits[name];
    const bound = bounds[name];
    if (bound.auto !== undefined && value === "auto") return value;
    const words = {
      key: `limits.${name}`,
      value: showOption(value),
      inFile: false,
    };
    if (typeof value === "number") return acceptBounded(bound, value, words);
    throw new RangeError(refusal(bound, words));
  };
  return Object.fromEntries(names.map((name) => [name, check(name)])) as T;
}
