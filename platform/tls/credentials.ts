/**
 * Certificates, keys and authorities from PEM files.
 *
 * @module
 */

import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import type { Logger } from "../log/mod.ts";
import { VerifiedClients } from "./clients.ts";

/** A certificate and its private key, both as paths of PEM files. */
export interface TlsCertificateFiles {
  /** Path of the certificate chain, leaf first. */
  cert: string;
  /** Path of its private key. */
  key: string;
}

/** How a server speaks TLS. */
export interface TlsServerOptions {
  /** Whether every client must show a certificate that {@linkcode caCerts} vouch for. */
  mtls: boolean;
  /** Paths of PEM files with the authorities that clients' certificates are checked against. Used with `mtls` only. */
  caCerts: readonly string[];
  /** The server's certificates, chosen by the name the client asks for; the first is for all other names. */
  certs: readonly TlsCertificateFiles[];
}

/** How a client speaks TLS. */
export interface TlsClientOptions {
  /** Whether only {@linkcode caCerts} vouch for the server, even if there are none of them. */
  mtls: boolean;
  /** Paths of PEM files with the authorities that the server's certificate is checked against; the system's where none is named. */
  caCerts: readonly string[];
  /** Certificates to show to a server that asks for one: the first that can be read is used. */
  certs: readonly TlsCertificateFiles[];
  /** Whether the server's certificate is accepted unchecked. */
  insecureSkipVerify: boolean;
}

/** A certificate chain with its key, in PEM. */
export interface CertificatePair {
  /** The chain, leaf first. */
  cert: string;
  /** The private key. */
  key: string;
  /** DNS names of the leaf, in lower case. */
  names: readonly string[];
}

/** What a server shows and whom it trusts. */
export interface ServerIdentity {
  /** Who of the clients is verified; absent where clients need no certificate. */
  readonly clients?: VerifiedClients;
  /** The certificates, each under its place in the configuration. */
  readonly pairs: ReadonlyMap<number, CertificatePair>;
  /** Why certificates of the previous identity were kept, one text each. */
  readonly kept: readonly string[];
  /**
   * Chooses the certificate for a client.
   *
   * @param name The name the client asks for; empty if it does not say.
   * @returns The certificate with everything else that a handshake needs.
   */
  contextFor(name: string): SecureContext;
}

const CERTIFICATE =
  /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * Reads a certificate and its key.
 *
 * @param files Where they are.
 * @returns The pair.
 * @throws {Error} If a file cannot be read, or they do not belong together.
 */
export async function readCertificatePair(
  files: TlsCertificateFiles,
): Promise<CertificatePair> {
  const cert = await readPem(files.cert, "certificate");
  const key = await readPem(files.key, "private key");
  return certificatePair(cert, key, {
    cert: `certificate "${files.cert}"`,
    key: `private key "${files.key}"`,
  });
}

/**
 * Checks that a certificate and a key belong together.
 *
 * @param cert The certificate chain in PEM, leaf first.
 * @param key Its private key in PEM.
 * @param names What to call the two in messages.
 * @returns The pair.
 * @throws {Error} If they do not.
 */
