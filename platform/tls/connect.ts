/**
 * TLS as a client.
 *
 * @module
 */

import { isIP } from "node:net";
import { connect as openClient } from "node:tls";
import { after } from "../after.ts";
import { type Logger, NULL_LOGGER } from "../log/mod.ts";
import { connectTcp } from "../tcp.ts";
import {
  readAuthorities,
  readCertificatePair,
  type TlsClientOptions,
} from "./credentials.ts";
import { TlsTransport } from "./transport.ts";
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
  const { hostname, port, tls, log = NULL_LOGGER, timeoutMs = 10_000 } =
    options;
  const ca = tls.mtls ? await readAuthorities(tls.caCerts, log) : undefined;
  if (ca?.length === 0 && !tls.insecureSkipVerify) {
    throw new Error(
      `Cannot connect to ${hostname}:${port}: no authority can vouch for the server`,
    );
  }
  const own = await firstUsable(tls, log);
  const stop = new AbortController();
  const onAbort = () => stop.abort(options.signal!.reason);
  options.signal?.addEventListener("abort", onAbort);
  if (options.signal?.aborted) onAbort();
  const giveUp = after(
    timeoutMs,
    () => stop.abort(new Error(`Nothing came of it within ${timeoutMs} ms`)),
  );
  try {
    const raw = await connectTcp({ hostname, port, signal: stop.signal });
    return await TlsTransport.handshake(
      raw,
      (carrier, onReady, onError) => {
        const socket = openClient({
          socket: carrier,
          host: hostname,
          // An address is not a name: it is checked, but not sent.
          ...(isIP(hostname) === 0 && { servername: hostname }),
          minVersion: "TLSv1.2",
          rejectUnauthorized: !tls.insecureSkipVerify,
          ...(ca && { ca }),
          ...(own && { cert: own.cert, key: own.key }),
        });
        socket.once("secureConnect", () => onReady(socket, false));
        socket.on("error", onError);
      },
      { signal: stop.signal },
    );
  } catch (cause) {
    if (options.signal?.aborted) throw options.signal.reason;
    const reason = toError(cause).message;
    throw new Error(
      reason.startsWith("Cannot connect")
        ? reason
        : `Cannot connect to ${hostname}:${port}: ${reason}`,
      { cause },
    );
  } finally {
    giveUp();
    options.signal?.removeEventListener("abort", onAbort);
  }
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

function toError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
