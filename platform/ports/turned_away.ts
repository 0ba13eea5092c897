/**
 * Why connections end before anybody takes them.
 *
 * @module
 */

/** Why a connection ended before anybody took it. */
export const TURNED_AWAY = [
  "too_many",
  "silent",
  "timeout",
  "tls",
  "http",
  "foreign",
  "failed",
] as const;

/** Why a connection ended before anybody took it. */
export type TurnedAway = typeof TURNED_AWAY[number];