export function certificatePair(
  cert: string,
  key: string,
  names: { cert: string; key: string },
): CertificatePair {
  const blocks = cert.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) {
    throw new Error(
      `Cannot use the ${names.cert}: it holds no PEM certificate`,
    );
  }
  let leaf: X509Certificate;
  try {
    // A broken one further down would only show at the first handshake.
    leaf = blocks.map((block) => new X509Certificate(block))[0]!;
  } catch (cause) {
    throw new Error(`Cannot use the ${names.cert}: ${messageOf(cause)}`, {
      cause,
    });
  }
  let matches: boolean;
  try {
    matches = leaf.checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw new Error(`Cannot use the ${names.key}: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (!matches) {
    throw new Error(
      `Cannot use the ${names.key}: it is not the key of the ${names.cert}`,
    );
  }
  return { cert, key, names: dnsNames(leaf) };
}

/**
 * Finds the certificates in a text.
 *
 * @param pem The text.
 * @param onBroken Hears of each block that is no certificate.
 * @returns The certificates, one PEM text each.
 */
export function authoritiesIn(
  pem: string,
  onBroken: (error: unknown) => void,
): string[] {
  return (pem.match(CERTIFICATE) ?? []).filter((block) => {
    try {
      new X509Certificate(block);
      return true;
    } catch (error) {
      onBroken(error);
      return false;
    }
  });
}

/**
 * Reads authorities. What is not a certificate is left out with a warning.
 *
 * @param paths PEM files, each with any number of certificates.
 * @param log Where warnings go.
 * @returns The certificates, one PEM text each.
 * @throws {Error} If a file cannot be read; the message names it.
 */
export async function readAuthorities(
  paths: readonly string[],
  log: Logger,
): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const usable = authoritiesIn(
      await readPem(path, "CA file"),
      (error) =>
        log.warn("An authority cannot be used and is skipped", { path, error }),
    );
    if (usable.length === 0) {
      log.warn("A CA file holds no usable certificate", { path });
    }
    found.push(...usable);
  }
  return found;
}

/**
 * Reads what a server shows and whom it trusts.
 *
 * @param options Where the files are.
 * @param log Where skipped files are named.
 * @param previous What the new identity replaces: clients stay verified while
 * the authorities are the same, and a certificate that cannot be used any more
 * is kept as it was.
 * @returns What handshakes need.
 * @throws {Error} If no certificate can be used, or a CA file cannot be read.
 */
export async function readServerIdentity(
  options: TlsServerOptions,
  log: Logger,
  previous?: ServerIdentity,
): Promise<ServerIdentity> {
  const { mtls } = options;
  const ca = mtls ? await readAuthorities(options.caCerts, log) : [];
  const pairs = new Map<number, CertificatePair>();
  const kept: string[] = [];
  const choices: { names: readonly string[]; context: SecureContext }[] = [];
  let failure: unknown = undefined;
  for (const [place, files] of options.certs.entries()) {
    const old = previous?.pairs.get(place);
    let pair: CertificatePair;
    let context: SecureContext;
    try {
      pair = await readCertificatePair(files);
      context = makeContext(pair, mtls, ca);
    } catch (error) {
      if (old === undefined) {
        failure ??= error;
        log.error("A certificate cannot be used and is skipped", { error });
        continue;
      }
      kept.push(messageOf(error));
      pair = old;
      context = makeContext(pair, mtls, ca);
    }
    pairs.set(place, pair);
    choices.push({ names: pair.names, context });
  }
  const first = choices[0];
  if (first === undefined) {
    const reason = failure === undefined
      ? "none is configured"
      : messageOf(failure);
    throw new Error(`Cannot serve TLS without a certificate: ${reason}`, {
      cause: failure,
    });
  }
  if (mtls && ca.length === 0) {
    log.warn("No authority can vouch for clients: every client is refused");
  }
  const known = previous?.clients?.verifiedBy(ca)
    ? previous.clients
    : undefined;
  return {
    ...(mtls && { clients: known ?? new VerifiedClients(ca) }),
    pairs,
    kept,
    contextFor: (name) =>
      (choices.find(({ names }) => covers(names, name.toLowerCase())) ?? first)
        .context,
  };
}

function makeContext(
  { cert, key }: CertificatePair,
  mtls: boolean,
  ca: string[],
): SecureContext {
  return createSecureContext({
    cert,
    key,
    minVersion: "TLSv1.2",
    ...(mtls && { ca }),
  });
}

/** Whether one of a certificate's names is, or stands for, the given one. */
function covers(names: readonly string[], name: string): boolean {
  if (name === "") return false;
  const dot = name.indexOf(".");
  const wildcard = dot > 0 ? `*${name.slice(dot)}` : undefined;
  return names.some((own) => own === name || own === wildcard);
}

function dnsNames(leaf: X509Certificate): string[] {
  return (leaf.subjectAltName ?? "").split(", ")
    .filter((name) => name.startsWith("DNS:"))
    .map((name) => name.slice(4).toLowerCase());
}

/**
 * Reads a text file.
 *
 * @param path Where it is.
 * @param what What to call it in messages.
 * @returns The text.
 * @throws {Error} If it cannot be read; the message names it.
 */
export async function readPem(path: string, what: string): Promise<string> {
  try {
    if ("Deno" in globalThis) return await Deno.readTextFile(path);
    const { readFile } = await import("node:fs/promises");
    return await readFile(path, "utf8");
  } catch (cause) {
    // Both runtimes name the path once more behind their own words.
    const why = messageOf(cause).replace(/(?:: readfile|, open) '[^]*'$/, "");
    throw new Error(`Cannot read the ${what} "${path}": ${why}`, { cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
