/**
 * TLS as a client, once it is known what to show and whom to trust.
 *
 * @module
 */

import { isIP } from "node:net";
import {
  connect as openClient,
  type PeerCertificate,
  type TLSSocket,
} from "node:tls";
import { after } from "../after.ts";
import { connectTcp } from "../tcp.ts";
import type { Transport } from "../transport.ts";
import { describeRefusal, isUntrusted } from "./refusal.ts";
import { TlsTransport } from "./transport.ts";

/** Where a TLS client connects to, what it shows and whom it trusts. */
export interface TlsHandshake {
  /** Host name or address. */
  readonly hostname: string;
  /** Port. */
  readonly port: number;
  /** The name that the server's certificate has to be for; `hostname` unless given. */
  readonly serverName?: string;
  /** Authorities in PEM that the server's certificate is checked against; those of the runtime unless given. */
  readonly ca?: readonly string[];
  /** Certificate chain and key to show, in PEM. */
  readonly own?: { readonly cert: string; readonly key: string };
  /** Whether the server's certificate is accepted unchecked. */
  readonly unchecked?: boolean;
  /** Milliseconds that connecting and the handshake may take together. */
  readonly timeoutMs: number;
  /** Gives up when aborted. */
  readonly signal?: AbortSignal;
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
 * certificate is not to be trusted; the message names the address and says why.
 */
export async function openTls(options: TlsHandshake): Promise<Transport> {
  const { hostname, port, timeoutMs, signal } = options;
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal!.reason);
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();
  const giveUp = after(
    timeoutMs,
    () => stop.abort(new Error(`Nothing came of it within ${timeoutMs} ms`)),
  );
  try {
    return await shake(options, stop.signal);
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    const shown = isUntrusted(cause)
      ? await look(options, stop.signal)
      : undefined;
    const name = options.serverName ?? hostname;
    const reason = describeRefusal(cause, name, shown);
    throw new Error(
      reason.startsWith("Cannot connect")
        ? reason
        : `Cannot connect to ${hostname}:${port}: ${reason}`,
      { cause },
    );
  } finally {
    giveUp();
    signal?.removeEventListener("abort", onAbort);
  }
}

async function shake(
  options: TlsHandshake,
  signal: AbortSignal,
  onSecure: (socket: TLSSocket) => void = () => {},
): Promise<Transport> {
  const { hostname, port, ca, own, unchecked = false } = options;
  const serverName = options.serverName ?? hostname;
  const raw = await connectTcp({ hostname, port, signal });
  return await TlsTransport.handshake(
    raw,
    (carrier, onReady, onError) => {
      const socket = openClient({
        socket: carrier,
        host: serverName,
        // An address is not a name: it is checked, but not sent.
        ...(isIP(serverName) === 0 && { servername: serverName }),
        minVersion: "TLSv1.2",
        rejectUnauthorized: !unchecked,
        ...(ca && { ca: [...ca] }),
        ...(own && { cert: own.cert, key: own.key }),
      });
      socket.once("secureConnect", () => {
        onSecure(socket);
        onReady(socket, false);
      });
      socket.on("error", onError);
    },
    { signal },
  );
}

/**
 * Looks at a certificate that was refused, which the runtime does not show then:
 * by a connection on which nothing is said.
 */
async function look(
  { hostname, port, serverName }: TlsHandshake,
  signal: AbortSignal,
): Promise<PeerCertificate | undefined> {
  let shown: PeerCertificate | undefined;
  try {
    const transport = await shake(
      {
        hostname,
        port,
        timeoutMs: Infinity,
        unchecked: true,
        ...(serverName !== undefined && { serverName }),
      },
      signal,
      (socket) => shown = socket.getPeerCertificate(),
    );
    transport.close();
  } catch {
    // Then the reason is told without it.
  }
  return shown;
}
