/**
 * The sending half of a connection.
 *
 * @module
 */

import {
  FEATURE_CANCEL,
  FEATURE_CREDIT,
  FEATURE_EARLY_DATA,
  FEATURE_FAREWELL,
  FEATURE_REASON,
  FEATURE_VERDICT,
  FEATURES,
} from "./features.ts";
import { emptyDataFields, encodeDataBody } from "../body/json_body.ts";
import {
  TYPE_CREDIT,
  TYPE_REGISTER_ACK,
  TYPE_REQUEST_CANCEL,
  TYPE_STREAM,
} from "../wire/constants.ts";
import type { LinkPort, LinkSettings } from "./link_settings.ts";
import { Outbox } from "../wire/outbox.ts";
import { type Pending, PendingTable } from "./pending.ts";
import { type Session, STREAM_HEAD } from "./session.ts";
import { Timer, type Timers } from "../wire/timer_wheel.ts";
import { writeHeader, writeU32, writeU64 } from "../wire/wire_numbers.ts";

/** Where a connection is in its life. */
export type LinkState =
  /** Nothing was exchanged. */
  | "init"
  /** The conn is sent, or received and not answered. */
  | "handshake"
  /** In use. */
  | "open"
  /** A disconn was sent or received, or the peer was refused. */
  | "closing"
  /** Over. */
  | "closed";

const EMPTY_JSON = new Uint8Array([0x7b, 0x7d]);

const bitOf = (feature: string): number => 1 << FEATURES.indexOf(feature);
const CANCEL = bitOf(FEATURE_CANCEL);
const EARLY_DATA = bitOf(FEATURE_EARLY_DATA);
const CREDIT = bitOf(FEATURE_CREDIT);
const VERDICT = bitOf(FEATURE_VERDICT);
const REASON = bitOf(FEATURE_REASON);
const FAREWELL = bitOf(FEATURE_FAREWELL);
/** Any extension at all, one of a later release perhaps. */
const OURS = 1 << FEATURES.length;

/**
 * What a {@linkcode Link} sends: it writes frames into the outbox, gives them
 * packet ids, waits for their answers, and knows what the peer understands.
 */
export abstract class LinkOutput {
  /** Outgoing bytes. */
  readonly outbox: Outbox = new Outbox();
  /** Settings, shared with other connections. */
  readonly settings: LinkSettings;
  /** Bytes the peer's sessions grant initially; infinite without credit. */
  peerSessionWindow: number = Infinity;
  /** Bytes all sessions together may still send; infinite without credit. */
  sendWindow: number = Infinity;
  /** Bytes of acks and refusals that the peer has earned and that were not written, at most. */
  owed = 0;
  /** Those of them that were earned after {@linkcode LinkOutput.owedMark} was set. */
  protected owedSince = 0;
  /** How much will have left the outbox when all that was earned earlier has. */
  protected owedMark = 0;
  /** Carries the bytes. */
  protected readonly port: LinkPort;
  /** Packets of ours that wait for their answer. */
  protected readonly pending: PendingTable;

  /** What both sides know beyond the original protocol, as bits: every connection has it. */
  #features = 0;
  #state: LinkState = "init";
  readonly #timer: Timer;

  /**
   * Makes the sending half of a connection in state `init`.
   *
   * @param settings Settings.
   * @param port Carries the bytes.
   */
  constructor(settings: LinkSettings, port: LinkPort) {
    this.settings = settings;
    this.port = port;
    this.pending = new PendingTable(settings.random);
    this.#timer = new Timer(() => this.onTimer());
  }

  /** Whether the peer negotiated any extension, and thus is one of ours. */
  get ours(): boolean {
    return this.#features > 0;
  }

