/**
 * Who hears what happens on sessions.
 *
 * @module
 */

import type { CloseReason } from "./close_reason.ts";
import type { FrameReader } from "../wire/frame_reader.ts";

/**
 * What happens on the sessions `S` of a connection. All methods are called
 * synchronously while bytes are handed in; a frame is valid during the call only.
 */
export interface SessionHandler<S> {
  /** An RPC request; its body has not been checked. */
  onRequest(session: S, frame: FrameReader): void;
  /** A message; its body has not been checked. */
  onMessage(session: S, frame: FrameReader): void;
  /** The peer no longer wants the answer to a request it sent. */
  onCancel(session: S, frame: FrameReader): void;
  /** A method name to remember; answer with `link.ackRegister` when it is routable. */
  onRegister(session: S, frame: FrameReader): void;
  /** Raw bytes, `bodyStart` to `bodyEnd`. Call `session.consume` when they are dealt with. */
  onStream(session: S, frame: FrameReader): void;
  /** The peer opens a session. Answer with `session.accept` or `session.refuse`. */
  onSession(session: S): void;
  /** The peer has accepted a session of ours. */
  onSessionOpen(session: S): void;
  /**
   * The peer has dismissed a session; `session.endReason` tells why, if it is
   * not the complete end. Last bytes of a peer that is not ours may still follow.
   */
  onSessionEnd(session: S): void;
  /**
   * A session is over, whoever ended it; also when an open of ours failed. If
   * the peer had not dismissed it, `session.endReason` tells why.
   */
  onSessionClosed(session: S, reason: CloseReason): void;
  /** A session that could not take bytes can take some again. */
  onWritable(session: S): void;
  /**
   * Asks whether a peer may be granted more bytes on a session than it has been
   * granted so far: when the session is accepted, and while its reader keeps up.
   * `session.promised` is the sum of all that was agreed to; it is free again
   * when the session is closed. A refusal only keeps the window as it is, and it
   * is asked again later.
   *
   * @param session One that is open, not the default one.
   * @param bytes By how much the window is to become larger.
   * @returns Whether it may. Without this method, sessions share
   * `connectionWindow`: each is given at most a quarter of what is left.
   */
  mayPromise?(session: S, bytes: number): boolean;
}
