/**
 * Which keys there are, for callers without types.
 *
 * @module
 */

import { nearest } from "@frontier/platform/internal";
import type {
  DialConfig,
  ListenConfig,
  TlsDialConfig,
  TlsListenConfig,
} from "./endpoints.ts";
import type {
  EdgeboundConfig,
  FrontierConfig,
  FrontierOptions,
} from "./types.ts";

/**
 * Keys of a map, each with those of the map below it; `null` where there is
 * none, or where any key is right.
 */
export interface KnownKeys {
  /** What is below the key. */
  readonly [key: string]: KnownKeys | null;
}

/**
 * The compiler sees to it that no key is missing, and none is there that does
 * not exist.
 */
type KeysOf<T> = { readonly [K in keyof Required<T>]: KnownKeys | null };

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

const LISTEN = {
  hostname: null,
  port: null,
  tls: TLS_LISTEN,
} satisfies KeysOf<ListenConfig>;

const BYPASS = { addrs: null, tls: TLS_DIAL } satisfies KeysOf<DialConfig>;

const EDGEBOUND = {
  ...LISTEN,
  bypass: BYPASS,
  allocateEdgeIds: null,
  requireEdgeOnline: null,
  reaskIds: null,
} satisfies KeysOf<EdgeboundConfig>;

/** The keys of a complete value. */
function keysOf(value: unknown): KnownKeys | null {
  if (!isMap(value)) return null;
  const entries = Object.entries(value);
  // What is empty takes names of the user's own.
  if (entries.length === 0) return null;
  return Object.fromEntries(entries.map(([key, one]) => [key, keysOf(one)]));
}

function isMap(value: unknown): value is object {
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

/**
 * Refuses options that a program has misspelt: with its default in its place
 * the gateway would do something else than was meant.
 *
 * @param options What a program has given.
 * @param base The defaults.
 * @throws {RangeError} If an option is not known; the message names it and the
 * nearest one.
 */
export function checkKnown(
  options: FrontierOptions,
  base: FrontierConfig,
): void {
  const keys = {
    servicebound: LISTEN,
    edgebound: EDGEBOUND,
    hashBy: null,
    forwardDeadlines: null,
    // Checked where limits are, by their own rules.
    limits: null,
    log: keysOf(base.log),
    drainSeconds: null,
    drainRate: null,
    frontierId: null,
    controlplane: {
      ...keysOf(base.controlplane),
      listen: LISTEN,
    },
    mqm: keysOf(base.mqm),
    observability: { enable: null, addr: null },
    // Complete, or the compiler's to refuse.
    daemon: null,
    dao: keysOf(base.dao),
    later: null,
    logger: null,
  } satisfies KeysOf<FrontierOptions>;
  checkKeys(options, keys);
}
