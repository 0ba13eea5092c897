/**
 * Passes packets on.
 *
 * @module
 */

import {
  BODY_SLACK,
  CONTEXT_CANCELED,
  CONTEXT_DEADLINE_EXCEEDED,
  DataBody,
  FORCE_CLOSED,
  type FrameReader,
  type Link,
  PAYLOAD_TOO_LARGE,
  ProtocolError,
  type Session,
  SHORT_BUFFER,
  TIMEOUT,
  TYPE_MESSAGE,
  TYPE_MESSAGE_ACK,
  TYPE_REQUEST,
  TYPE_RESPONSE,
  writeForward,
  writeWithoutTail,
  writeWithTail,
} from "@frontier/proto";
import type { Logger } from "@frontier/platform/log";
import type { Peer } from "../directory/peer.ts";
import { Answers, dropUnsent } from "./answers.ts";
import { MessageLane } from "./message_lane.ts";
import { Relay, type RelayOwner } from "./relay.ts";
import { RelayTable } from "./relay_table.ts";

/** Relay records kept for the next packet. */
const SPARE_RELAYS = 4096;

/** Bounds of a {@linkcode Forwarder}. */
export interface ForwarderSettings {
  /** Requests to one peer that may be unanswered at a time. */
  readonly maxInflightRequests: number;
  /** Bytes waiting for one peer above which nothing more is passed on to it. */
  readonly maxOutboxBytes: number;
  /** Largest payload, in bytes. */
  readonly maxFrameBytes: number;
  /** Milliseconds a request or message may take. */
  readonly forwardTimeoutMs: number;
  /** Messages unacknowledged at a time by an edge without flow control. */
  readonly messageWindowEdge: number;
  /** Messages unacknowledged at a time by a service without flow control. */
  readonly messageWindowService: number;
  /** Bytes of messages that wait for the window. */
  readonly messageQueueBytes: number;
}

/** What a {@linkcode Forwarder} needs from outside. */
export interface ForwarderContext {
  /** Bounds. */
  readonly settings: ForwarderSettings;
  /** Source of randomness, from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** The wall clock in Unix milliseconds, for deadlines of peers that send absolute ones. */
  readonly wallClock: () => number;
  /** Where to report. */
  readonly log: Logger;
}

/** How the `custom` bytes change on the way. */
export type Edit = "same" | "append" | "strip";

/**
 * Passes requests and messages on and their answers back. Every one of them
 * gets exactly one answer in bounded time: that of its target, or the reason
 * why there is none. Nothing a target's decoder would refuse is passed on: the
 * sender's connection ends instead.
 */
export class Forwarder implements RelayOwner {
  /** Requests and messages passed on and not answered yet. */
  inflight = 0;
  readonly #settings: ForwarderSettings;
  readonly #wallClock: () => number;
  readonly #answers: Answers;
  readonly #body = new DataBody();
  readonly #spares: Relay[] = [];
  readonly #salt: number;

  /**
   * @param context What it needs from outside.
   */
  constructor(context: ForwarderContext) {
    this.#settings = context.settings;
    this.#salt = (context.random() * 0x1_0000_0000) >>> 0;
    this.#wallClock = context.wallClock;
    this.#answers = new Answers(context.settings, context.log);
  }

  /**
   * Reads the body of a frame; the sender pays when a Go peer would refuse it.
   *
   * @param frame The frame.
   * @returns The body, valid until the next one is read.
   * @throws {ProtocolError} If it is malformed.
   */
  read(frame: FrameReader): DataBody {
    const body = this.#body;
    if (!body.read(frame.buf, frame.bodyStart, frame.bodyEnd)) {
      throw new ProtocolError(
        `Cannot accept body of packet type 0x${
          frame.type.toString(16)
        }: it is malformed`,
      );
    }
    return body;
  }

