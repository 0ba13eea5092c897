/**
 * What a connection needs to know and whom it talks to.
 *
 * @module
 */

import type { CloseReason } from "./close_reason.ts";
import { MAX_PAYLOAD } from "../wire/constants.ts";
import { FEATURES } from "./features.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import type { Link } from "./link.ts";
import type { Session } from "./session.ts";
import type { Timers } from "../wire/timer_wheel.ts";

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
   * `credit`. Without {@linkcode LinkHandler.mayPromise} it also bounds how much
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

/** Why a server ends a connection that worked. */
export type FarewellReason =
  /** A newer connection has taken the client's id. */
  | "replaced"
  /** The client is to come back at once, for another id perhaps. */
  | "reconnect"
  /** The server stops. */
  | "going-away";

/** All reasons that there are. */
export const FAREWELL_REASONS: readonly FarewellReason[] = [
  "replaced",
  "reconnect",
  "going-away",
];

/** What carries the bytes of a {@linkcode Link}. */
export interface LinkPort {
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Bytes wait in the link's outbox. Called for every frame: it must be cheap. */
  flush(): void;
  /**
   * The link has stopped being paused: go on with `link.receive(0)`, then read,
   * unless a read is pending.
   */
  resume(): void;
  /**
   * Closes the transport. Called once.
   *
   * @param drain Whether the outbox is to be written first.
   */
  hangUp(drain: boolean): void;
}

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
}

/**
 * What happens on a {@linkcode Link}. All methods are called synchronously
 * while bytes are handed in; a frame is valid during the call only.
 */
export interface LinkHandler {
  /** Server: a client has said who it is. Answer with `link.accept` or `link.refuse`. */
  onConn(link: Link, request: ConnRequest): void;
  /** Client: the server has accepted us; `link.clientHi` and `clientLo` are set. */
  onOpen(link: Link): void;
  /** Client: the server has refused us. */
  onRefused(link: Link, reason: string): void;
  /** An RPC request; its body has not been checked. */
  onRequest(link: Link, session: Session, frame: FrameReader): void;
  /** A message; its body has not been checked. */
  onMessage(link: Link, session: Session, frame: FrameReader): void;
  /** The peer no longer wants the answer to a request it sent. */
  onCancel(link: Link, session: Session, frame: FrameReader): void;
  /** A method name to remember; answer with `link.ackRegister` when it is routable. */
  onRegister(link: Link, session: Session, frame: FrameReader): void;
  /** Raw bytes, `bodyStart` to `bodyEnd`. Call `session.consume` when they are dealt with. */
  onStream(link: Link, session: Session, frame: FrameReader): void;
  /** The peer opens a session. Answer with `session.accept` or `session.refuse`. */
  onSession(link: Link, session: Session): void;
  /** The peer has accepted a session of ours. */
  onSessionOpen(link: Link, session: Session): void;
  /**
   * The peer has dismissed a session; `session.endReason` tells why, if it is
   * not the complete end. Last bytes of a peer that is not ours may still follow.
   */
  onSessionEnd(link: Link, session: Session): void;
  /**
   * A session is over, whoever ended it; also when an open of ours failed. If
   * the peer had not dismissed it, `session.endReason` tells why.
   */
  onSessionClosed(link: Link, session: Session, reason: CloseReason): void;
  /** A session that could not take bytes can take some again. */
  onWritable(link: Link, session: Session): void;
  /**
   * Asks whether a peer may be granted more bytes on a session than it has been
   * granted so far: when the session is accepted, and while its reader keeps up.
   * `session.promised` is the sum of all that was agreed to; it is free again
   * when the session is closed. A refusal only keeps the window as it is, and it
   * is asked again later.
   *
   * @param link The connection.
   * @param session The session.
   * @param bytes By how much the window is to become larger.
   * @returns Whether it may. Without this method, sessions share
   * `connectionWindow`: each is given at most a quarter of what is left.
   */
  mayPromise?(link: Link, session: Session, bytes: number): boolean;
  /**
   * The memory that incoming bytes are read into has become larger or smaller
   * than the little that an idle connection has. What a link has had is given back
   * before `onClosed`.
   *
   * @param link The connection.
   * @param delta Bytes more, or less when negative.
   */
  onReadMemory?(link: Link, delta: number): void;
  /** Client: the server is about to close the connection, and says why. */
  onFarewell?(link: Link, reason: FarewellReason): void;
  /** Bytes of the outbox were written. */
  onDrained?(link: Link): void;
  /** Server: a heartbeat of the peer. */
  onHeartbeat?(link: Link): void;
  /** Either side has begun to close: send nothing new, forget the peer at once. */
  onLeaving(link: Link, reason: CloseReason): void;
  /** The connection is over. Called once, after `onLeaving`. */
  onClosed(link: Link, reason: CloseReason): void;
}
