/**
 * What an endpoint counts.
 *
 * @module
 */

/**
 * What has passed since the endpoint was made, over all of its connections.
 * Calls and messages include those inside streams.
 */
export interface Traffic {
  /** Bytes received, whatever they carried. */
  readonly bytesIn: number;
  /** Bytes that the transport took, whatever they carried. */
  readonly bytesOut: number;
  /** Calls that the other side made. */
  readonly callsIn: number;
  /** Calls begun here, those included that never left. */
  readonly callsOut: number;
  /** Messages received. */
  readonly messagesIn: number;
  /** Publishes begun here, those included that never left. */
  readonly messagesOut: number;
}

/** {@linkcode Traffic} that is being counted. */
export class Counters implements Traffic {
  /** Bytes received. */
  bytesIn = 0;
  /** Bytes that the transport took. */
  bytesOut = 0;
  /** Calls that the other side made. */
  callsIn = 0;
  /** Calls begun here. */
  callsOut = 0;
  /** Messages received. */
  messagesIn = 0;
  /** Publishes begun here. */
  messagesOut = 0;
}
