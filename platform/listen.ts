/**
 * Listening, with TLS or without.
 *
 * @module
 */

import type { Logger } from "./log.ts";
import { listenTcp } from "./tcp.ts";
import { listenTls } from "./tls.ts";
import type { TlsServerOptions } from "./tls_credentials.ts";
import { formatAddress, type TransportListener } from "./transport.ts";

/** Where to listen, and how. */
export interface ListenOptions {
  /** Address or name of the interface; `::` is every interface, IPv4 included. */
  hostname: string;
  /** Port; 0 lets the system choose. */
  port: number;
  /** TLS, or absent for plain TCP. */
  tls?: TlsServerOptions;
  /**
   * Milliseconds a client may take for its TLS handshake.
   * @default 10_000
   */
  handshakeTimeoutMs?: number;
}

/** A listener that may have certificates to read anew. */
export interface ReloadableListener extends TransportListener {
  /**
   * Reads the certificates anew, for the connections to come. Absent without TLS.
   *
   * @returns When the new ones are in use.
   * @throws {Error} If they cannot be used; the old ones stay in use.
   */
  reload?(): Promise<void>;
}

/**
 * Listens on a TCP port, with TLS if so configured.
 *
 * @param options Where, and how.
 * @param log Where failed TLS handshakes and skipped files are named.
 * @returns The listener.
 * @throws {Error} If the port cannot be bound or the certificates cannot be
 * used; the message names the address.
 */
export async function listen(
  options: ListenOptions,
  log: Logger,
): Promise<ReloadableListener> {
  const { hostname, port, tls, handshakeTimeoutMs } = options;
  try {
    return tls === undefined ? listenTcp({ hostname, port }) : await listenTls({
      hostname,
      port,
      ...tls,
      log,
      ...(handshakeTimeoutMs !== undefined && { handshakeTimeoutMs }),
    });
  } catch (cause) {
    const address = formatAddress({ network: "tcp", hostname, port });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot listen on ${address}: ${reason}`, {
      cause,
    });
  }
}
