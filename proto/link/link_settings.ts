/**
 * What a connection needs to know.
 *
 * @module
 */

import { MAX_PAYLOAD } from "../wire/constants.ts";
import { FEATURES } from "./features.ts";

/** Settings of a {@linkcode Link}; connections of one kind share one object. */
export interface LinkSettings {
  /**
   * Features offered to the peer.
   *
   * @default {FEATURES}
   */
  readonly features: readonly string[];
  /**
   * Bytes a session's sender may send before it is known whether anybody wants
   * them, with `credit`. The handshake announces it; it cannot be taken back.
   *
   * @default {16_384}
   */
  readonly initialWindow: number;
  /**
   * Bytes the sender of an accepted session may send before we grant more, with
   * `credit`. While its reader keeps up it may become four times as many.
   *
   * @default {262_144}
   */
  readonly sessionWindow: number;
  /**
   * Bytes that may be on their way to us on all sessions together, with
   * `credit`. Without {@linkcode SessionHandler.mayPromise} it also bounds how much
   * the windows of all sessions are widened beyond `initialWindow`.
   *
   * @default {16_777_216}
   */
  readonly connectionWindow: number;
  /**
   * Largest payload, in bytes, sent or received.
   *
   * @default {10_485_760}
   */
  readonly maxPayload: number;
  /**
   * Sessions the peer may have opened at a time, the default session included.
   *
   * @default {4096}
   */
  readonly maxSessions: number;
  /**
   * Bytes of meta and peer name that a peer may send with a session.
   *
   * @default {65_536}
   */
  readonly maxSessionMeta: number;
  /**
   * Milliseconds until the handshake must be complete.
   *
   * @default {10_000}
   */
  readonly handshakeTimeoutMs: number;
  /**
   * Milliseconds an orderly close waits for the peer.
   *
   * @default {2_000}
   */
  readonly closeGraceMs: number;
  /**
   * Milliseconds an open waits for its ack.
   *
   * @default {30_000}
   */
  readonly openTimeoutMs: number;
  /**
   * Milliseconds nothing is sent on a session that a peer without `early-data` opened.
   *
   * @default {20}
   */
  readonly earlyHoldMs: number;
  /**
   * Bytes waiting in the outbox above which raw bytes wait.
   *
   * @default {524_288}
   */
  readonly streamMark: number;
  /**
   * Milliseconds a peer may take nothing of the bytes that wait for it before it
   * is cut.
   *
   * @default {120_000}
   */
  readonly writeStallMs: number;
  /**
   * Seconds between heartbeats that a client announces: 5, 20, 80 or 320.
   *
   * @default {20}
   */
  readonly heartbeatSeconds: 5 | 20 | 80 | 320;
  /**
   * Source of randomness, from 0 to 1, 1 excluded.
   *
   * @default {Math.random}
   */
  readonly random: () => number;
  /**
   * Hears how many bytes these connections move.
   *
   * @default {nobody}
   */
  readonly traffic?: LinkTraffic | undefined;
}

/** Hears how many bytes connections move; called for every read and write. */
export interface LinkTraffic {
  /**
   * Bytes were read.
   *
   * @param count How many.
   */
  onReceived(count: number): void;
  /**
   * Bytes were written.
   *
   * @param count How many.
   */
  onSent(count: number): void;
  /**
   * A connection was cut with bytes that waited to be written.
   *
   * @param count How many.
   */
  onDropped(count: number): void;
}

/** The defaults of {@linkcode LinkSettings}. */
export const LINK_SETTINGS: LinkSettings = {
  features: FEATURES,
  initialWindow: 16_384,
  sessionWindow: 262_144,
  connectionWindow: 16_777_216,
  maxPayload: MAX_PAYLOAD,
  maxSessions: 4096,
  maxSessionMeta: 65_536,
  handshakeTimeoutMs: 10_000,
  closeGraceMs: 2_000,
  openTimeoutMs: 30_000,
  earlyHoldMs: 20,
  streamMark: 524_288,
  writeStallMs: 120_000,
  heartbeatSeconds: 20,
  random: Math.random,
};
