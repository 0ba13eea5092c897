/** A host and a port. */
export interface HostPort {
  /** Name or address, IPv6 without brackets; empty when the text left it out. */
  host: string;
  /** Port number, 0 to 65535. */
  port: number;
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
 * Reads an address as Go's listeners take it: `host:port`, `[ipv6]:port` or `:port`.
 *
 * @param text The address.
 * @returns Its parts.
 * @throws {SyntaxError} If a part is missing or malformed.
 */
export function parseAddress(text: string): HostPort {
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

/**
 * Writes an address, with brackets around IPv6.
 *
 * @param host Name or address.
 * @param port The port.
 * @returns `host:port` or `[ipv6]:port`.
 */
export function formatAddress(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
