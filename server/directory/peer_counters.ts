/**
 * What is counted of a connection.
 *
 * @module
 */

/**
 * What has passed over one connection since it came. Calls and messages include
 * those inside its streams.
 */
export interface PeerCounters {
  /** Bytes that the peer sent. */
  readonly bytesIn: number;
  /** Bytes that were sent to the peer. */
  readonly bytesOut: number;
  /** Calls that the peer made. */
  readonly callsIn: number;
  /** Calls that the peer was asked to answer. */
  readonly callsOut: number;
  /** Messages that the peer sent. */
  readonly messagesIn: number;
  /** Messages that were sent to the peer. */
  readonly messagesOut: number;
  /** Streams open at this moment. */
  readonly streams: number;
  /** When the peer last sent something other than a heartbeat, in Unix milliseconds. */
  readonly lastActivityMs: number;
  /** When the peer last sent anything, in Unix milliseconds. */
  readonly lastHeardMs: number;
}

/** An open stream, seen from one of its ends. */
export interface StreamRecord {
  /** Its id on this peer's connection. */
  readonly id: bigint;
  /** What is at its other end. */
  readonly kind: "edge" | "service";
  /** The id of the peer at its other end. */
  readonly peerId: bigint;
  /** The name of the service at its other end; empty for an edge. */
  readonly peerName: string;
  /** Whether this peer asked for it. */
  readonly byPeer: boolean;
  /** Raw bytes that this peer sent on it. */
  readonly bytesIn: number;
  /** Raw bytes of the other peer that were passed on to this one. */
  readonly bytesOut: number;
  /** For how long it has been open, in milliseconds. */
  readonly ageMs: number;
}