  /**
   * Passes on the request that was read.
   *
   * @param source Who asks.
   * @param session The session it came on.
   * @param frame The request.
   * @param target Where it goes.
   * @param edit What happens to its custom bytes.
   */
  request(
    source: Peer,
    session: Session,
    frame: FrameReader,
    target: Session,
    edit: Edit,
  ): void {
    const body = this.#body;
    const settings = this.#settings;
    const link = target.link;
    if (
      link.pendingCount >= settings.maxInflightRequests ||
      link.outbox.pending >= settings.maxOutboxBytes
    ) {
      this.refuse(session, frame, TYPE_RESPONSE, SHORT_BUFFER);
      return;
    }
    const limit = this.#timeLimit(body);
    const relay = this.#relay(source, session, frame, link);
    relay.ownLimit = limit > 0 && limit < settings.forwardTimeoutMs;
    const wait = relay.ownLimit ? limit : settings.forwardTimeoutMs;
    if (!target.ready) {
      this.#requestLater(relay, frame, target, edit, wait);
      return;
    }
    const at = link.openFrame(target, body.end - body.start + BODY_SLACK);
    const end = this.#write(
      link.outbox.buf,
      at,
      body,
      source,
      edit,
      relay.ownLimit ? limit : 0,
    );
    if (end - at + 8 > settings.maxFrameBytes) {
      dropUnsent(link);
      this.#release(relay);
      this.refuse(session, frame, TYPE_RESPONSE, PAYLOAD_TOO_LARGE);
      return;
    }
    if (!link.expect(relay, target, source.link.seenAt + wait)) {
      dropUnsent(link);
      this.#release(relay);
      this.refuse(session, frame, TYPE_RESPONSE, SHORT_BUFFER);
      return;
    }
    link.commitFrame(TYPE_REQUEST, relay.idHi, relay.idLo, end);
    this.#started(source, relay);
  }

  /** The target may not listen yet: what is sent waits for it. */
  #requestLater(
    relay: Relay,
    frame: FrameReader,
    target: Session,
    edit: Edit,
    wait: number,
  ): void {
    const { link } = target;
    const settings = this.#settings;
    const copy = this.#encode(relay.source!, edit, relay.ownLimit ? wait : 0);
    let reason = "";
    if (!target.held || !link.usable) reason = FORCE_CLOSED;
    else if (copy.length + 8 > settings.maxFrameBytes) {
      reason = PAYLOAD_TOO_LARGE;
    } else if (target.heldBytes + copy.length > settings.messageQueueBytes) {
      reason = SHORT_BUFFER;
    }
    const expiresAt = relay.source!.link.seenAt + wait;
    if (reason === "" && !link.expect(relay, target, expiresAt)) {
      reason = SHORT_BUFFER;
    }
    if (reason !== "") {
      const { sourceSession } = relay;
      this.#release(relay);
      this.refuse(sourceSession!, frame, TYPE_RESPONSE, reason);
      return;
    }
    this.#started(relay.source!, relay);
    const { idHi, idLo } = relay;
    target.heldBytes += copy.length;
    target.whenReady(() => {
      target.heldBytes -= copy.length;
      if (target.state === "open") {
        link.writeBody(target, TYPE_REQUEST, idHi, idLo, copy);
      }
    });
  }

  /**
   * Passes on the message that was read.
   *
   * @param source Who sends.
   * @param session The session it came on.
   * @param frame The message.
   * @param target Where it goes.
   * @param lane The way to it.
   * @param edit What happens to its custom bytes.
   */
  message(
    source: Peer,
    session: Session,
    frame: FrameReader,
    target: Session,
    lane: MessageLane,
    edit: Edit,
  ): void {
    const body = this.#body;
    const settings = this.#settings;
    const link = target.link;
    const full = link.outbox.pending >= settings.maxOutboxBytes;
    if (full || !(target.ready || target.held)) {
      const reason = full ? SHORT_BUFFER : FORCE_CLOSED;
      this.refuse(session, frame, TYPE_MESSAGE_ACK, reason);
      return;
    }
    const relay = this.#relay(source, session, frame, link);
    relay.lane = lane;
    relay.messageExpiresAt = source.link.seenAt + settings.forwardTimeoutMs;
    if (lane.open) {
      const at = link.openFrame(target, body.end - body.start + BODY_SLACK);
      const end = this.#write(link.outbox.buf, at, body, source, edit, 0);
      const fits = end - at + 8 <= settings.maxFrameBytes;
      if (fits && lane.sending(relay)) {
        link.commitFrame(TYPE_MESSAGE, relay.idHi, relay.idLo, end);
        this.inflight++;
        return;
      }
      dropUnsent(link);
      this.#release(relay);
      const reason = fits ? SHORT_BUFFER : PAYLOAD_TOO_LARGE;
      this.refuse(session, frame, TYPE_MESSAGE_ACK, reason);
      return;
    }
    const copy = this.#encode(source, edit, 0);
    const fits = copy.length + 8 <= settings.maxFrameBytes;
    if (fits && lane.enqueue(relay, copy)) {
      this.inflight++;
      return;
    }
    this.#release(relay);
    const reason = fits ? SHORT_BUFFER : PAYLOAD_TOO_LARGE;
    this.refuse(session, frame, TYPE_MESSAGE_ACK, reason);
  }

  #write(
    dst: Uint8Array,
    at: number,
    body: DataBody,
    source: Peer,
    edit: Edit,
    timeoutMs: number,
  ): number {
    switch (edit) {
      case "append":
        return writeWithTail(
          dst,
          at,
          body,
          source.idHi,
          source.idLo,
          timeoutMs,
        );
      case "strip":
        return writeWithoutTail(dst, at, body, timeoutMs);
      case "same":
        return writeForward(dst, at, body, timeoutMs);
    }
  }

  #encode(source: Peer, edit: Edit, timeoutMs: number): Uint8Array {
    const body = this.#body;
    const room = new Uint8Array(body.end - body.start + BODY_SLACK);
    return room.slice(0, this.#write(room, 0, body, source, edit, timeoutMs));
  }

  /**
   * The asking side's own limit in milliseconds; 0 is none. A relative one is
   * exact. An absolute one is used only while it lies ahead: a clock that is
   * wrong must not fail a call.
   */
  #timeLimit(body: DataBody): number {
    let limit = body.timeoutMs;
    if (body.deadlineMs > 0) {
      const left = body.deadlineMs - this.#wallClock();
      if (left > 0 && (limit === 0 || left < limit)) limit = left;
    }
    return limit;
  }

  #relay(
    source: Peer,
    session: Session,
    frame: FrameReader,
    target: Link,
  ): Relay {
    const relay = this.#spares.pop() ?? new Relay(this);
    relay.source = source;
    relay.sourceSession = session;
    relay.sourceIdHi = frame.idHi;
    relay.sourceIdLo = frame.idLo;
    relay.target = target;
    relay.answered = false;
    return relay;
  }

  /** Enters a request into the list of its source, where a cancel finds it. */
  #started(source: Peer, relay: Relay): void {
    this.inflight++;
    (source.relays ??= new RelayTable(this.#salt)).add(relay);
  }

  #finishRequest(relay: Relay): void {
    const { source } = relay;
    // Its answer may have ended its source, and with it everything it asked.
    if (source === undefined) return;
    this.inflight--;
    source.relays!.delete(relay);
    this.#release(relay);
  }

  #release(relay: Relay): void {
    relay.source = relay.sourceSession = undefined;
    relay.target = relay.lane = relay.session = undefined;
    relay.prev = relay.next = undefined;
    if (this.#spares.length < SPARE_RELAYS) this.#spares.push(relay);
  }

  #failMessage(relay: Relay, reason: string): void {
    if (relay.answered) return;
    this.#answers.fail(relay, reason);
    relay.answered = true;
    this.inflight--;
  }

  /**
   * The asking side no longer wants an answer.
   *
   * @param source Who asked.
   * @param session The session it asked on.
   * @param frame The cancel.
   */
  cancel(source: Peer, session: Session, frame: FrameReader): void {
    const relay = source.relays?.get(frame.idHi, frame.idLo, session);
    if (relay === undefined) return;
    relay.target!.sendCancel(relay);
    relay.target!.abandon(relay);
    this.#answers.fail(relay, CONTEXT_CANCELED);
    this.#finishRequest(relay);
  }

  /**
   * The asking side has gone: its requests are canceled, for they would hold
   * their targets' places until their time is over.
   *
   * @param source Who asked.
   */
  cancelAll(source: Peer): void {
    for (const relay of source.relays?.all() ?? []) {
      relay.target!.sendCancel(relay);
      relay.target!.abandon(relay);
      this.#finishRequest(relay);
    }
  }

  /**
   * Makes the way of messages to a session.
   *
   * @param peer Whose session it is.
   * @param session The session.
   * @returns The lane.
   */
  lane(peer: Peer, session: Session): MessageLane {
    const settings = this.#settings;
    // Our own peers queue and answer by themselves; a Go edge parks only few.
    const window = peer.messageWindow === "edge" && !peer.link.ours
      ? settings.messageWindowEdge
      : settings.messageWindowService;
    return new MessageLane(session, {
      window,
      queueBytes: settings.messageQueueBytes,
    }, {
      failMessage: (relay, reason) => this.#failMessage(relay, reason),
      release: (relay) => this.#release(relay),
    });
  }

  /**
   * The answer to a relayed packet has arrived; called by the relay.
   *
   * @param relay The relay.
   * @param link Where the answer came from.
   * @param frame The answer.
   */
  onAnswer(relay: Relay, link: Link, frame: FrameReader): void {
    const body = this.#body;
    const valid = frame.type === relay.answerTo &&
      body.read(frame.buf, frame.bodyStart, frame.bodyEnd);
    if (!relay.answered) {
      if (valid) this.#answers.pass(relay, body);
      else this.#answers.fail(relay, FORCE_CLOSED);
    }
    if (relay.lane === undefined) this.#finishRequest(relay);
    else {
      if (!relay.answered) this.inflight--;
      const { lane } = relay;
      lane.acked(relay);
      this.#release(relay);
    }
    if (!valid) {
      throw new ProtocolError(
        `Cannot accept answer to packet ${frame.idHi}:${frame.idLo} of ${link.clientId}: its body is malformed`,
      );
    }
  }

  /**
   * No answer will come; called by the relay.
   *
   * @param relay The relay.
   * @param reason Why.
   */
  onFail(relay: Relay, reason: string): void {
    // One of several that fail together has ended its source: it is done with.
    if (relay.source === undefined) return;
    if (relay.lane !== undefined) {
      const { lane } = relay;
      this.#failMessage(relay, reason);
      lane.lost(relay);
      this.#release(relay);
      return;
    }
    this.#answers.fail(
      relay,
      reason === TIMEOUT && relay.ownLimit ? CONTEXT_DEADLINE_EXCEEDED : reason,
    );
    this.#finishRequest(relay);
  }

  /**
   * Answers the frame that is being handled, whose body was read.
   *
   * @param session The session it came on.
   * @param frame The frame.
   * @param type Type of the answer.
   * @param reason Why it is not passed on.
   */
  refuse(
    session: Session,
    frame: FrameReader,
    type: number,
    reason: string,
  ): void {
    const request = type === TYPE_RESPONSE ? this.#body : null;
    this.#answers.refuse(
      session,
      type,
      frame.idHi,
      frame.idLo,
      request,
      reason,
    );
  }
}
