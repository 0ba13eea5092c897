/**
 * The error of everything that reads bytes from a peer.
 *
 * @module
 */

/**
 * Says that bytes from a peer break the wire protocol. The peer's connection
 * cannot be kept: what follows in the byte stream means nothing any more.
 *
 * @example
 * ```ts
 * const error = new ProtocolError("Cannot decode session: payload of 2 bytes, need 12");
 * if (error.name !== "ProtocolError") throw error;
 * ```
 */
export class ProtocolError extends Error {
  /** Always `ProtocolError`. */
  override readonly name = "ProtocolError";
}
