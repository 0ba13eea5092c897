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
import {
  authoritiesIn,
  certificatePair,
  openTls,
  readPem,
} from "@frontier/platform/net";
import { checkKeys } from "./option_keys.ts";

export type { Identity, PeerAddress, Transport } from "@frontier/platform";

/** Where to connect to over TLS, whom to trust, and what to show. */
export interface TlsConnectOptions {
  /** Host name or address of the gateway. */
  readonly hostname: string;
  /** Port of the gateway. */
  readonly port: number;
  /**
   * Name that the gateway's certificate must be for, and that is sent to it.
   *
   * @default {the `hostname`}
   */
  readonly serverName?: string;
  /**
   * The authorities that may vouch for the gateway, in PEM. Together with those
   * of `caFile` they take the place of the authorities that the runtime trusts.
   *
   * @default {those that the runtime trusts}
   */
  readonly ca?: string | readonly string[];
  /** Paths of PEM files with such authorities; they are read at every connect. */
  readonly caFile?: string | readonly string[];
  /** Certificate chain to show to a gateway that asks for one, in PEM, leaf first. */
  readonly cert?: string;
  /** Private key of `cert`, in PEM. */
  readonly key?: string;
  /** Path of a PEM file in place of `cert`; it is read at every connect. */
  readonly certFile?: string;
  /** Path of a PEM file in place of `key`; it is read at every connect. */
  readonly keyFile?: string;
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
  const [ca, own] = await Promise.all([authorities(options), shown(options)]);
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

async function authorities(
  { ca, caFile }: TlsConnectOptions,
): Promise<string[] | undefined> {
  if (ca === undefined && caFile === undefined) return undefined;
  const found = list(ca).flatMap((pem) => usable(pem, "text in `ca`"));
  for (const path of list(caFile)) {
    found.push(...usable(await readPem(path, "CA file"), `CA file "${path}"`));
  }
  // None is not the same as not given: the runtime would trust its own.
  if (found.length > 0) return found;
  throw new TypeError(
    "Cannot trust anybody: the lists of authorities are empty",
  );
}

/** A file without a certificate would leave nobody to trust, or fewer than was meant. */
function usable(pem: string, what: string): string[] {
  const found = authoritiesIn(pem, (cause) => {
    throw new Error(`Cannot use the ${what}: a certificate in it is broken`, {
      cause,
    });
  });
  if (found.length > 0) return found;
  throw new Error(`Cannot use the ${what}: it holds no PEM certificate`);
}

async function shown(
  { cert, key, certFile, keyFile }: TlsConnectOptions,
): Promise<{ cert: string; key: string } | undefined> {
  if (cert !== undefined && certFile !== undefined) {
    throw new TypeError("Cannot show two certificates: give cert or certFile");
  }
  if (key !== undefined && keyFile !== undefined) {
    throw new TypeError("Cannot use two keys: give key or keyFile");
  }
  const hasCert = cert !== undefined || certFile !== undefined;
  const hasKey = key !== undefined || keyFile !== undefined;
  if (hasCert !== hasKey) {
    throw new TypeError(
      hasCert
        ? "Cannot show a certificate without its key: give key or keyFile"
        : "Cannot use a key without its certificate: give cert or certFile",
    );
  }
  if (!hasCert) return undefined;
  return certificatePair(
    cert ?? await readPem(certFile!, "certificate"),
    key ?? await readPem(keyFile!, "private key"),
    {
      cert: certFile === undefined
        ? "certificate"
        : `certificate "${certFile}"`,
      key: keyFile === undefined ? "private key" : `private key "${keyFile}"`,
    },
  );
}

function list(value: string | readonly string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat();
}
