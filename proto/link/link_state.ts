/**
 * What a connection can be.
 *
 * @module
 */

/** Who dialled: the client did. */
export type LinkRole = "client" | "server";

/** Where a connection is in its life. */
export type LinkState =
  /** Nothing was exchanged. */
  | "init"
  /** The conn is sent, or received and not answered. */
  | "handshake"
  /** In use. */
  | "open"
  /** A disconn was sent or received, or the peer was refused. */
  | "closing"
  /** Over. */
  | "closed";
