/**
 * Why a TLS handshake failed.
 *
 * @module
 */

import { describeError } from "../describe_error.ts";

/** A handshake that came to nothing. */
export class TlsHandshakeError extends Error {
  /** The name of the class. */
  override readonly name = "TlsHandshakeError";
  /**
   * Why: `plain`, the client speaks no TLS; `gone`, it ended the connection;
   * `late`, it took too long; `crowded`, others needed its place; `stopped`, we
   * gave up; `failed`, the peers did not come to terms.
   */
  readonly kind: "plain" | "gone" | "late" | "crowded" | "stopped" | "failed";
  /** What the client said, if it speaks no TLS. */
  readonly first: Uint8Array | undefined;

  /**
   * Makes an error.
   *
   * @param kind Why.
   * @param message Why, in words.
   * @param first What the client said, if it speaks no TLS.
   * @param options What caused it.
   */
  constructor(
    kind: TlsHandshakeError["kind"],
    message: string,
    first?: Uint8Array,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.kind = kind;
    this.first = first;
  }

  /**
   * Wraps whatever a handshake failed with.
   *
   * @param error What was thrown.
   * @returns It, or a failure with it as the cause.
   */
  static from(error: unknown): TlsHandshakeError {
    if (error instanceof TlsHandshakeError) return error;
    return new TlsHandshakeError("failed", describeError(error), undefined, {
      cause: error,
    });
  }
}
