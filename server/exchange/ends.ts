/**
 * Why a gateway ends connections that work.
 *
 * @module
 */

import type { CloseReason } from "@frontier/proto";

/** A newer connection has come with the same id. */
export const REPLACED: CloseReason = {
  kind: "replaced",
  text: "replaced by a newer connection",
};

/** A service gives an edge that is connected another id. */
export const RECONNECT: CloseReason = {
  kind: "reconnect",
  text: "reconnects under another id",
};

/** The gateway is closed. */
export const GOING_AWAY: CloseReason = {
  kind: "going-away",
  text: "gateway shuts down",
};

/** It asks, and does not read what it is answered. */
export const UNREAD: CloseReason = {
  kind: "slow",
  text: "answers are not read",
};

/** It holds much of what all need. */
export const SHORT_OF_MEMORY: CloseReason = {
  kind: "short-of-memory",
  text: "gateway is short of memory",
};
