/**
 * The sending half of a connection.
 *
 * @module
 */

import type { Agreement } from "./agreement.ts";
import {
  ALL_FEATURES,
  FEATURE_CANCEL,
  FEATURE_CLUSTER,
  FEATURE_CREDIT,
  FEATURE_EARLY_DATA,
  FEATURE_FAREWELL,
  FEATURE_REASON,
  FEATURE_TRACE,
  FEATURE_VERDICT,
  featureBit,
} from "./features.ts";
import { emptyDataFields, encodeDataBody } from "../body/json_body.ts";
import {
  HEADER_SIZE,
  TYPE_CREDIT,
  TYPE_REGISTER_ACK,
  TYPE_STREAM,
} from "../wire/constants.ts";
import type { LinkPort } from "./link_port.ts";
import type { LinkSettings } from "./link_settings.ts";
import type { LinkState } from "./link_state.ts";
import { Outbox } from "../wire/outbox.ts";
import { PacketIds } from "./packet_ids.ts";
import type { Timers } from "../wire/timer_wheel.ts";
import { UNBOXED, writeHeader, writeU64 } from "../wire/wire_numbers.ts";

/** The id of a session, in two halves; every session is one. */
export interface SessionId {
  /** High half. */
  readonly idHi: number;
  /** Low half. */
  readonly idLo: number;
}

/** Bytes a stream frame has before its data: header and session id. */
export const STREAM_HEAD: number = HEADER_SIZE + 8;

const EMPTY_JSON = new Uint8Array([0x7b, 0x7d]);
const CANCEL = featureBit(FEATURE_CANCEL);
const EARLY_DATA = featureBit(FEATURE_EARLY_DATA);
const CREDIT = featureBit(FEATURE_CREDIT);
const VERDICT = featureBit(FEATURE_VERDICT);
const REASON = featureBit(FEATURE_REASON);
const TRACE = featureBit(FEATURE_TRACE);
const FAREWELL = featureBit(FEATURE_FAREWELL);
const CLUSTER = featureBit(FEATURE_CLUSTER);

/**
 * The sending half of a connection: writes frames into the outbox, for a session
 * id where they have one, and knows what the peer understands.
 */
export class LinkOutput extends PacketIds {
  /** Outgoing bytes. */
  readonly outbox: Outbox = new Outbox();
  /** Settings, shared with other connections. */
  readonly settings: LinkSettings;
  /** Bytes the peer's sessions grant initially; infinite without credit. */
  peerSessionWindow: number = UNBOXED;
  /** Bytes all sessions together may still send; infinite without credit. */
  sendWindow: number = UNBOXED;
  /** Carries the bytes. */
  protected readonly port: LinkPort;

  /** What both sides know beyond the original protocol, as bits: every connection has it. */
  #features = 0;
  #state: LinkState = "init";

  /**
   * Makes the sending half of a connection in state `init`.
   *
   * @param settings Shared with other connections of the same kind.
   * @param port Carries the bytes.
   */
  constructor(settings: LinkSettings, port: LinkPort) {
    super(settings.random);
    this.settings = settings;
    this.peerSessionWindow = this.sendWindow = Infinity;
    this.port = port;
  }

  /** Whether the peer negotiated any extension, and thus is one of ours. */
  get ours(): boolean {
    return this.#features > 0;
  }

  /** The extensions that both sides have, by their names. */
  get features(): readonly string[] {
    return ALL_FEATURES.filter((name) =>
      (this.#features & featureBit(name)) > 0
    );
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

  /** Whether what is asked may carry the context of its trace. */
  get trace(): boolean {
    return (this.#features & TRACE) > 0;
  }

  /** Whether both sides are the ends of a cluster's link. */
  get cluster(): boolean {
    return (this.#features & CLUSTER) > 0;
  }

  /** Whether a server may say why it is about to close the connection. */
  get farewell(): boolean {
    return (this.#features & FAREWELL) > 0;
  }

  /**
   * The handshake has told what both sides know and grant.
   *
   * @param agreement What holds from now on.
   */
  protected agreed(agreement: Agreement): void {
    this.#features = agreement.features;
    this.peerSessionWindow = agreement.sessionWindow;
    this.sendWindow = agreement.connectionWindow;
  }

  /** Where the connection is in its life. */
  get state(): LinkState {
    return this.#state;
  }

  /** The clock and its timers. */
  get timers(): Timers {
    return this.port.timers;
  }

  /**
   * Reserves a frame that starts with a session id.
   *
   * @param session Whose id comes first in the payload.
   * @param maxBody Most bytes that will follow the session id.
   * @returns The offset in `outbox.buf` at which the body starts.
   */
  openFrame(session: SessionId, maxBody: number): number {
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
      if (this.outbox.unwritten === 0) this.outbox.clear();
      return;
    }
    this.outbox.commit(type, idHi, idLo, end);
    this.port.flush();
  }

  /**
   * Sends a stream frame whose data lies in a pooled buffer, by giving the
   * buffer away. The bytes before the data are overwritten with the header.
   *
   * @param session Whose data it is.
   * @param buffer One from the pool; it is the outbox's from now on.
   * @param start First byte of the data; at least `STREAM_HEAD`.
   * @param end After the last byte of the data.
   */
  adoptFrame(
    session: SessionId,
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
   * @param session Whose id comes first in the payload.
   * @param type Packet type.
   * @param idHi High half of its packet id.
   * @param idLo Low half of its packet id.
   * @param body What follows the session id.
   */
  writeBody(
    session: SessionId,
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
    const { view } = this.outbox;
    view.setUint32(at, hi);
    view.setUint32(at + 4, lo);
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
    session: SessionId,
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
    return Math.max(0, this.settings.streamMark - this.outbox.unwritten);
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
    this.outbox.view.setUint32(at + 8, bytes);
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
}
