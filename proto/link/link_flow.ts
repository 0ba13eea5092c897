/**
 * When a connection reads, and what its peer has earned.
 *
 * @module
 */

import { FrameReader } from "../wire/frame_reader.ts";
import { LinkAsks } from "./link_asks.ts";
import type { LinkPort } from "./link_port.ts";
import type { LinkSettings } from "./link_settings.ts";
import type { LinkRole } from "./link_state.ts";
import { Pace } from "./pace.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import { Vigil } from "./vigil.ts";

/** Bytes of acks that may wait to be written before the peer counts as deaf. */
const MAX_OWED = 1_048_576;
/** The same of a server, which opens sessions for all of its peers at a time. */
const MAX_OWED_TO_SERVER = 16_777_216;

/**
 * A connection that may stop handling frames, for somebody who cannot take more,
 * and that counts the answers its peer has earned and does not read.
 */
export abstract class LinkFlow extends LinkAsks {
  /** Our side of the connection. */
  readonly role: LinkRole;
  /** Incoming bytes. */
  readonly reader: FrameReader;
  /** Bytes of acks and refusals that the peer has earned and that were not written, at most. */
  owed = 0;
  /** When something is late. */
  protected readonly vigil: Vigil;

  /** Those of {@linkcode LinkFlow.owed} that were earned after the mark was set. */
  #owedSince = 0;
  /** How much will have left the outbox when all that was earned before the mark has. */
  #owedMark = 0;
  #pauses = 0;
  #deferrals = 0;
  /** Made with the first bulk stream from or to this connection. */
  #pace: Pace | undefined = undefined;

  /**
   * Makes a connection that handles what comes.
   *
   * @param role Our side.
   * @param settings Settings, shared with other connections.
   * @param port Carries the bytes.
   */
  constructor(role: LinkRole, settings: LinkSettings, port: LinkPort) {
    super(settings, port);
    this.role = role;
    this.reader = new FrameReader(settings);
    const now = port.timers.now();
    this.vigil = new Vigil(now, now + settings.handshakeTimeoutMs);
  }

  /** Whether frames are not handled now; reading is to stop. */
  get paused(): boolean {
    return this.#pauses > 0;
  }

  /** Whether the next read is to wait until the bytes of the last one are written; see {@linkcode LinkFlow.paceBy}. */
  get paced(): boolean {
    return this.#pace !== undefined && this.#pace.waiting;
  }

  /** How often {@linkcode LinkFlow.defer} was called. */
  get deferrals(): number {
    return this.#deferrals;
  }

  /** When the frame being handled arrived, in milliseconds of the clock; reading the clock anew costs more. */
  get seenAt(): number {
    return this.vigil.seenAt;
  }

  /**
   * Stops handling frames until as many `resume` calls as `pause` calls were made.
   * Meanwhile the port may go on to read what `reserve` has room for.
   */
  pause(): void {
    this.#pauses++;
  }

  /** Undoes one `pause`. */
  resume(): void {
    if (this.#pauses === 0 || --this.#pauses > 0) return;
    this.vigil.seenAt = this.timers.now();
    if (this.state !== "closed") this.port.resume();
  }

  /**
   * Puts off the frame being handled, a request, message, register or answer, as
   * if it had not come: the link pauses, and after one `resume` the same frame is
   * handled again. The bytes its offsets enclose do not change until then. What
   * waits for an answer goes on waiting, and may fail in the meantime.
   *
   * To be called before anything else is done with the frame.
   */
  defer(): void {
    this.reader.rewind();
    this.#deferrals++;
    this.pause();
  }

  /**
   * Bytes of this connection were put into the outbox of another one: if that
   * is full enough, read on when most of it is written, or a few milliseconds
   * later. A connection that somebody waits for an answer from is read on.
   *
   * @param target The other connection.
   */
  paceBy(target: LinkFlow): void {
    if (!Pace.isFull(target.outbox.unwritten) || this.unanswered.size > 0) {
      return;
    }
    this.#ownPace().follow(target.#ownPace(), this.seenAt);
  }

  #ownPace(): Pace {
    return this.#pace ??= new Pace(this.timers, () => {
      if (this.state !== "closed") this.port.resume();
    });
  }

  /** The outbox has less in it: whoever waits for that may read on. */
  protected letFollow(): void {
    this.#pace?.written(this.outbox.unwritten);
  }

  /** The connection is over: it neither waits for others nor they for it. */
  protected endPace(): void {
    this.#pace?.end();
  }

  /**
   * Counts bytes of an answer that the peer has earned, at most; called by
   * whoever is about to write it.
   *
   * @param bytes How many.
   */
  earn(bytes: number): void {
    this.owed += bytes;
    this.#owedSince += bytes;
  }

  /**
   * Counts an ack that the peer has earned, at most: whoever does not read must
   * not earn acks for ever.
   *
   * @param bytes How long it is, at most.
   * @throws {ProtocolError} If too many of them were not written.
   */
  owe(bytes: number): void {
    this.earn(bytes);
    const most = this.role === "client" ? MAX_OWED_TO_SERVER : MAX_OWED;
    if (this.owed > most) {
      throw new ProtocolError("Cannot send acks: the peer does not read");
    }
  }

  /**
   * The port's transport has taken bytes of the outbox; to be told of every part.
   *
   * @param count How many.
   */
  onWritten(count: number): void {
    this.owed = count < this.owed ? this.owed - count : 0;
    this.settings.traffic?.onSent(count);
    this.vigil.onWritten(count);
  }

  /**
   * A whole piece of the outbox was written.
   *
   * Most answers are shorter than what was counted for them. Once all that
   * waited at a moment is written, nothing earned before it is owed any more,
   * or the difference would add up for as long as the connection lives.
   */
  protected settle(): void {
    const { outbox } = this;
    if (outbox.written < this.#owedMark) return;
    this.owed = Math.min(this.owed, this.#owedSince);
    this.#owedSince = 0;
    this.#owedMark = outbox.written + outbox.unwritten;
  }
}
