/**
 * Dialling, with TLS or without.
 *
 * @module
 */

import { after } from "./after.ts";
import type { Logger } from "./log/mod.ts";
import { connectTcp } from "./tcp.ts";
import { connectTls } from "./tls/connect.ts";
import type { TlsClientOptions } from "./tls/credentials.ts";
import type { Transport } from "./transport.ts";

/** Options of {@linkcode dial}. */
export interface DialOptions {
  /** Gives up when aborted. */
  signal?: AbortSignal;
  /**
   * Milliseconds that connecting may take, the TLS handshake included.
   * @default 10_000
   */
  timeoutMs?: number;
  /**
   * Where skipped certificate files are named.
   * @default NULL_LOGGER
   */
  log?: Logger;
}

/**
 * Connects to an address.
 *
 * @param addr The address, `host:port`, with brackets around IPv6.
 * @param tls TLS, or absent for plain TCP. Without `mtls` the runtime's own
 * authorities decide, whatever `caCerts` says.
 * @param options Bounds.
 * @returns The connection.
 * @throws {SyntaxError} If the address is malformed.
 * @throws {Error} If the connection cannot be made in time.
 */
export async function dial(
  addr: string,
  tls?: TlsClientOptions,
  options: DialOptions = {},
): Promise<Transport> {
  const { hostname, port } = splitAddress(addr);
  if (tls !== undefined) {
    return await connectTls({ hostname, port, tls, ...options });
  }
  const { signal, timeoutMs = 10_000 } = options;
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal!.reason);
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();
  const giveUp = after(timeoutMs, () =>
    stop.abort(
      new Error(
        `Cannot connect to ${addr}: nothing came of it within ${timeoutMs} ms`,
      ),
    ));
  try {
    return await connectTcp({ hostname, port, signal: stop.signal });
  } finally {
    giveUp();
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Without a host it is this machine, as Go's dialler has it. */
function splitAddress(addr: string): { hostname: string; port: number } {
  const match = /^(?:\[([^[\]]*)\]|([^:[\]\s]*)):(\d{1,5})$/.exec(addr);
  const port = Number(match?.[3]);
  if (match === null || !(port > 0 && port <= 65535)) {
    throw new SyntaxError(
      `Cannot dial "${addr}": expected host:port with a port from 1 to 65535`,
    );
  }
  return { hostname: match[1] || match[2] || "localhost", port };
}
