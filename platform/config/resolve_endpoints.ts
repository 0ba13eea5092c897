/**
 * From listeners and outgoing connections as they stand in a file to what a
 * program has to know of them.
 *
 * @module
 */

import type { Findings } from "./diagnostics.ts";
import type { DialSettings, ListenSettings } from "./endpoint_sections.ts";
import {
  type DialConfig,
  type ListenConfig,
  parseAddress,
  type TlsListenConfig,
} from "./endpoints.ts";
import { tlsDial } from "./tls_section.ts";

/**
 * `:30011` is every interface, as with the Go gateway: IPv6 and, through mapped
 * addresses, IPv4.
 */
const EVERY_INTERFACE = "::";

/**
 * Reads the address of a listener; one that is malformed has been reported where
 * it was read.
 *
 * @param addr The address as `host:port`.
 * @returns Its parts; every interface where the host is left out.
 */
export function hostPort(addr: string): { hostname: string; port: number } {
  try {
    const { host, port } = parseAddress(addr);
    return { hostname: host || EVERY_INTERFACE, port };
  } catch {
    return { hostname: EVERY_INTERFACE, port: 0 };
  }
}

function resolveTls(
  listen: ListenSettings,
  path: string,
  findings: Findings,
): TlsListenConfig | undefined {
  const { enable, mtls, caCerts, certs } = listen.tls;
  if (!enable) return undefined;
  if (certs.length === 0) {
    findings.missing(
      `${path}.tls.certs`,
      "Cannot serve TLS without a certificate: add one to certs",
    );
  }
  certs.forEach((pair, i) => {
    const half = pair.cert === ""
      ? "cert"
      : pair.key === ""
      ? "key"
      : undefined;
    if (half !== undefined) {
      findings.missing(
        `${path}.tls.certs[${i}].${half}`,
        "Cannot use a certificate without both of cert and key",
      );
    }
  });
  if (mtls && caCerts.length === 0) {
    findings.warn(
      `${path}.tls.mtls`,
      "Without ca_certs no client's certificate can be verified: every client is refused",
    );
  }
  return { mtls, caCerts, certs };
}

/**
 * Checks a listener.
 *
 * @param listen The listener as it stands in a file.
 * @param path Its key, such as `edgebound.listen`.
 * @param findings Where errors are noted.
 * @returns What a program has to know of it; not to be used once an error is
 * noted.
 */
export function resolveListen(
  listen: ListenSettings,
  path: string,
  findings: Findings,
): ListenConfig {
  if (listen.addr === "") {
    findings.missing(
      `${path}.addr`,
      `Cannot listen without an address: set "${path}.addr"`,
    );
  }
  const tls = resolveTls(listen, path, findings);
  return { ...hostPort(listen.addr), ...(tls && { tls }) };
}

/**
 * Leaves out TLS that is not enabled.
 *
 * @param dial An outgoing connection as it stands in a file.
 * @returns What a program has to know of it.
 */
export function resolveDial(dial: DialSettings): DialConfig {
  const tls = tlsDial(dial.tls);
  return { addrs: dial.addrs, ...(tls && { tls }) };
}
