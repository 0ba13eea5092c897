/**
 * Connections whose two directions end one by one.
 *
 * @module
 */

/** A byte stream both ways, each of which has an end of its own. */
export interface HalfCloseable {
  /**
   * Settled when the connection is lost while nobody may be reading it; never
   * when it ends in order.
   */
  readonly lost: Promise<Error>;
  /**
   * Waits for bytes; one read at a time.
   *
   * @returns What has arrived, until the next read, or `null` when the other
   * side sends no more.
   * @throws {Error} When the connection was lost.
   */
  read(): Promise<Uint8Array | null>;
  /**
   * Sends bytes; one write at a time.
   *
   * @param bytes All of them; they must not be changed until the promise is settled.
   * @returns When more may be sent, which is what slows a sender down.
   * @throws {Error} When the connection was lost.
   */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Says that no more bytes follow this way; the other way goes on.
   *
   * @returns When that is on its way.
   * @throws {Error} When the connection was lost.
   */
  end(): Promise<void>;
  /**
   * Lets go of a connection of which both directions have ended.
   *
   * @returns When it is gone. Never rejects.
   */
  close(): Promise<void>;
  /** Ends both directions at once, in a way that the other side cannot take for the end of the bytes. */
  reset(): void;
}
