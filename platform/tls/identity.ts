/**
 * Who a peer is, as its certificate says.
 *
 * @module
 */

import type { TLSSocket } from "node:tls";
import type { Identity } from "../transport.ts";

/**
 * Reads the certificate of a peer.
 *
 * @param socket The peer's socket, its handshake done.
 * @returns Who it is; `undefined` if it showed no certificate.
 */
export function peerIdentity(socket: TLSSocket): Identity | undefined {
  const certificate = socket.getPeerCertificate();
  if (certificate?.fingerprint256 === undefined) return undefined;
  const { subject, issuer, subjectaltname, fingerprint256 } = certificate;
  return {
    subject: describeName(subject),
    sans: splitNames(subjectaltname ?? ""),
    fingerprint256,
    issuer: describeName(issuer),
  };
}

/** A name with a comma of its own is in quotes: it must not turn into two. */
function splitNames(text: string): string[] {
  return text.match(/[^,\s](?:[^,"]|"(?:[^"\\]|\\.)*")*/g) ?? [];
}

/** A name may have an attribute several times: it is a list then. */
function describeName(name: object | undefined): string {
  return Object.entries(name ?? {})
    .flatMap(([key, value]) =>
      [value].flat().map((one) => `${key}=${String(one)}`)
    )
    .join(", ");
}
