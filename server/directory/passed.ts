/**
 * What has passed a peer.
 *
 * @module
 */

/** Counts of one peer, those inside its streams included. Made with the first: most idle peers have none. */
export class Passed {
  /** Calls it made. */
  callsIn = 0;
  /** Calls it was asked to answer. */
  callsOut = 0;
  /** Messages it sent. */
  messagesIn = 0;
  /** Messages sent to it. */
  messagesOut = 0;
}
