/**
 * Byte streams, whatever carries them.
 *
 * @module
 */

/** Where a peer is, as far as the network tells. */
export interface PeerAddress {
  /** Name of the network, such as `tcp`. */
  readonly network: string;
  /** Address without port; empty where the network has none. */
  readonly hostname: string;
  /** Port; 0 where the network has none. */
  readonly port: number;
}

/** Who a peer is, by a certificate that was verified. */
export interface Identity {
  /** The certificate's subject, such as `CN=device-1, O=Example`. */
  readonly subject: string;
  /** Its alternative names, such as `DNS:device-1.example` or `URI:spiffe://...`. */
  readonly sans: readonly string[];
  /** SHA-256 of the certificate, in upper case hexadecimal with colons. */
  readonly fingerprint256: string;
  /** Who issued it, written like the subject. */
  readonly issuer: string;
}

/** A connected byte stream. */
export interface Transport {
  /** Where we are. */
  readonly localAddr: PeerAddress;
  /** Where the peer is. */
  readonly remoteAddr: PeerAddress;
  /** Who the peer is; absent if it showed no certificate, or none that was verified. */
  readonly identity?: Identity | undefined;
  /**
   * Reads what has arrived, at least one byte.
   *
   * @param buf Where the bytes go.
   * @returns How many bytes, or `null` at the end of the stream.
   */
  read(buf: Uint8Array): Promise<number | null>;
  /**
   * Writes bytes; it may take fewer than it was given.
   *
   * @param buf The bytes.
   * @returns How many were written.
   */
  write(buf: Uint8Array): Promise<number>;
  /** Closes both directions at once; pending reads and writes end. */
  close(): void;
}

/** Accepts transports. */
export interface TransportListener {
  /** Where it listens. */
  readonly addr: PeerAddress;
  /**
   * Waits for the next connection.
   *
   * @returns The connection.
   * @throws {Error} If one connection failed, or the listener is closed.
   */
  accept(): Promise<Transport>;
  /** Stops listening. */
  close(): void;
}

/**
 * Writes an address the way Go does: `host:port`, IPv6 in brackets.
 *
 * @param addr Of a peer or a listener.
 * @returns The text.
 */
export function formatAddress(
  addr: Pick<PeerAddress, "hostname" | "port">,
): string {
  const host = addr.hostname.includes(":")
    ? `[${addr.hostname}]`
    : addr.hostname;
  return `${host}:${addr.port}`;
}

/**
 * Tells whom an address stands for when peers are counted or served in turn. A
 * host has a whole IPv6 network of 64 bits to itself.
 *
 * @param addr The address.
 * @returns The host, or the network of an IPv6 address.
 */
export function addressGroup(addr: PeerAddress): string {
  const { hostname } = addr;
  if (!hostname.includes(":")) return hostname;
  const [head = "", tail] = hostname.split("%")[0]!.split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const after = tail === "" ? 0 : tail.split(":").length;
    while (groups.length + after < 8) groups.push("0");
  }
  return `${groups.slice(0, 4).join(":")}::/64`;
}

/**
 * Closes a transport that nobody needs any more. Whatever its `close` does
 * about it: there is nobody left who could act on a failure.
 *
 * @param transport One that may be closed or broken already.
 */
export function closeTransport(transport: Transport): void {
  try {
    const closing: unknown = transport.close();
    // An `async` close is allowed where none was expected.
    if (closing instanceof Promise) closing.catch(() => {});
  } catch {
    // It is as closed as it will be.
  }
}
