/**
 * The sessions of one connection.
 *
 * @module
 */

import {
  SESSION_FLAG_ACQUIRE_ID,
  TYPE_SESSION,
  TYPE_SESSION_ACK,
} from "../wire/constants.ts";
import type { FrameReader } from "../wire/frame_reader.ts";
import type { SessionBody } from "../body/bodies.ts";
import {
  decodeSessionBody,
  encodeSessionBody,
  MAX_CONTROL_BODY,
} from "../body/json_body.ts";
import type { LinkSettings } from "./link_settings.ts";
import { Pending } from "./pending.ts";
import { ProtocolError } from "../errors/protocol_error.ts";
import { Session, type SessionLink } from "./session.ts";
import { SessionMap } from "./session_map.ts";
import { shortText } from "../wire/short_text.ts";
import { SESSION_META_TOO_LARGE, TIMEOUT } from "../errors/wire_errors.ts";
import { readU32 } from "../wire/wire_numbers.ts";

/** Bytes of JSON that one byte of a name or of meta takes in the longest of the usual forms. */
const LONGEST_FORM = 6;
const EMPTY_BODY = encodeSessionBody({});

/** What opening a session needs of the connection. */
export interface OpeningLink extends SessionLink {
  /**
   * Waits for the answer to a packet, and gives it its id.
   *
   * @param pending Hears the answer.
   * @param session The session it is sent on.
   * @param expiresAt When waiting ends, in milliseconds of the clock.
   * @returns `false` when too much waits already.
   */
  expect(
    pending: Pending<Session>,
    session: Session,
    expiresAt: number,
  ): boolean;
  /**
   * The peer has accepted a session of ours.
   *
   * @param session One that {@linkcode LinkSessions.open} has made.
   */
  onSessionOpen(session: Session): void;
}

/**
 * All sessions of a connection `L` but the default one, and how either side opens
 * one: the session packet and its ack, out and in. A link makes it with its
 * first session. Source: docs/spec/wire.md §4.2.
 */
export class LinkSessions<L extends OpeningLink> {
  /** Bytes that windows of open sessions were widened by. */
  promised = 0;
  readonly #link: L;
  readonly #known: SessionMap<Session<L>>;
  /** A client's, whose id the server has not told yet. */
  #opening: SessionMap<Session<L>> | undefined = undefined;
  /** Sessions that the peer opened and that are not over. */
  #asked = 0;
  #counter = 1;

  /**
   * Makes an empty collection.
   *
   * @param link The connection.
   */
  constructor(link: L) {
    this.#link = link;
    this.#known = new SessionMap(link.settings.random);
  }

  /** Sessions there are, those being opened included. */
  get size(): number {
    return this.#known.size + (this.#opening?.size ?? 0);
  }

  /** Sessions that the peer opened and that are not over. */
  get asked(): number {
    return this.#asked;
  }

  /**
   * Finds a session by the id that data packets name.
   *
   * @param hi High half of the id.
   * @param lo Low half of the id.
   * @returns The session, if there is one.
   */
  get(hi: number, lo: number): Session<L> | undefined {
    return this.#known.get(hi, lo);
  }

