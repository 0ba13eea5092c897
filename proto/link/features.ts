/**
 * Extensions between our own peers, negotiated in the handshake.
 *
 * A client lists what it can in the `ext` field of its conn; a server answers
 * with the part it can too. Unknown names are ignored, and with a peer that
 * sends no list everything is off. Source: docs/PROTOCOL.md, "Extensions".
 *
 * @module
 */

/** A caller's cancel travels as a request cancel packet. */
export const FEATURE_CANCEL = "cancel";
/** Data may follow a session ack at once. */
export const FEATURE_EARLY_DATA = "early-data";
/** Raw bytes of a session flow only as far as their receiver granted. */
export const FEATURE_CREDIT = "credit";

/** An error answer tells whether it is the application's or the gateway's, and whether the operation ran. */
export const FEATURE_VERDICT = "verdict";
/** A dismiss tells why its session did not end completely. */
export const FEATURE_REASON = "reason";
/** A server says why it is about to close a connection. */
export const FEATURE_FAREWELL = "farewell";

/** Requests, messages and session opens may carry the context of the trace they belong to. */
export const FEATURE_TRACE = "trace";

/** One side is a gateway, the other the directory of its cluster, and both are ours. */
export const FEATURE_CLUSTER = "cluster";

/** The client is a service: no feature, but who speaks. */
export const SAYS_SERVICE = "service";
/** The client is an edge: no feature, but who speaks. */
export const SAYS_EDGE = "edge";

/** The features that are offered unless something else is wanted. */
export const FEATURES: readonly string[] = [
  FEATURE_CANCEL,
  FEATURE_EARLY_DATA,
  FEATURE_CREDIT,
  FEATURE_VERDICT,
  FEATURE_REASON,
  FEATURE_FAREWELL,
];

/** What a gateway, and a service or edge whose operations are traced, offer each other. */
export const PEER_FEATURES: readonly string[] = [...FEATURES, FEATURE_TRACE];

/** What a gateway and the directory of its cluster offer each other. */
export const CLUSTER_FEATURES: readonly string[] = [
  ...FEATURES,
  FEATURE_CLUSTER,
];

/** All features of this release: each has a bit. */
export const ALL_FEATURES: readonly string[] = [
  ...PEER_FEATURES,
  FEATURE_CLUSTER,
];

/**
 * Tells which bit stands for a feature among those that are agreed on.
 *
 * @param feature One of {@linkcode ALL_FEATURES}.
 * @returns A number with one bit set.
 */
export function featureBit(feature: string): number {
  return 1 << ALL_FEATURES.indexOf(feature);
}

/** Set where any extension at all is agreed on, one of a later release perhaps. */
export const ANY_FEATURE: number = 1 << ALL_FEATURES.length;
