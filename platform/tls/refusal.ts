/**
 * Why a client does not trust a server, in words that tell what to do.
 *
 * @module
 */

import type { PeerCertificate } from "node:tls";
import { describeError } from "../describe_error.ts";

/** What the runtime says of a certificate that no authority vouches for, or that is out of date. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
]);

/** The extension that limits what a certificate is for, and the uses that make it one for servers, as they are encoded. */
const LIMITED_USE = "0603551d25";
const FOR_SERVERS = ["06082b06010505070301", "0604551d2500"];

/** What errors of `node:tls` carry. */
interface TlsError extends Error {
  readonly code?: string;
  readonly cert?: PeerCertificate;
}

/**
 * Tells whether a handshake failed because the server's certificate is not
 * trusted. The runtime does not say why: the certificate's dates may.
 *
 * @param error What the handshake failed with.
 * @returns Whether it did.
 */
export function isUntrusted(error: unknown): boolean {
  return UNTRUSTED.has((error as TlsError | undefined)?.code ?? "");
}

/**
 * Says why a handshake failed.
 *
 * @param error What it failed with.
 * @param serverName The name that the certificate had to be for.
 * @param shown The server's certificate, where it could be looked at.
 * @returns The reason, and what to do where that is known.
 */
export function describeRefusal(
  error: unknown,
  serverName: string,
  shown?: PeerCertificate,
): string {
  const { code, cert } = error as TlsError;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const names = cert?.subjectaltname?.replaceAll("IP Address:", "IP:") ||
      cert?.subject?.CN || "nobody";
    return `the server's certificate is for ${names}, not for "${serverName}": use one of its names`;
  }
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER") {
    return "the server does not speak TLS: check the port";
  }
  if (code === "ECONNRESET") {
    return "the server hung up during the handshake: it may not speak TLS, check the port";
  }
  if (!isUntrusted(error)) return describeError(error);
  const now = Date.now();
  if (shown?.valid_to && Date.parse(shown.valid_to) < now) {
    return `the server's certificate has expired on ${shown.valid_to}: the server needs a new one`;
  }
  if (shown?.valid_from && Date.parse(shown.valid_from) > now) {
    return `the server's certificate is not valid before ${shown.valid_from}: check the clock here`;
  }
  if (shown?.raw !== undefined && !isForServers(shown.raw)) {
    return "the server's certificate is not for servers: the server needs one whose extended key usage is serverAuth";
  }
  const issuer = shown?.issuer?.CN;
  const by = issuer === undefined ? "" : `, which "${issuer}" has issued`;
  return `nobody who is trusted here vouches for the server's certificate${by}: name its authority`;
}

/** Whether a certificate may be a server's. The runtime does not tell: what is looked for is nowhere else in a certificate. */
function isForServers(certificate: Uint8Array): boolean {
  const der = new Uint8Array(certificate).toHex();
  return !der.includes(LIMITED_USE) ||
    FOR_SERVERS.some((use) => der.includes(use));
}