  /** Whether request cancels may be sent. */
  get cancel(): boolean {
    return (this.#features & CANCEL) > 0;
  }

  /** Whether data may follow a session ack at once. */
  get earlyData(): boolean {
    return (this.#features & EARLY_DATA) > 0;
  }

  /** Whether raw bytes need credit. */
  get credit(): boolean {
    return (this.#features & CREDIT) > 0;
  }

  /** Whether error answers tell whose they are. */
  get verdict(): boolean {
    return (this.#features & VERDICT) > 0;
  }

  /** Whether a dismiss may tell why its session did not end completely. */
  get reason(): boolean {
    return (this.#features & REASON) > 0;
  }

  /** Whether a server may say why it is about to close the connection. */
  get farewell(): boolean {
    return (this.#features & FAREWELL) > 0;
  }

  /**
   * The handshake has told what both sides know.
   *
   * @param has Whether a feature is among it.
   */
  negotiated(has: (feature: string) => boolean): void {
    this.#features = OURS;
    FEATURES.forEach((feature, index) => {
      if (has(feature)) this.#features |= 1 << index;
    });
  }

  /** Where the connection is in its life. */
  get state(): LinkState {
    return this.#state;
  }

  /** The clock and its timers. */
  get timers(): Timers {
    return this.port.timers;
  }

  /** Packets that wait for an answer. */
  get pendingCount(): number {
    return this.pending.size;
  }

  /**
   * Looks through the packets that wait for an answer.
   *
   * @param test Says of one whether it is looked for.
   * @returns Whether there is such a one.
   */
  awaits(test: (pending: Pending) => boolean): boolean {
    return this.pending.has(test);
  }

  /** High half of packet ids that nobody answers. */
  get silentHi(): number {
    return this.pending.silentHi;
  }

  /**
   * Makes a packet id that nobody answers to.
   *
   * @returns Low half of a fresh packet id.
   */
  nextLo(): number {
    return this.pending.count();
  }

  /**
   * Reserves a frame that starts with a session id.
   *
   * @param session The session.
   * @param maxBody Most bytes that will follow the session id.
   * @returns The offset in `outbox.buf` at which the body starts.
   */
  openFrame(session: Session, maxBody: number): number {
    const at = this.outbox.open(8 + maxBody);
    this.writeId(at, session.idHi, session.idLo);
    return at + 8;
  }

  /**
   * Completes a frame whose packet id nobody will answer to.
   *
   * @param type Packet type.
   * @param end Offset after its last byte.
   */
  sendFrame(type: number, end: number): void {
    this.commitFrame(type, this.silentHi, this.nextLo(), end);
  }

  /**
   * Completes a frame.
   *
   * @param type Packet type.
   * @param idHi High half of its packet id.
   * @param idLo Low half of its packet id.
   * @param end Offset after its last byte.
   */
  commitFrame(type: number, idHi: number, idLo: number, end: number): void {
    if (this.#state === "closed") {
      // What waits to be drained must not be lost with this frame.
      if (this.outbox.pending === 0) this.outbox.clear();
      return;
    }
    this.outbox.commit(type, idHi, idLo, end);
    this.port.flush();
  }

  /**
   * Sends a stream frame whose data lies in a pooled buffer, by giving the
   * buffer away. The bytes before the data are overwritten with the header.
   *
   * @param session The session.
   * @param buffer The buffer.
   * @param start First byte of the data; at least `STREAM_HEAD`.
   * @param end After the last byte of the data.
   */
  adoptFrame(
    session: Session,
    buffer: Uint8Array,
    start: number,
    end: number,
  ): void {
    const from = start - STREAM_HEAD;
    writeHeader(
      buffer,
      from,
      TYPE_STREAM,
      this.silentHi,
      this.nextLo(),
      end - start + 8,
    );
    writeU64(buffer, start - 8, session.idHi, session.idLo);
    this.outbox.adopt(buffer, from, end);
    this.port.flush();
  }

  /**
   * Sends a whole frame whose body is already encoded.
   *
   * @param session The session.
   * @param type Packet type.
   * @param idHi High half of its packet id.
   * @param idLo Low half of its packet id.
   * @param body What follows the session id.
   */
  writeBody(
    session: Session,
    type: number,
    idHi: number,
    idLo: number,
    body: Uint8Array,
  ): void {
    const at = this.openFrame(session, body.length);
    this.outbox.buf.set(body, at);
    this.commitFrame(type, idHi, idLo, at + body.length);
  }

  /**
   * Writes a 64-bit id into the outbox, big-endian.
   *
   * @param at Offset.
   * @param hi High half.
   * @param lo Low half.
   */
  writeId(at: number, hi: number, lo: number): void {
    writeU64(this.outbox.buf, at, hi, lo);
  }

  /**
   * Waits for the answer to a packet that is about to be sent, and gives the
   * packet its id. On a session that is closed already, waiting fails soon
   * after.
   *
   * @param pending Hears the answer.
   * @param session The session it is sent on.
   * @param expiresAt When waiting ends, in milliseconds of the clock.
   * @returns `false` when too many packets of this connection wait already:
   * the packet has no id then and must not be sent.
   */
  expect(pending: Pending, session: Session, expiresAt: number): boolean {
    pending.session = session;
    if (session.state === "closed" || this.#state === "closed") {
      expiresAt = this.timers.now();
    }
    if (!this.pending.add(pending, expiresAt)) return false;
    const due = this.pending.nextExpiry();
    if (due < this.#timer.at) this.timers.set(this.#timer, due);
    return true;
  }

  /**
   * Stops waiting for an answer without telling anybody.
   *
   * @param pending What was waited for.
   */
  abandon(pending: Pending): void {
    this.pending.take(pending.idHi, pending.idLo);
  }

  /**
   * Asks the peer to stop working on a request, where it understands that.
   *
   * @param pending The request, whether its answer is still waited for or not.
   */
  sendCancel(pending: Pending): void {
    const session = pending.session!;
    if (!this.cancel || this.#state !== "open" || session.state !== "open") {
      return;
    }
    const at = this.openFrame(session, 2);
    this.outbox.buf[at] = 0;
    this.outbox.buf[at + 1] = 1;
    this.commitFrame(TYPE_REQUEST_CANCEL, pending.idHi, pending.idLo, at + 2);
  }

  /**
   * Confirms a register, or refuses it. Go peers do not read a refusal.
   *
   * @param session The session it came on.
   * @param idHi High half of its packet id.
   * @param idLo Low half of its packet id.
   * @param refusal Why it is refused; empty confirms it.
   */
  ackRegister(
    session: Session,
    idHi: number,
    idLo: number,
    refusal = "",
  ): void {
    const body = refusal === ""
      ? EMPTY_JSON
      : encodeDataBody({ ...emptyDataFields(), error: refusal });
    this.writeBody(session, TYPE_REGISTER_ACK, idHi, idLo, body);
  }

  /**
   * Tells how much the outbox takes.
   *
   * @returns Raw bytes the outbox takes before it is over its mark.
   */
  streamRoom(): number {
    if (this.#state !== "open") return 0;
    return Math.max(0, this.settings.streamMark - this.outbox.pending);
  }

  /**
   * Grants bytes to the peer.
   *
   * @param hi High half of the session id; 0 with a low half of 0 is the connection.
   * @param lo Low half of the session id.
   * @param bytes How many more it may send.
   */
  sendCredit(hi: number, lo: number, bytes: number): void {
    const at = this.outbox.open(12);
    this.writeId(at, hi, lo);
    writeU32(this.outbox.buf, at + 8, bytes);
    this.sendFrame(TYPE_CREDIT, at + 12);
  }

  /**
   * Moves on in its life.
   *
   * @param state Where it is now.
   */
  protected enter(state: LinkState): void {
    this.#state = state;
  }

  /** The time of {@linkcode LinkOutput.rearm}, or of a packet that waits, has come. */
  protected abstract onTimer(): void;

  /**
   * Sets the timer.
   *
   * @param at When there is something to do, in milliseconds of the clock; the
   * expiry of a packet that waits may be earlier.
   */
  protected rearm(at: number): void {
    at = Math.min(at, this.pending.nextExpiry());
    if (at === Infinity) this.stopTimer();
    else this.timers.set(this.#timer, at);
  }

  /** Clears the timer, until there is something to wait for. */
  protected stopTimer(): void {
    this.timers.clear(this.#timer);
    // So that `expect` need compare with one field only.
    this.#timer.at = Infinity;
  }
}
