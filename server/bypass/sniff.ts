/**
 * Tells connections that speak the protocol from others.
 *
 * @module
 */

import { formatAddress, type Transport } from "@frontier/platform";

/** First byte of a connection: the version of the protocol. */
const VERSION = 0x01;
/** Second byte: the packet that opens a connection. */
const CONNECT = 0x01;
/** Bytes read at once; what a first packet usually needs. */
const FIRST_READ_BYTES = 512;

/** What a connection began with. */
export interface Sniffed {
  /** Whether it speaks the protocol. */
  protocol: boolean;
  /** What was read so far, at least one byte. */
  first: Uint8Array;
}

/**
 * Reads the beginning of a connection: the protocol begins with the version and
 * the type of the connect packet, both 1. One other byte is enough to know that
 * it is something else.
 *
 * @param transport The connection; closed on failure.
 * @param timeoutMs Milliseconds the peer may take. Protects against peers that
 * connect and stay silent.
 * @returns What it is.
 * @throws {Error} If the peer did not say enough in time.
 */
export async function sniff(
  transport: Transport,
  timeoutMs: number = 5_000,
): Promise<Sniffed> {
  const buf = new Uint8Array(FIRST_READ_BYTES);
  let size = 0;
  let late = false;
  // Closing is what ends a pending read.
  const timer = setTimeout(() => {
    late = true;
    transport.close();
  }, timeoutMs);
  try {
    while (true) {
      const count = await readOrEnd(transport, buf.subarray(size), () => late);
      if (count === null) {
        const reason = late
          ? `${size} bytes within ${timeoutMs} ms`
          : `it ended after ${size} bytes`;
        throw new Error(
          `Cannot tell what ${
            formatAddress(transport.remoteAddr)
          } speaks: ${reason}`,
        );
      }
      size += count;
      const first = buf.subarray(0, size);
      if (first[0] !== VERSION) return { protocol: false, first };
      if (size >= 2) return { protocol: first[1] === CONNECT, first };
    }
  } catch (error) {
    transport.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A read that we ended ourselves may fail: that is an end as well. */
async function readOrEnd(
  transport: Transport,
  buf: Uint8Array,
  isLate: () => boolean,
): Promise<number | null> {
  try {
    const count = await transport.read(buf);
    return isLate() ? null : count;
  } catch (error) {
    if (isLate()) return null;
    throw error;
  }
}
