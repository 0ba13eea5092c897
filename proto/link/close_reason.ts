/**
 * Why a connection, or a session of it, has ended.
 *
 * @module
 */

/**
 * What kind of end it was. The set is closed, so that programs can tell ends
 * apart and count them; the text beside the kind is for people.
 */
export type CloseKind =
  /** We closed it in good order. */
  | "closed"
  /** The peer closed it in good order. */
  | "peer-closed"
  /** Its transport ended or failed without a word, or what it belonged to did. */
  | "lost"
  /** It was not let in, or is let in no longer. */
  | "refused"
  /** A newer connection has taken its id. */
  | "replaced"
  /** It is to come back at once, under another id. */
  | "reconnect"
  /** Somebody who may has ended it. */
  | "kicked"
  /** The server stops. */
  | "going-away"
  /** An answer did not come in time: to the handshake, an open or a dismiss. */
  | "timeout"
  /** The peer has given no sign of life. */
  | "silent"
  /** The peer reads or sends too slowly. */
  | "slow"
  /** We are short of memory, and it held much. */
  | "short-of-memory"
  /** The peer has sent what it may not send. */
  | "protocol"
  /** A defect of ours. */
  | "internal";

/** Why a connection, or a session of it, has ended. */
export interface CloseReason {
  /** For programs. */
  readonly kind: CloseKind;
  /** For people: English words of the side that tells, without a full stop. */
  readonly text: string;
}

/**
 * Why a server ends a connection that worked: what it may tell a client of ours
 * before it closes.
 */
export type FarewellReason = Extract<
  CloseKind,
  "replaced" | "reconnect" | "going-away"
>;

/** All reasons of a farewell that there are. */
export const FAREWELL_REASONS: readonly FarewellReason[] = [
  "replaced",
  "reconnect",
  "going-away",
];

/** We closed it in good order, and nothing more is to be said. */
export const CLOSED: CloseReason = { kind: "closed", text: "closed" };

/** The peer closed it in good order. */
export const PEER_CLOSED: CloseReason = {
  kind: "peer-closed",
  text: "closed by the peer",
};

/** The transport ended without a goodbye. */
export const END_OF_TRANSPORT: CloseReason = {
  kind: "lost",
  text: "connection closed by the peer",
};

/**
 * The end of whoever sent what may not be sent.
 *
 * @param message What is wrong with it.
 * @returns A reason of kind `protocol`.
 */
export function protocolEnd(message: string): CloseReason {
  return { kind: "protocol", text: `protocol error: ${message}` };
}

/**
 * The end of a connection that a defect of ours has struck.
 *
 * @param message What was thrown.
 * @returns A reason of kind `internal`.
 */
export function internalEnd(message: string): CloseReason {
  return { kind: "internal", text: `internal error: ${message}` };
}
