/**
 * What the configuration means to the client.
 *
 * @module
 */

import type { RedisOptions } from "ioredis";
import {
  parseAddress,
  readSecret,
  type TlsDialConfig,
} from "@frontier/platform/config";
import type { RedisLogin, RedisStoreConfig } from "../../config/types.ts";

/** Milliseconds that a server has to close its side. */
export const DISCONNECT_MS = 20;

/** Where a server is: a host and a port, or the path of its socket. */
export type Address =
  | { readonly host: string; readonly port: number }
  | { readonly path: string };

/**
 * Secrets and certificates are read with each connection: they may be changed
 * while the directory runs.
 *
 * @param config The configuration.
 * @param address Which server.
 * @param what The server itself, or a sentinel that knows where it is.
 * @returns Options of a client that connects once, waits for nothing, repeats nothing.
 * @throws {Error} If a file or a variable of the configuration cannot be read.
 */
export function connectionOptions(
  config: RedisStoreConfig,
  address: Address,
  what: "server" | "sentinel",
): RedisOptions {
  const server = what === "server";
  const { clientName, disableIdentity, identitySuffix } = config;
  return {
    ...address,
    ...login(
      server ? config : config.sentinel,
      server ? "redis.password" : "redis.sentinel.password",
    ),
    ...(config.tls !== undefined && { tls: tlsOptions(config.tls, address) }),
    ...(clientName !== "" && { connectionName: clientName }),
    ...(identitySuffix !== "" && { clientInfoTag: identitySuffix }),
    disableClientInfo: disableIdentity,
    protocol: 2,
    lazyConnect: true,
    connectTimeout: config.dialTimeoutMs,
    disconnectTimeout: DISCONNECT_MS,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  };
}

/**
 * @param addr An address as the configuration has it.
 * @param network What it is of.
 * @returns The address.
 */
export function addressOf(addr: string, network: "tcp" | "unix"): Address {
  if (network === "unix") return { path: addr };
  const { host, port } = parseAddress(addr);
  return { host: host === "" ? "127.0.0.1" : host, port };
}

/** An address as text. */
export function addressText(address: Address): string {
  if ("path" in address) return address.path;
  const { host, port } = address;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function login({ username, password }: RedisLogin, key: string) {
  const secret = readSecret(password, key);
  return {
    ...(username !== "" && { username }),
    ...(secret !== "" && { password: secret }),
  };
}

function tlsOptions(
  { caCerts, certs, insecureSkipVerify }: TlsDialConfig,
  address: Address,
) {
  const [pair] = certs;
  // Names of certificates are names of hosts: an IP address is none for SNI.
  const name = "host" in address && !/^[\d.]+$|:/.test(address.host)
    ? { servername: address.host }
    : {};
  return {
    ...name,
    ...(caCerts.length > 0 && { ca: caCerts.map(read).join("\n") }),
    ...(pair !== undefined && { cert: read(pair.cert), key: read(pair.key) }),
    rejectUnauthorized: !insecureSkipVerify,
  };
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot read ${path} for TLS to Redis: ${why}`);
  }
}
