/**
 * Which keys there are, for callers without types.
 *
 * @module
 */

import { nearest } from "../nearest.ts";
import type {
  DialConfig,
  ListenConfig,
  TlsDialConfig,
  TlsListenConfig,
} from "./endpoints.ts";

/**
 * Keys of a map, each with those of the map below it; `null` where there is
 * none, or where any key is right.
 */
export interface KnownKeys {
  /** What is below the key. */
  readonly [key: string]: KnownKeys | null;
}

/**
 * The keys of a type. The compiler sees to it that no key is missing, and none is
 * there that does not exist.
 */
export type KeysOf<T> = { readonly [K in keyof Required<T>]: KnownKeys | null };

const TLS_LISTEN = {
  mtls: null,
  caCerts: null,
  certs: null,
} satisfies KeysOf<TlsListenConfig>;

const TLS_DIAL = {
  mtls: null,
  caCerts: null,
  certs: null,
  insecureSkipVerify: null,
} satisfies KeysOf<TlsDialConfig>;

/** The keys of a listener. */
export const LISTEN_KEYS: KeysOf<ListenConfig> = {
  hostname: null,
  port: null,
  tls: TLS_LISTEN,
};

/** The keys of an outgoing connection. */
export const DIAL_KEYS: KeysOf<DialConfig> = { addrs: null, tls: TLS_DIAL };

/**
 * The keys of a complete value.
 *
 * @param value A map of settings, all of them there.
 * @returns Its keys; `null` where any key is right.
 */
export function keysOf(value: unknown): KnownKeys | null {
  if (!isMap(value)) return null;
  const entries = Object.entries(value);
  // What is empty takes names of the user's own.
  if (entries.length === 0) return null;
  return Object.fromEntries(entries.map(([key, one]) => [key, keysOf(one)]));
}

/**
 * Tells maps from other values.
 *
 * @param value Anything.
 * @returns Whether it has keys of its own; a list has not.
 */
export function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Refuses a key that is not known.
 *
 * @param given What a program has given.
 * @param keys What is known.
 * @param path What stands before a key in the message.
 * @throws {RangeError} If a key is not known; the message names it and the
 * nearest one.
 */
export function checkKeys(given: unknown, keys: KnownKeys, path = ""): void {
  if (!isMap(given)) return;
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(keys, key)) {
      const near = nearest(key, Object.keys(keys))!.name;
      throw new RangeError(
        `Unknown option "${path}${key}", nearest known option: "${path}${near}"`,
      );
    }
    const below = keys[key];
    if (below) checkKeys(value, below, `${path}${key}.`);
  }
}
