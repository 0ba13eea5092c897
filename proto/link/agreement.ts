/**
 * What the two sides of a connection agree on.
 *
 * @module
 */

/** What both sides of a connection know and grant. */
export interface Agreement {
  /** The features of both, as bits of `featureBit`; 0 with an original peer. */
  readonly features: number;
  /** Bytes the peer lets us send on each session; infinite without credit. */
  readonly sessionWindow: number;
  /** Bytes the peer lets us send on all sessions together; infinite without credit. */
  readonly connectionWindow: number;
}

/** What holds with a peer that knows no extension. */
export const ORIGINAL: Agreement = {
  features: 0,
  sessionWindow: Infinity,
  connectionWindow: Infinity,
};
