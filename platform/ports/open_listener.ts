/**
 * Binding a port.
 *
 * @module
 */

import { describeError } from "../describe_error.ts";
import type { Logger } from "../log/logger.ts";
import { listenTcp } from "../tcp.ts";
import type { TlsServerOptions } from "../tls/credentials.ts";
import { TlsServer } from "../tls/server.ts";
import { formatAddress, type TransportListener } from "../transport.ts";

/** Where to listen, and how. */
export interface ListenOptions {
  /** Address or name of the interface; `::` is every interface, IPv4 included. */
  readonly hostname: string;
  /** Port; 0 lets the system choose. */
  readonly port: number;
  /** TLS, or absent for plain TCP. */
  readonly tls?: TlsServerOptions | undefined;
}

/** A bound port that nobody accepts from yet. */
export interface OpenListener {
  /** Where connections come from, TLS not begun. */
  readonly listener: TransportListener;
  /** Speaks TLS with them; absent for plain TCP. */
  readonly tls: TlsServer | undefined;
}

/**
 * Reads certificates, where there are any, and binds a TCP port.
 *
 * @param options Where, and how.
 * @param log Where skipped files are named.
 * @returns The port.
 * @throws {Error} If the port cannot be bound or no certificate can be used;
 * the message names the address.
 */
export async function openListener(
  options: ListenOptions,
  log: Logger,
): Promise<OpenListener> {
  const { hostname, port } = options;
  try {
    const tls = options.tls && await TlsServer.read(options.tls, log);
    return { listener: listenTcp({ hostname, port }), tls };
  } catch (cause) {
    const address = formatAddress({ hostname, port });
    throw new Error(
      `Cannot listen on ${address}: ${describeError(cause)}`,
      { cause },
    );
  }
}
