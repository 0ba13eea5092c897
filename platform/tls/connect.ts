/**
 * TLS as a client that is configured by files, as the Go gateway is.
 *
 * @module
 */

import { type Logger, NULL_LOGGER } from "../log/mod.ts";
import { openTls } from "./client.ts";
import {
  readAuthorities,
  readCertificatePair,
  type TlsClientOptions,
} from "./credentials.ts";
import type { Transport } from "../transport.ts";

/** Options of {@linkcode connectTls}. */
export interface TlsConnectOptions {
  /** Host name or address; the server's certificate has to be for it. */
  hostname: string;
  /** Port. */
  port: number;
  /** Certificates and checks. */
  tls: TlsClientOptions;
  /**
   * Milliseconds that connecting and the handshake may take together.
   * @default 10_000
   */
  timeoutMs?: number;
  /** Gives up when aborted. */
  signal?: AbortSignal;
  /**
   * Where skipped files are named.
   * @default NULL_LOGGER
   */
  log?: Logger;
}

/**
 * Connects over TCP and speaks TLS 1.2 or newer.
 *
 * With TLS 1.3 a server that refuses our certificate says so after the
 * handshake: the first read fails then.
 *
 * @param options Where to and how.
 * @returns The connection.
 * @throws {Error} If the connection cannot be made in time, or the server's
 * certificate is not to be trusted; the message names the address.
 */
export async function connectTls(
  options: TlsConnectOptions,
): Promise<Transport> {
  const { hostname, port, tls, signal } = options;
  const { log = NULL_LOGGER, timeoutMs = 10_000 } = options;
  const named = tls.mtls || tls.caCerts.length > 0;
  const ca = named ? await readAuthorities(tls.caCerts, log) : undefined;
  if (ca?.length === 0 && !tls.insecureSkipVerify) {
    throw new Error(
      `Cannot connect to ${hostname}:${port}: no authority can vouch for the server`,
    );
  }
  const own = await firstUsable(tls, log);
  return await openTls({
    hostname,
    port,
    timeoutMs,
    unchecked: tls.insecureSkipVerify,
    ...(ca && { ca }),
    ...(own && { own }),
    ...(signal && { signal }),
  });
}

async function firstUsable(
  tls: TlsClientOptions,
  log: Logger,
): Promise<{ cert: string; key: string } | undefined> {
  for (const files of tls.certs) {
    try {
      return await readCertificatePair(files);
    } catch (error) {
      log.error("A certificate cannot be used and is skipped", { error });
    }
  }
  return undefined;
}
