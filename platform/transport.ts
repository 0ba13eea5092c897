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

/** A connected byte stream. */
export interface Transport {
  /** Where we are. */
  readonly localAddr: PeerAddress;
  /** Where the peer is. */
  readonly remoteAddr: PeerAddress;
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
 * @param addr The address.
 * @returns The text.
 */
export function formatAddress(addr: PeerAddress): string {
  const host = addr.hostname.includes(":")
    ? `[${addr.hostname}]`
    : addr.hostname;
  return `${host}:${addr.port}`;
}

/**
 * Closes a transport that nobody needs any more. Whatever its `close` does
 * about it: there is nobody left who could act on a failure.
 *
 * @param transport The transport.
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
