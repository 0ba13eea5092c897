/**
 * Tells what a connection speaks by its first bytes.
 *
 * @module
 */

/** First byte of a connection: the version of the protocol. */
const VERSION = 0x01;
/** Second byte: the packet that opens a connection. */
const CONNECT = 0x01;
/** First byte of a TLS client: a record that carries a handshake. */
const TLS_HANDSHAKE = 0x16;
/** How an HTTP request begins, also one of HTTP/2. */
const HTTP = /^(?:GET|HEAD|POST|PUT|OPTIONS|CONNECT|PRI) /;

/**
 * Tells by the first bytes of a connection whether it is for a handler.
 *
 * @param first What was read, at least one byte.
 * @returns Whether it is, or `undefined` if that takes more bytes.
 */
export type Sniffer = (first: Uint8Array) => boolean | undefined;

/**
 * Knows the protocol of services and edges: it begins with the version and the
 * type of the connect packet, both 1.
 *
 * @param first What was read.
 * @returns Whether it is that protocol.
 */
export function speaksProtocol(first: Uint8Array): boolean | undefined {
  if (first[0] !== VERSION) return false;
  return first.length < 2 ? undefined : first[1] === CONNECT;
}

/**
 * Guesses what a stranger speaks, for the log.
 *
 * @param first What was read.
 * @returns Its name.
 */
export function guessProtocol(
  first: Uint8Array,
): "TLS" | "HTTP" | "Frontier" | "something else" {
  if (first[0] === TLS_HANDSHAKE) return "TLS";
  if (speaksProtocol(first)) return "Frontier";
  const text = String.fromCharCode(...first.subarray(0, 8));
  return HTTP.test(text) ? "HTTP" : "something else";
}
