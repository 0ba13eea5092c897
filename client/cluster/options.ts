/**
 * Options of services of a cluster.
 *
 * @module
 */

import { shown } from "@frontier/endpoint/internal";
import type { BackoffPolicy } from "@frontier/platform/internal";
import { type GatewayAddress, parseAddress } from "../connection/addresses.ts";
import { checkKeys } from "../option_keys.ts";
import { CONNECT_KEYS, type ServiceOptions } from "../options.ts";
import type { TlsMaterialOptions } from "../tls_material.ts";

/** Where Frontlas listens for those who ask. */
const FRONTLAS_PORT = 40_011;
const LOCAL = "127.0.0.1";

/** Options of a service at one gateway that make no sense at many. */
export type SingleGatewayOption =
  | "hostname"
  | "port"
  | "network"
  | "addresses"
  | "shuffleAddresses"
  | "reconnect";

/** How a service of a cluster connects: to Frontlas, and to each gateway as a service does. */
export interface ClusterServiceOptions
  extends Omit<ServiceOptions, SingleGatewayOption> {
  /**
   * Where Frontlas is, each as `host`, `host:port` or `[IPv6]:port`. Several
   * that share one store are tried in turn.
   *
   * @default {["127.0.0.1:40011"]}
   */
  readonly frontlas?: readonly string[];
  /**
   * Speaks TLS with Frontlas. Files are read whenever a connection to it is made
   * anew. For TLS with gateways see `dial`.
   *
   * @default {plain}
   */
  readonly frontlasTls?: TlsMaterialOptions;
  /** Token to show to Frontlas. */
  readonly frontlasToken?: string;
  /**
   * How to come back to a gateway, or to Frontlas, after a connection to it was
   * lost.
   *
   * @default {a first retry within 1 s, then up to 5 s apart}
   */
  readonly reconnect?: BackoffPolicy;
  /**
   * Milliseconds, more or less, between two looks at the list of gateways where
   * Frontlas is the original one, which cannot tell of changes.
   *
   * @default {10_000}
   */
  readonly pollMs?: number;
  /**
   * Edges whose gateways are remembered. For others Frontlas is asked.
   *
   * @default {100_000}
   */
  readonly routes?: number;
}

const OWN_KEYS: Readonly<
  Record<
    | Exclude<keyof ClusterServiceOptions, keyof ServiceOptions>
    | "name"
    | "topics",
    true
  >
> = {
  name: true,
  topics: true,
  frontlas: true,
  frontlasTls: true,
  frontlasToken: true,
  pollMs: true,
  routes: true,
};
const SINGLE_KEYS: Readonly<
  Record<Exclude<SingleGatewayOption, "reconnect">, true>
> = {
  hostname: true,
  port: true,
  network: true,
  addresses: true,
  shuffleAddresses: true,
};
const TLS_KEYS: Readonly<Record<keyof TlsMaterialOptions, true>> = {
  serverName: true,
  ca: true,
  caFile: true,
  cert: true,
  key: true,
  certFile: true,
  keyFile: true,
};

/**
 * Refuses options that nobody knows, or that make no sense at many gateways.
 *
 * @param options What a program has handed over, perhaps without types.
 * @throws {TypeError} If there is one; the message says what is meant or wanted instead.
 * @throws {RangeError} If a number makes no sense.
 */
export function checkClusterOptions(options: ClusterServiceOptions): void {
  for (const key of Object.keys(options)) {
    if (Object.hasOwn(SINGLE_KEYS, key)) {
      throw new TypeError(
        `Cannot use the option "${key}" with a cluster: gateways are learnt from Frontlas, name it in "frontlas"`,
      );
    }
  }
  const known = [...Object.keys(OWN_KEYS), ...Object.keys(CONNECT_KEYS)]
    .filter((key) => !Object.hasOwn(SINGLE_KEYS, key));
  checkKeys("cluster service option", options, known);
  if (options.reconnect as unknown === false) {
    throw new TypeError(
      'Cannot be without "reconnect" in a cluster: gateways come and go',
    );
  }
  const { frontlasTls, pollMs = 1, routes = 1 } = options;
  checkKeys("Frontlas TLS option", frontlasTls ?? {}, Object.keys(TLS_KEYS));
  for (const [name, number] of Object.entries({ pollMs, routes })) {
    if (typeof number === "number" && number > 0) continue;
    throw new RangeError(
      `Cannot use ${shown(number)} as ${name}: need a number above 0`,
    );
  }
}

/**
 * Reads the addresses of Frontlas.
 *
 * @param options Where they are.
 * @returns At least one.
 * @throws {TypeError} If they are no list, or an empty one.
 * @throws {SyntaxError} If one is malformed.
 */
export function frontlasAddresses(
  { frontlas = [LOCAL] }: ClusterServiceOptions,
): GatewayAddress[] {
  if (!Array.isArray(frontlas)) {
    throw new TypeError(
      `Cannot reach Frontlas at addresses that are ${typeof frontlas}: need a list`,
    );
  }
  if (frontlas.length === 0) {
    throw new TypeError("Cannot reach Frontlas at an empty list of addresses");
  }
  return frontlas.map((text) => parseAddress(text, FRONTLAS_PORT));
}

/**
 * Leaves what a service at one gateway may be told.
 *
 * @param options Those of the service of a cluster.
 * @returns The rest.
 */
export function connectOptions(
  options: ClusterServiceOptions,
): Omit<ServiceOptions, SingleGatewayOption> & {
  readonly reconnect?: BackoffPolicy;
} {
  const {
    frontlas: _frontlas,
    frontlasTls: _tls,
    frontlasToken: _token,
    pollMs: _pollMs,
    routes: _routes,
    signal: _signal,
    methods: _methods,
    wantedId: _wantedId,
    ...rest
  } = options;
  return rest;
}
