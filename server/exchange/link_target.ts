/**
 * A connected peer as a target.
 *
 * @module
 */

import {
  CONTEXT_DEADLINE_EXCEEDED,
  type DataBody,
  FORCE_CLOSED,
  type FrameReader,
  type Link,
  PAYLOAD_TOO_LARGE,
  ProtocolError,
  type Session,
  SHORT_BUFFER,
  TIMEOUT,
  TYPE_MESSAGE,
  TYPE_REQUEST,
  type Verdict,
} from "@frontier/proto/internal";
import type { ForwardDeadlines } from "../config/mod.ts";
import type { Peer } from "../directory/peer.ts";
import type { Holder, Share } from "../quota/account.ts";
import { CALLS, QUEUED } from "../quota/kinds.ts";
import type { Ledger } from "../quota/ledger.ts";
import type { Tally } from "../tally/tally.ts";
import { type Answers, dropUnsent } from "./answers.ts";
import type { BodyReader } from "./body_reader.ts";
import { encodeEdited, roomFor, writeEdited } from "./body_edit.ts";
import type { BodyPool } from "./body_pool.ts";
import type { Call } from "./call.ts";
import type { Calls } from "./calls.ts";
import { MessageLane } from "./message_lane.ts";
import type { OutboxRoom } from "./outbox_room.ts";
import { Slot, type Slots, type SlotTarget } from "./slot.ts";
import type { Target } from "./target.ts";
import { UnreadCalls } from "./unread_calls.ts";

const WRONG_TYPE =
  "Cannot accept answer: it is of another type than its packet";

/** What several who fill an outbox faster than it is read may have together, in places of one alone. */
const CROWD = 1 / 8;
/** Calls under way of whoever has few. */
const FEW = 8;
/** Calls that were given up and may not have been read yet, from which on they count as a crowd; twice as many is all. */
const MANY_UNREAD = 512;
/** Milliseconds after which a target whose outbox is empty has read a call. */
const READ_MS = 500;
/** Milliseconds between two calls of whoever has too many that may not have been read: the answer to one tells. */
const PROBE_MS = 50;

/** Bounds of a {@linkcode LinkTarget}. */
export interface LinkTargetLimits {
  /** Largest payload, in bytes. */
  readonly maxFrameBytes: number;
  /** Calls of one source that may be under way. */
  readonly maxInflightRequests: number;
  /** Messages unacknowledged at a time by an edge without flow control. */
  readonly messageWindowEdge: number;
  /** Messages unacknowledged at a time by a service without flow control. */
  readonly messageWindowService: number;
}

/** What all targets of one gateway share. */
export interface LinkTargetContext {
  /** Bounds. */
  readonly limits: LinkTargetLimits;
  /** Knows what has no answer. */
  readonly calls: Calls;
  /** Counts what every source has. */
  readonly ledger: Ledger;
  /** Room in outboxes. */
  readonly room: OutboxRoom;
  /** Places at connections. */
  readonly slots: Slots;
  /** Buffers of messages that wait. */
  readonly pool: BodyPool;
  /** Answers those who asked. */
  readonly answers: Answers;
  /** Counts what happens; `undefined` when nobody asks. */
  readonly tally: Tally | undefined;
  /** Reads answers. */
  readonly reader: BodyReader;
  /** Which targets are told when time is up, by the gateway's clock. */
  readonly forwardDeadlines: ForwardDeadlines;
  /** The wall clock in Unix milliseconds. */
  readonly wallClock: () => number;
}

/**
 * A session of a connected peer: requests go out at once, messages through a
 * lane. Every one that it took gets exactly one answer in bounded time: that of
 * the peer, or the reason why there is none. Made at the first of them.
 */
export class LinkTarget implements Target, SlotTarget {
  /** @inheritdoc */
  readonly encoding = "packet";
  /** Whose session it is. */
  readonly peer: Peer;
  /** The session. */
  readonly session: Session;
  readonly #context: LinkTargetContext;
  #lane: MessageLane | undefined = undefined;
  /** Requests it was sent. */
  #sent = 0;
  #unread: UnreadCalls | undefined = undefined;
  /** When the next call may go out to learn what has been read, in milliseconds of the clock. */
  #probeAt = 0;

  /**
   * @param peer Whose session it is.
   * @param session Where calls are sent: its default session, or that of a
   * stream.
   * @param context What all targets share.
   */
  constructor(peer: Peer, session: Session, context: LinkTargetContext) {
    this.peer = peer;
    this.session = session;
    this.#context = context;
  }

  /** @inheritdoc */
  get draining(): boolean {
    return !this.peer.online || !this.session.link.usable;
  }

  /** @inheritdoc */
  offer(call: Call, body: DataBody): string {
    if (call.trace !== undefined && !this.#learnsTrace(call, body)) {
      call.trace.context = "";
    }
    return call.kind === "request"
      ? this.#request(call, body)
      : this.#message(call, body);
  }

