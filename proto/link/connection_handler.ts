/**
 * Who hears what happens to connections.
 *
 * @module
 */

import type { CloseReason, FarewellReason } from "./close_reason.ts";

/** What a client says of itself in its conn. */
export interface ConnRequest {
  /** High half of the wanted client id. */
  wantedHi: number;
  /** Low half of the wanted client id; 0 with a high half of 0 is none. */
  wantedLo: number;
  /** Whether the server is asked to choose the id. */
  acquire: boolean;
  /** Opaque bytes for the server; `undefined` when the client sent none. */
  meta: Uint8Array | undefined;
  /** The features that the client offers, those that nobody knows included. */
  offered: readonly string[];
}

/**
 * What happens to a connection `L` as a whole. One handler may serve many
 * connections. All methods are called synchronously while bytes are handed in.
 */
export interface ConnectionHandler<L> {
  /** Server: a client has said who it is. Answer with `link.accept` or `link.refuse`. */
  onConn(link: L, request: ConnRequest): void;
  /** Client: the server has accepted us; `link.clientHi` and `clientLo` are set. */
  onOpen(link: L): void;
  /** Client: the server has refused us. */
  onRefused(link: L, reason: string): void;
  /**
   * The memory that incoming bytes are read into has become larger or smaller
   * than the little that an idle connection has. What a link has had is given back
   * before `onClosed`.
   *
   * @param link The connection.
   * @param delta Bytes more, or less when negative.
   */
  onReadMemory?(link: L, delta: number): void;
  /**
   * Client: the server is about to close the connection, and says why; said
   * again, `going-away` means that from now on nothing new is taken. Server: a
   * client that was told `going-away` says the same when it has gone elsewhere.
   */
  onFarewell?(link: L, reason: FarewellReason): void;
  /** Bytes of the outbox were written. */
  onDrained?(link: L): void;
  /** Server: a heartbeat of the peer. */
  onHeartbeat?(link: L): void;
  /** Either side has begun to close: send nothing new, forget the peer at once. */
  onLeaving(link: L, reason: CloseReason): void;
  /** The connection is over. Called once, after `onLeaving`. */
  onClosed(link: L, reason: CloseReason): void;
}
