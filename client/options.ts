/**
 * Options of endpoints and of their operations.
 *
 * @module
 */

import type {
  BackoffPolicy,
  Logger,
  Transport,
} from "@frontier/platform/internal";
import { CLIENT_LIMITS, type ClientLimits } from "./limits.ts";
import { checkKeys } from "./option_keys.ts";
import type { Handler, Payload } from "@frontier/endpoint";

/** What `dial` is asked to connect to. */
export interface DialTarget {
  /** Host name or address of the gateway. */
  readonly hostname: string;
  /** Port of the gateway. */
  readonly port: number;
  /** Gives up when aborted. */
  readonly signal: AbortSignal;
}

/**
 * Finds out where gateways are.
 *
 * @param signal Aborted when the endpoint is closed, or the list takes longer
 * than an attempt to connect may.
 * @returns Their addresses, each as `host`, `host:port` or `[IPv6]:port`.
 */
export type AddressResolver = (
  signal: AbortSignal,
) => readonly string[] | PromiseLike<readonly string[]>;

/** How services and edges connect. */
export interface ConnectOptions {
  /**
   * Host name or address of the gateway.
   *
   * @default {"127.0.0.1"}
   */
  readonly hostname?: string;
  /**
   * Port of the gateway.
   *
   * @default {30_011 for services, 30_012 for edges}
   */
  readonly port?: number;
  /**
   * Name of the network, so that the address of a gateway can be spread into the
   * options. Without a `dial` of your own only `tcp` is reached.
   *
   * @default {"tcp"}
   */
  readonly network?: string;
  /**
   * Several gateways instead of `hostname` and `port`, each as `host`,
   * `host:port` or `[IPv6]:port`. They are tried in this order, each at once when
   * the one before has failed; the pause of `reconnect` follows when all have.
   * After the loss of a connection it is the turn of the next one.
   *
   * A function is asked for the list before the first attempt, after the loss of
   * a connection, and whenever all that it named have failed, at most once in a
   * second. While it fails or names nobody, the list before is used.
   */
  readonly addresses?: readonly string[] | AddressResolver;
  /**
   * Puts `addresses` into a random order first, so that many endpoints with one
   * list spread over the gateways.
   *
   * @default {false for a list, true for a function}
   */
  readonly shuffleAddresses?: boolean;
  /**
   * Connects to a gateway, instead of `connectTcp`: over TLS, in memory, through
   * a proxy. Called for every attempt.
   *
   * @param to The address whose turn it is, and a signal that is aborted when the
   * attempt takes too long or the endpoint is closed.
   * @returns The connection; the endpoint closes it.
   */
  readonly dial?: (to: DialTarget) => Transport | Promise<Transport>;
  /** The id to ask for; gateways need not grant it, and never do to edges. */
  readonly wantedId?: bigint;
  /** Methods that are routable before `connect` returns, and after every reconnect. */
  readonly methods?: Readonly<Record<string, Handler>>;
  /**
   * How to come back after the connection is lost; `false` never does.
   *
   * @default {a first retry within 1 s, then up to 5 s apart}
   */
  readonly reconnect?: BackoffPolicy | false;
  /**
   * Goes on trying when the first connect fails, instead of rejecting.
   *
   * @default {false}
   */
  readonly waitForFirstConnect?: boolean;
  /**
   * Rejects operations at once while there is no connection, instead of
   * keeping them until there is one or their time is over.
   *
   * @default {false}
   */
  readonly failFast?: boolean;
  /**
   * Milliseconds an operation may take, the wait for a connection included.
   *
   * @default {30_000}
   */
  readonly timeoutMs?: number;
  /**
   * Milliseconds an attempt to connect may take, handshake and registration
   * included.
   *
   * @default {10_000}
   */
  readonly connectTimeoutMs?: number;
  /**
   * Seconds between heartbeats. The gateway gives an endpoint up after twice, the
   * endpoint gives the gateway up after two and a half times as long.
   *
   * @default {20}
   */
  readonly heartbeatSeconds?: 5 | 20 | 80 | 320;
  /**
   * Extensions to offer to the gateway; an empty list speaks the original
   * protocol only.
   *
   * @default {all that this version knows; `trace` only where spans are collected}
   */
  readonly features?: readonly string[];
  /**
   * Hears what an operator should know: that requests wait for a place, or that
   * this endpoint has dialled the port of the other kind.
   *
   * @default {nobody}
   */
  readonly logger?: Logger;
  /** Sizes of buffers and queues; see {@linkcode CLIENT_LIMITS} for the defaults. */
  readonly limits?: Partial<ClientLimits>;
  /** Closes the endpoint when aborted; while it connects, `connect` rejects. */
  readonly signal?: AbortSignal;
}

/** How an edge connects. */
export interface EdgeOptions extends ConnectOptions {
  /** Free bytes about the edge: services get them with its id and its events. */
  readonly meta?: Payload;
}

/** How a service connects. */
export interface ServiceOptions extends ConnectOptions {
  /**
   * Name that edges open streams to.
   *
   * @default {""}
   */
  readonly name?: string;
  /**
   * Topics whose messages the service takes; `*` takes what nobody else does.
   * They are fixed for the life of the service, since the wire can only name
   * them at connect: another set takes another `Service`.
   */
  readonly topics?: readonly string[];
}

/** The names of {@linkcode ConnectOptions}. */
export const CONNECT_KEYS: Readonly<Record<keyof ConnectOptions, true>> = {
  hostname: true,
  port: true,
  network: true,
  addresses: true,
  shuffleAddresses: true,
  dial: true,
  wantedId: true,
  methods: true,
  reconnect: true,
  waitForFirstConnect: true,
  failFast: true,
  timeoutMs: true,
  connectTimeoutMs: true,
  heartbeatSeconds: true,
  features: true,
  logger: true,
  limits: true,
  signal: true,
};
const BACKOFF_KEYS: Readonly<Record<keyof BackoffPolicy, true>> = {
  minDelayMs: true,
  firstDelayMs: true,
  maxDelayMs: true,
  factor: true,
};

/**
 * Refuses options that nobody knows, and a network that nobody can dial.
 *
 * @param kind What kind of endpoint they are for.
 * @param options What a program has handed over, perhaps without types.
 * @throws {TypeError} If there is one; the message says what is meant or wanted instead.
 */
export function checkOptions(
  kind: "service" | "edge",
  options: ServiceOptions | EdgeOptions,
): void {
  const own = kind === "edge" ? ["meta"] : ["name", "topics"];
  checkKeys(`${kind} option`, options, [...own, ...Object.keys(CONNECT_KEYS)]);
  const { limits, reconnect, dial, network } = options;
  if (dial === undefined && network !== undefined && network !== "tcp") {
    throw new TypeError(
      `Cannot connect by network "${network}": only "tcp" is known, hand over a dial for others`,
    );
  }
  if (dial !== undefined && typeof dial !== "function") {
    throw new TypeError(`Cannot dial with ${typeof dial}: need a function`);
  }
  checkKeys("limit", limits ?? {}, Object.keys(CLIENT_LIMITS));
  checkKeys("reconnect option", reconnect || {}, Object.keys(BACKOFF_KEYS));
}