  /** @inheritdoc */
  cancel(call: Call): void {
    const { slot } = call;
    if (!(slot instanceof Slot)) return;
    const { link } = this.session;
    link.sendCancel(slot);
    link.abandon(slot);
    this.#leave(slot);
  }

  /**
   * Gives up the messages that wait to be sent; the peer leaves.
   *
   * @param reason Told to those who sent them.
   */
  close(reason: string): void {
    this.#lane?.close(reason);
    this.#unread?.clear();
  }

  /**
   * The peer has answered; called by the slot.
   *
   * @param slot What waited.
   * @param link The connection of the peer.
   * @param frame The answer.
   * @throws {ProtocolError} If a Go peer would not accept the answer.
   */
  answered(slot: Slot, link: Link, frame: FrameReader): void {
    const { calls, answers, slots, reader } = this.#context;
    let refused: ProtocolError | undefined;
    try {
      if (frame.type !== slot.awaited) throw new ProtocolError(WRONG_TYPE);
      if (reader.read(this.peer, frame) === undefined) return;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      refused = error;
    }
    const { call } = slot;
    const lane = slot.isMessage ? this.#lane : undefined;
    if (call !== undefined) {
      lane?.leave(call);
      calls.leave(call);
      if (refused === undefined) answers.pass(call, reader.body, link);
      else answers.fail(call, FORCE_CLOSED, "unknown");
      calls.release(call);
    } else if (this.#context.tally !== undefined) {
      this.#context.tally.lateAnswers++;
    }
    if (lane !== undefined) lane.acked(slot);
    else {
      this.#unread?.passed(slot.order);
      slots.release(slot);
    }
    if (refused !== undefined) throw refused;
  }

  /**
   * No answer will come; called by the slot.
   *
   * @param slot What waited.
   * @param reason Why.
   */
  failed(slot: Slot, reason: string): void {
    const { call } = slot;
    const verdict = slot.later === undefined ? "unknown" : "not-run";
    if (!slot.isMessage && reason === TIMEOUT) {
      // It may be working on it still, for nobody.
      this.session.link.sendCancel(slot);
      this.#leave(slot);
    } else {
      if (slot.isMessage) this.#lane!.lost(slot);
      this.#context.slots.release(slot);
    }
    if (call === undefined) return;
    if (call.kind === "message") this.#lane!.leave(call);
    else if (reason === TIMEOUT && call.limitMs > 0) {
      reason = CONTEXT_DEADLINE_EXCEEDED;
    }
    this.#end(call, reason, verdict);
  }

