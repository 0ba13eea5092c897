/**
 * Where the gateway listens, and where it connects to.
 *
 * @module
 */

/** A certificate and its private key, both as paths of PEM files. */
export interface CertificatePair {
  /** Path of the certificate chain, leaf first. */
  readonly cert: string;
  /** Path of its private key. */
  readonly key: string;
}

/** How a listener speaks TLS. */
export interface TlsListenConfig {
  /**
   * Whether every peer must show a certificate that {@linkcode caCerts} vouch
   * for.
   */
  readonly mtls: boolean;
  /**
   * Paths of PEM files with the authorities that peers' certificates are
   * checked against.
   */
  readonly caCerts: readonly string[];
  /** The server's certificates, chosen by the name the peer asks for. */
  readonly certs: readonly CertificatePair[];
}

/** Where a listener listens. */
export interface ListenConfig {
  /**
   * Address or name of the interface. `::` is every interface, IPv4 included;
   * `0.0.0.0` every IPv4 interface.
   */
  readonly hostname: string;
  /** TCP port; 0 lets the system choose one. */
  readonly port: number;
  /** TLS, or absent for plain TCP. */
  readonly tls?: TlsListenConfig;
}

/** How an outgoing connection speaks TLS. */
export interface TlsDialConfig {
  /**
   * Whether only {@linkcode caCerts} vouch for the server, even if there are
   * none of them.
   */
  readonly mtls: boolean;
  /**
   * Paths of PEM files with the authorities that the server's certificate is
   * checked against; the system's where none is named.
   */
  readonly caCerts: readonly string[];
  /** Certificates to show to the server. */
  readonly certs: readonly CertificatePair[];
  /** Whether the server's certificate is accepted unchecked. */
  readonly insecureSkipVerify: boolean;
}

/** Where an outgoing connection goes. */
export interface DialConfig {
  /** Addresses as `host:port`; each connection takes one of them at random. */
  readonly addrs: readonly string[];
  /** TLS, or absent for plain TCP. */
  readonly tls?: TlsDialConfig;
}

/** A host and a port. */
export interface HostPort {
  /**
   * Name or address, IPv6 without brackets; empty when the text left it out.
   */
  readonly host: string;
  /** Port number, 0 to 65535. */
  readonly port: number;
}

/**
 * Reads a port number.
 *
 * @param text Decimal digits.
 * @returns The port.
 * @throws {SyntaxError} If it is not a number from 0 to 65535.
 */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65535)) {
    throw new SyntaxError(
      `Cannot read "${text}" as a port: expected a number from 0 to 65535`,
    );
  }
  return port;
}

/**
 * Reads an address as Go's listeners take it: `host:port`, `[ipv6]:port` or
 * `:port`.
 *
 * @param text The address.
 * @returns Its parts.
 * @throws {SyntaxError} If a part is missing or malformed.
 */
export function parseAddress(text: string): HostPort {
  const scheme = /^\w+:\/\//.exec(text)?.[0];
  if (scheme !== undefined) {
    throw new SyntaxError(
      `Cannot read "${text}" as an address: leave out ${scheme}`,
    );
  }
  const match = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(text);
  if (!match) {
    const why = text.split(":").length > 2
      ? "an IPv6 address needs brackets, as in [::1]:30011"
      : "expected host:port, [ipv6]:port or :port";
    throw new SyntaxError(`Cannot read "${text}" as an address: ${why}`);
  }
  const host = match[1] ?? match[2] ?? "";
  if (/\s/.test(host)) {
    throw new SyntaxError(
      `Cannot read "${text}" as an address: the host contains white space`,
    );
  }
  if (/^(?:\d+\.){3}\d+$/.test(host) && !isIPv4(host)) {
    throw new SyntaxError(
      `Cannot read "${text}" as an address: the parts of an IPv4 address are numbers from 0 to 255`,
    );
  }
  return { host, port: parsePort(match[3] ?? "") };
}

/** Whether four numbers are an address, and not a name that nobody can have. */
function isIPv4(quad: string): boolean {
  return quad.split(".").every((part) => Number(part) <= 255);
}
