/**
 * TLS of a broker's client.
 *
 * @module
 */

/** What clients on `node:tls` want to know. */
export interface ClientTls {
  /** Authorities that the broker's certificate is checked against, in PEM; absent for the system's. */
  readonly ca?: string;
  /** Certificate to show, in PEM. */
  readonly cert?: string;
  /** Its private key, in PEM. */
  readonly key?: string;
  /** Whether a broker whose certificate is not good is refused. */
  readonly rejectUnauthorized: boolean;
}

/**
 * Reads the files of a TLS section. The authorities count whether or not a
 * certificate is shown.
 *
 * @param tls The section.
 * @returns What the client has to know; `undefined` for plain TCP.
 * @throws {Error} If a file cannot be read; the message names it.
 */
export function clientTls(tls: TlsSettings): ClientTls | undefined {
  if (!tls.enable) return undefined;
  const [pair] = tls.certs;
  return {
    ...(tls.caCerts.length > 0 && { ca: tls.caCerts.map(read).join("\n") }),
    ...(pair !== undefined && { cert: read(pair.cert), key: read(pair.key) }),
    rejectUnauthorized: !tls.insecureSkipVerify,
  };
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot read ${path} for TLS to the broker: ${why}`);
  }
}
import type { TlsSettings } from "@frontier/platform/config";