  /** Nobody waits for the answer, but the request may still be read, and let others wait. */
  #leave(slot: Slot): void {
    const { slots, ledger } = this.#context;
    const { link, ready } = this.session;
    // Who leaves has given its places back, and reads nothing any more.
    const gone = this.draining || !ready || slot.later !== undefined;
    if (gone || this.#wasRead(slot)) {
      slots.release(slot);
      return;
    }
    this.#unread ??= new UnreadCalls(ledger, link.timers);
    this.#unread.add(slots.vacate(slot), this.#sent);
  }

  #wasRead({ call }: Slot): boolean {
    const { outbox, timers } = this.session.link;
    return call !== undefined && outbox.unwritten === 0 &&
      timers.now() - call.startedAt >= READ_MS;
  }

  #end(call: Call, reason: string, verdict: Verdict): void {
    const { calls, answers } = this.#context;
    calls.leave(call);
    answers.fail(call, reason, verdict);
    calls.release(call);
  }

  #request(call: Call, body: DataBody): string {
    const { limits, slots, ledger } = this.#context;
    const { session } = this;
    const { link } = session;
    call.deadlineMs = this.#deadlineOf(call);
    if (!session.ready) return this.#requestLater(call, body);
    const length = roomFor(body, call);
    if (!this.#hasRoom(call, length)) return SHORT_BUFFER;
    const share = this.#place(call.source!.holder);
    if (share === undefined) return SHORT_BUFFER;
    const at = link.openFrame(session, length);
    const end = writeEdited(link.outbox.view, at, body, call);
    if (end - at + 8 > limits.maxFrameBytes) {
      dropUnsent(link);
      ledger.give(share, CALLS, 1);
      return PAYLOAD_TOO_LARGE;
    }
    const slot = slots.obtain(call, this, share, CALLS);
    if (!link.expect(slot, session, call.expiresAt)) {
      dropUnsent(link);
      slots.release(slot);
      return SHORT_BUFFER;
    }
    slot.order = ++this.#sent;
    link.commitFrame(TYPE_REQUEST, slot.idHi, slot.idLo, end);
    this.peer.calls.callsOut++;
    return "";
  }

  /**
   * A place for a call. Several who fill an outbox faster than it is read, or
   * take back what they ask, have fewer together than one alone: what comes last
   * waits for all of them. Whoever has few finds a place all the same.
   */
  #place(source: Holder): Share | undefined {
    const { ledger, limits } = this.#context;
    const { holder, trail } = this.peer;
    const takesBack = this.#unread !== undefined &&
      this.#unread.count > MANY_UNREAD;
    if (takesBack || trail?.crowded) {
      const most = takesBack
        ? MANY_UNREAD * 2
        : limits.maxInflightRequests * CROWD;
      const share = ledger.take(CALLS, source, holder, 1, most);
      if (share !== undefined) return share;
      const few = ledger.held(CALLS, source, holder) < FEW;
      if (!few && !(takesBack && this.#probes())) return undefined;
    }
    return ledger.take(CALLS, source, holder, 1);
  }

  /** Whether it is time for a call whose answer tells what has been read before it. */
  #probes(): boolean {
    const now = this.session.link.timers.now();
    if (now < this.#probeAt) return false;
    this.#probeAt = now + PROBE_MS;
    return true;
  }

  /** The target may not listen yet: what is sent waits for it. */
  #requestLater(call: Call, body: DataBody): string {
    const { limits, slots, ledger } = this.#context;
    const { session } = this;
    const { link } = session;
    if (!session.held || !link.usable) return FORCE_CLOSED;
    const copy = encodeEdited(body, call);
    if (copy.length + 8 > limits.maxFrameBytes) return PAYLOAD_TOO_LARGE;
    const source = call.source!.holder;
    const { holder } = this.peer;
    const share = ledger.take(QUEUED, source, holder, copy.length);
    if (share === undefined) return SHORT_BUFFER;
    if (ledger.take(CALLS, source, holder, 1) === undefined) {
      ledger.give(share, QUEUED, copy.length);
      return SHORT_BUFFER;
    }
    const slot = slots.obtain(call, this, share, CALLS);
    slot.later = copy;
    if (!link.expect(slot, session, call.expiresAt)) {
      slots.release(slot);
      return SHORT_BUFFER;
    }
    session.whenReady(() => {
      // It may be answered by now, and its place somebody else's.
      if (slot.later !== copy) return;
      slots.sent(slot);
      slot.order = ++this.#sent;
      link.writeBody(session, TYPE_REQUEST, slot.idHi, slot.idLo, copy);
      this.peer.calls.callsOut++;
    });
    return "";
  }

  #message(call: Call, body: DataBody): string {
    const { limits, pool } = this.#context;
    const { session } = this;
    const { link } = session;
    if (!session.ready && !session.held) return FORCE_CLOSED;
    const lane = this.#lane ??= this.#newLane();
    const length = roomFor(body, call);
    const share = this.#hasRoom(call, length) ? lane.take(call) : undefined;
    if (share === undefined) {
      const copy = pool.encode(body, call);
      const fits = copy.length + 8 <= limits.maxFrameBytes;
      if (fits && lane.enqueue(call, copy)) return "";
      pool.release(copy.buf);
      return fits ? SHORT_BUFFER : PAYLOAD_TOO_LARGE;
    }
    const at = link.openFrame(session, length);
    const end = writeEdited(link.outbox.view, at, body, call);
    if (end - at + 8 > limits.maxFrameBytes) {
      dropUnsent(link);
      lane.giveBack(share);
      return PAYLOAD_TOO_LARGE;
    }
    const slot = lane.sending(call, share);
    if (slot === undefined) {
      dropUnsent(link);
      return SHORT_BUFFER;
    }
    link.commitFrame(TYPE_MESSAGE, slot.idHi, slot.idLo, end);
    return "";
  }

  /** Whether the context of a trace can go along; no call is to fail for it. */
  #learnsTrace(call: Call, body: DataBody): boolean {
    return this.session.link.trace &&
      roomFor(body, call) + 8 <= this.#context.limits.maxFrameBytes;
  }

  /** A peer that is not ours knows points in time only; its clock may be wrong, an edge's above all. */
  #deadlineOf({ limitMs }: Call): number {
    if (limitMs === 0 || this.session.link.ours) return 0;
    const { forwardDeadlines, wallClock } = this.#context;
    return forwardDeadlines === "all" ||
        (forwardDeadlines === "services" && this.peer.kind === "service")
      ? wallClock() + limitMs
      : 0;
  }

  #hasRoom(call: Call, bytes: number): boolean {
    return this.#context.room.take(this.peer, call.source!, bytes);
  }

  #newLane(): MessageLane {
    const { limits, slots, ledger, pool } = this.#context;
    const { peer, session } = this;
    // Our own peers queue and answer by themselves; a Go edge parks only few.
    const window = peer.kind === "edge" && !peer.link.ours
      ? limits.messageWindowEdge
      : limits.messageWindowService;
    const lane: MessageLane = new MessageLane(session, {
      ledger,
      holder: peer.holder,
      pool,
      window,
      topics: peer.kind === "service" && session.isDefault
        ? peer.topics.length
        : 1,
      fail: (call, reason) =>
        this.#end(call, reason, call.slot ? "unknown" : "not-run"),
      obtain: (call, share) => slots.obtain(call, this, share, lane.kind),
      onSent: () => void peer.calls.messagesOut++,
      release: (slot) => slots.release(slot),
    });
    return lane;
  }
}