  /**
   * Goes through the sessions.
   *
   * @returns All of them.
   */
  *values(): Generator<Session<L>, void, undefined> {
    yield* this.#known.values();
    if (this.#opening !== undefined) yield* this.#opening.values();
  }

  /**
   * Forgets a session that is over.
   *
   * @param session One of these; what it was promised is free again.
   */
  delete(session: Session<L>): void {
    this.#known.delete(session);
    this.#opening?.delete(session);
    if (session.byPeer) this.#asked--;
    this.promised -= session.promised;
  }

  /**
   * Asks the peer for a session.
   *
   * @param peer What the target is called.
   * @param meta Opaque bytes for the acceptor.
   * @param trace Context of the trace it belongs to; told to a peer with
   * `trace`.
   * @returns The session, in state `opening`; `undefined` when too many packets
   * of the connection wait for their answer.
   */
  open(
    peer: string,
    meta: Uint8Array | undefined,
    trace?: string,
  ): Session<L> | undefined {
    const link = this.#link;
    let [hi, lo] = this.#freshId();
    // The peer may have chosen that very id for one of its own.
    while (!this.#isFree(hi, lo)) [hi, lo] = this.#freshId();
    const session = new Session(link, hi, lo, "opening");
    session.peer = peer;
    session.meta = meta;
    const pending = new OpenPending(this);
    const { openTimeoutMs } = link.settings;
    const endsAt = link.timers.now() + openTimeoutMs;
    if (!link.expect(pending, session, endsAt)) return undefined;
    const asClient = link.role === "client";
    if (asClient) {
      (this.#opening ??= new SessionMap(link.settings.random)).add(session);
    } else this.#known.add(session);
    const told = link.trace ? trace : undefined;
    const body = peer === "" && meta === undefined && told === undefined
      ? EMPTY_BODY
      : encodeSessionBody({ meta, error: "", peer, trace: told });
    const at = link.outbox.open(10 + body.length);
    const buf = link.outbox.buf;
    buf[at] = 0;
    buf[at + 1] = asClient ? SESSION_FLAG_ACQUIRE_ID : 0;
    link.writeId(at + 2, hi, lo);
    buf.set(body, at + 10);
    const end = at + 10 + body.length;
    link.commitFrame(TYPE_SESSION, pending.idHi, pending.idLo, end);
    return session;
  }

  /**
   * The peer has answered an open.
   *
   * @param session One that {@linkcode LinkSessions.open} has made; it may be
   * closed by now.
   * @param frame The ack.
   * @throws {ProtocolError} If the ack does not fit the session.
   */
  onAck(session: Session<L>, frame: FrameReader): void {
    const link = this.#link;
    const { buf, bodyStart } = frame;
    const same = readU32(buf, bodyStart + 2) === session.idHi &&
      readU32(buf, bodyStart + 6) === session.idLo;
    const hi = readU32(buf, bodyStart + 10);
    const lo = readU32(buf, bodyStart + 14);
    const { error } = decodeSessionBody(buf, bodyStart + 18, frame.bodyEnd);
    if (session.state !== "opening") return;
    // Only a server chooses ids.
    const fits = link.role === "client"
      ? this.#isFree(hi, lo)
      : hi === session.idHi && lo === session.idLo;
    if (!same || !fits) {
      throw new ProtocolError(
        "Cannot accept session ack: its ids do not fit the session",
      );
    }
    if (link.role === "client") {
      this.#opening!.delete(session);
      session.idHi = hi;
      session.idLo = lo;
      this.#known.add(session);
    }
    session.refusal = shortText(error);
    if (session.opened() && error === "") link.onSessionOpen(session);
  }

  /**
   * The peer asks for a session.
   *
   * @param frame The session packet.
   * @returns The session, in state `accepting`; with a `refusal` when it is to be
   * refused for what it would make us keep.
   * @throws {ProtocolError} If it is malformed, or the peer has far too many.
   */
  onSession(frame: FrameReader): Session<L> {
    const link = this.#link;
    const { buf, bodyStart } = frame;
    const asked = readAsk(link.settings, frame);
    const acquire = (buf[bodyStart + 1]! & SESSION_FLAG_ACQUIRE_ID) !== 0;
    const negotiateHi = readU32(buf, bodyStart + 2);
    const negotiateLo = readU32(buf, bodyStart + 6);
    // Only its own count: what we open must not use up what the peer may open.
    if (this.#asked >= link.settings.maxSessions * 2) {
      // Those refused linger until their dismiss is acknowledged.
      throw new ProtocolError(
        `Cannot open session: ${this.#asked} are open or closing`,
      );
    }
    const [hi, lo] = acquire ? this.#freshId() : [negotiateHi, negotiateLo];
    if (!this.#isFree(hi, lo)) {
      throw new ProtocolError(
        `Cannot open session ${
          (BigInt(hi) << 32n) | BigInt(lo)
        }: the id is reserved or in use`,
      );
    }
    const session = new Session(link, hi, lo, "accepting");
    session.asked(frame, link.trace ? asked?.trace : undefined);
    if (asked === undefined) session.refusal = SESSION_META_TOO_LARGE;
    else {
      session.peer = asked.peer;
      session.meta = asked.meta;
    }
    this.#known.add(session);
    this.#asked++;
    return session;
  }

  #isFree(hi: number, lo: number): boolean {
    return (hi !== 0 || lo > 1) && this.get(hi, lo) === undefined;
  }

  /** The same shape as packet ids: unique on this connection, above 1. */
  #freshId(): [number, number] {
    return [this.#link.silentHi, ++this.#counter];
  }
}

/**
 * Reads what a peer says when it asks for a session.
 *
 * @returns What it says; `undefined` when that is more than we are willing to
 * keep, or even to read.
 */
function readAsk(
  settings: LinkSettings,
  { buf, bodyStart, bodyEnd }: FrameReader,
): SessionBody | undefined {
  const most = settings.maxSessionMeta;
  const longest = Math.min(most * LONGEST_FORM + 128, MAX_CONTROL_BODY);
  if (bodyEnd - bodyStart - 10 > longest) return undefined;
  const body = decodeSessionBody(buf, bodyStart + 10, bodyEnd);
  const length = body.peer.length + (body.meta?.length ?? 0);
  return length > most ? undefined : body;
}

/** An open that waits for its ack. */
class OpenPending<L extends OpeningLink> extends Pending<Session<L>> {
  override answerType = TYPE_SESSION_ACK;
  readonly #sessions: LinkSessions<L>;

  constructor(sessions: LinkSessions<L>) {
    super();
    this.#sessions = sessions;
  }

  override onAnswer(frame: FrameReader): void {
    this.#sessions.onAck(this.session!, frame);
  }

  override onFail(reason: string): void {
    const kind = reason === TIMEOUT ? "timeout" : "lost";
    this.session!.finish({ kind, text: reason });
  }
}
