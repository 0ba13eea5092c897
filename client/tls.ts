/**
 * TLS for services and edges. Apart from the main module: TLS needs parts of the
 * runtime that an endpoint over another transport does without.
 *
 * @example A gateway whose certificate a private authority has issued
 * ```ts
 * import { Edge } from "@frontier/client";
 * import { connectTls } from "@frontier/client/tls";
 *
 * async function connect(): Promise<Edge> {
 *   return await Edge.connect({
 *     hostname: "gateway.example",
 *     dial: (to) => connectTls({ ...to, caFile: "ca.pem" }),
 *   });
 * }
 * ```
 *
 * @module
 */

import type { Transport } from "@frontier/platform";
import { openTls } from "@frontier/platform/net";
import { checkKeys } from "./option_keys.ts";
import { readTlsMaterial, type TlsMaterialOptions } from "./tls_material.ts";

export type { Identity, PeerAddress, Transport } from "@frontier/platform";
export type { TlsMaterialOptions } from "./tls_material.ts";

/** Where to connect to over TLS, whom to trust, and what to show. */
export interface TlsConnectOptions extends TlsMaterialOptions {
  /** Host name or address of the gateway. */
  readonly hostname: string;
  /** Port of the gateway. */
  readonly port: number;
  /**
   * Milliseconds that connecting and the handshake may take together.
   *
   * @default {10_000}
   */
  readonly timeoutMs?: number;
  /** Gives up when aborted. */
  readonly signal?: AbortSignal;
}

const KEYS: readonly (keyof TlsConnectOptions)[] = [
  "hostname",
  "port",
  "serverName",
  "ca",
  "caFile",
  "cert",
  "key",
  "certFile",
  "keyFile",
  "timeoutMs",
  "signal",
];

/**
 * Connects over TLS 1.2 or newer, for the option `dial` of services and edges.
 * Files are read anew at every connect, so that certificates can be renewed
 * under a running program.
 *
 * With TLS 1.3 a gateway that refuses our certificate, or wants one and gets
 * none, hangs up after the handshake: the connection is lost then.
 *
 * @param options Where to, whom to trust, and what to show.
 * @returns The connection.
 * @throws {TypeError} If an option is unknown, or a certificate or key comes without the other.
 * @throws {Error} If a file or certificate cannot be used, the connection cannot
 * be made in time, or the gateway's certificate is not to be trusted; the
 * message says which, and why.
 *
 * @example A certificate of our own (mutual TLS)
 * ```ts
 * import { Service } from "@frontier/client";
 * import { connectTls } from "@frontier/client/tls";
 *
 * async function connect(): Promise<Service> {
 *   return await Service.connect({
 *     hostname: "10.0.0.7",
 *     dial: (to) =>
 *       connectTls({
 *         ...to,
 *         serverName: "gateway.example",
 *         caFile: "ca.pem",
 *         certFile: "service.pem",
 *         keyFile: "service.key",
 *       }),
 *   });
 * }
 * ```
 *
 * @example What is missing is named before anything is dialled
 * ```ts
 * import { connectTls } from "@frontier/client/tls";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(
 *   () => connectTls({ hostname: "gateway.example", port: 30012, cert: "..." }),
 *   TypeError,
 *   "Cannot show a certificate without its key",
 * );
 * ```
 */
export async function connectTls(
  options: TlsConnectOptions,
): Promise<Transport> {
  checkKeys("TLS option", options, KEYS);
  const { hostname, port, serverName, signal, timeoutMs = 10_000 } = options;
  const { ca, own } = await readTlsMaterial(options);
  return await openTls({
    hostname,
    port,
    timeoutMs,
    ...(serverName !== undefined && { serverName }),
    ...(ca !== undefined && { ca }),
    ...(own !== undefined && { own }),
    ...(signal !== undefined && { signal }),
  });
}
