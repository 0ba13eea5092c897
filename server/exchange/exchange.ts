/**
 * Routes requests and messages between edges and services.
 *
 * @module
 */

import {
  BODY_SLACK,
  CONTEXT_CANCELED,
  CONTEXT_DEADLINE_EXCEEDED,
  DataBody,
  EDGE_NOT_ONLINE,
  encodeErrorText,
  FORCE_CLOSED,
  type FrameReader,
  ILLEGAL_CUSTOM,
  type Link,
  PAYLOAD_TOO_LARGE,
  ProtocolError,
  RECORD_NOT_FOUND,
  type Session,
  SHORT_BUFFER,
  TIMEOUT,
  TOPIC_NOT_ONLINE,
  TYPE_MESSAGE,
  TYPE_MESSAGE_ACK,
  TYPE_REQUEST,
  TYPE_RESPONSE,
  writeAnswer,
  writeError,
  writeForward,
  writeWithoutTail,
  writeWithTail,
} from "@frontier/proto";
import type { Logger } from "@frontier/platform/log";
import type { EdgePeer, Peer, ServicePeer } from "../registry/peer.ts";
import type { Registry } from "../registry/registry.ts";
import { chooseIndex, type HashBy } from "./choose.ts";
import { MessageLane } from "./message_lane.ts";
import { Relay } from "./relay.ts";
import { RelayTable } from "./relay_table.ts";

/** Relay records kept for the next packet. */
const SPARE_RELAYS = 4096;

/** Bounds and choices of an {@linkcode Exchange}. */
export interface ExchangeSettings {
  /** How one of several services is chosen. */
  readonly hashBy: HashBy;
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

/** What an {@linkcode Exchange} needs from outside. */
export interface ExchangeContext {
  /** Who is there. */
  readonly registry: Registry;
  /** Bounds and choices. */
  readonly settings: ExchangeSettings;
  /** Source of randomness, from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** The wall clock in Unix milliseconds, for deadlines of peers that send absolute ones. */
  readonly wallClock: () => number;
  /** Where to report. */
  readonly log: Logger;
}

/** How the `custom` bytes change on the way. */
type Edit = "same" | "append" | "strip";

const errorTexts = new Map<string, Uint8Array>();

function errorBytes(text: string): Uint8Array {
  let bytes = errorTexts.get(text);
  if (bytes === undefined) {
    bytes = encodeErrorText(text);
    if (errorTexts.size < 64) errorTexts.set(text, bytes);
  }
  return bytes;
}

/** A frame that was begun is not sent after all: an idle outbox keeps no room for it. */
function giveUp(link: Link): void {
  if (link.outbox.pending === 0) link.outbox.clear();
}

/**
 * Passes requests and messages on and their answers back. Every one of them
 * gets exactly one answer in bounded time: that of its target, or the reason
 * why there is none. Nothing a target's decoder would refuse is passed on: the
 * sender's connection ends instead.
 *
 * It has no clock, no randomness and no connections of its own.
 */
export class Exchange {
  /** Requests and messages passed on and not answered yet. */
  inflight = 0;
  readonly #registry: Registry;
  readonly #settings: ExchangeSettings;
  readonly #random: () => number;
  readonly #wallClock: () => number;
  readonly #log: Logger;
  readonly #body = new DataBody();
  readonly #spares: Relay[] = [];
  readonly #salt: number;

  /**
   * @param context What it needs from outside.
   */
  constructor(context: ExchangeContext) {
    this.#registry = context.registry;
    this.#settings = context.settings;
    this.#random = context.random;
    this.#salt = (context.random() * 0x1_0000_0000) >>> 0;
    this.#wallClock = context.wallClock;
    this.#log = context.log;
  }

  /**
   * An edge calls a method: one of the services that registered it answers.
   *
   * @param edge The edge.
   * @param frame Its request, on the default session.
   */
  edgeRequest(edge: EdgePeer, frame: FrameReader): void {
    const body = this.#read(frame);
    const candidates = this.#registry.byMethod(
      body.buf,
      body.keyStart,
      body.keyEnd,
    );
    if (candidates === undefined || !edge.online) {
      const reason = edge.online ? RECORD_NOT_FOUND : FORCE_CLOSED;
      this.#refuse(edge.link.defaultSession, frame, TYPE_RESPONSE, reason);
      return;
    }
    const target = this.#choose(candidates, edge);
    this.#request(
      edge,
      edge.link.defaultSession,
      frame,
      target.link.defaultSession,
      "append",
    );
  }

  /**
   * A service calls a method of the edge whose id ends the custom bytes.
   *
   * @param service The service.
   * @param frame Its request, on the default session.
   */
  serviceRequest(service: ServicePeer, frame: FrameReader): void {
    const body = this.#read(frame);
    const session = service.link.defaultSession;
    const edge = body.readTail()
      ? this.#registry.edge(body.tailHi, body.tailLo)
      : null;
    if (edge === undefined || edge === null) {
      const reason = edge === null ? ILLEGAL_CUSTOM : EDGE_NOT_ONLINE;
      this.#refuse(session, frame, TYPE_RESPONSE, reason);
      return;
    }
    this.#request(service, session, frame, edge.link.defaultSession, "strip");
  }

  /**
   * A request inside a joined stream: it goes to the other side as it is.
   *
   * @param source Who asks.
   * @param session The session it came on.
   * @param frame The request.
   * @param target The other side's session; `undefined` when it is gone.
   */
  streamRequest(
    source: Peer,
    session: Session,
    frame: FrameReader,
    target: Session | undefined,
  ): void {
    this.#read(frame);
    if (target === undefined) {
      this.#refuse(session, frame, TYPE_RESPONSE, FORCE_CLOSED);
      return;
    }
    this.#request(source, session, frame, target, "same");
  }

  /**
   * An edge publishes to a topic: one of the services that take it gets it.
   *
   * @param edge The edge.
   * @param frame Its message, on the default session.
   */
  edgeMessage(edge: EdgePeer, frame: FrameReader): void {
    const body = this.#read(frame);
    const session = edge.link.defaultSession;
    const candidates = this.#registry.byTopic(
      body.buf,
      body.topicStart,
      body.topicEnd,
    );
    if (candidates === undefined || !edge.online) {
      const reason = edge.online ? TOPIC_NOT_ONLINE : FORCE_CLOSED;
      this.#refuse(session, frame, TYPE_MESSAGE_ACK, reason);
      return;
    }
    const service = this.#choose(candidates, edge);
    service.lane ??= this.lane(service, service.link.defaultSession);
    this.#message(
      edge,
      session,
      frame,
      service.link.defaultSession,
      service.lane,
      "append",
    );
  }

  /**
   * A service sends a message to the edge whose id ends the custom bytes.
   *
   * @param service The service.
   * @param frame Its message, on the default session.
   */
  serviceMessage(service: ServicePeer, frame: FrameReader): void {
    const body = this.#read(frame);
    const session = service.link.defaultSession;
    const edge = body.readTail()
      ? this.#registry.edge(body.tailHi, body.tailLo)
      : null;
    if (edge === undefined || edge === null) {
      const reason = edge === null ? ILLEGAL_CUSTOM : EDGE_NOT_ONLINE;
      this.#refuse(session, frame, TYPE_MESSAGE_ACK, reason);
      return;
    }
    edge.lane ??= this.lane(edge, edge.link.defaultSession);
    this.#message(
      service,
      session,
      frame,
      edge.link.defaultSession,
      edge.lane,
      "strip",
    );
  }

  /**
   * A message inside a joined stream: it goes to the other side as it is.
   *
   * @param source Who sends.
   * @param session The session it came on.
   * @param frame The message.
   * @param target The other side's session; `undefined` when it is gone.
   * @param lane The way to it.
   */
  streamMessage(
    source: Peer,
    session: Session,
    frame: FrameReader,
    target: Session | undefined,
    lane: MessageLane | undefined,
  ): void {
    this.#read(frame);
    if (target === undefined || lane === undefined) {
      this.#refuse(session, frame, TYPE_MESSAGE_ACK, FORCE_CLOSED);
      return;
    }
    this.#message(source, session, frame, target, lane, "same");
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
    this.#fail(relay, CONTEXT_CANCELED);
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
    const valid =
      frame.type === (relay.lane ? TYPE_MESSAGE_ACK : TYPE_RESPONSE) &&
      body.read(frame.buf, frame.bodyStart, frame.bodyEnd);
    if (!relay.answered) {
      if (valid) this.#answer(relay, body);
      else this.#fail(relay, FORCE_CLOSED);
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
    this.#fail(
      relay,
      reason === TIMEOUT && relay.ownLimit ? CONTEXT_DEADLINE_EXCEEDED : reason,
    );
    this.#finishRequest(relay);
  }

  #choose(candidates: readonly ServicePeer[], edge: EdgePeer): ServicePeer {
    return candidates[
      chooseIndex(candidates.length, this.#settings.hashBy, edge, this.#random)
    ]!;
  }

  /** Reads the body of a frame; the sender pays when a Go peer would refuse it. */
  #read(frame: FrameReader): DataBody {
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

  #request(
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
      this.#refuse(session, frame, TYPE_RESPONSE, SHORT_BUFFER);
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
      giveUp(link);
      this.#release(relay);
      this.#refuse(session, frame, TYPE_RESPONSE, PAYLOAD_TOO_LARGE);
      return;
    }
    link.expect(relay, target, source.link.seenAt + wait);
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
    if (!target.held || !link.usable) {
      const { sourceSession } = relay;
      this.#release(relay);
      this.#refuse(sourceSession!, frame, TYPE_RESPONSE, FORCE_CLOSED);
      return;
    }
    const copy = this.#encode(relay.source!, edit, relay.ownLimit ? wait : 0);
    if (copy.length + 8 > this.#settings.maxFrameBytes) {
      const { sourceSession } = relay;
      this.#release(relay);
      this.#refuse(sourceSession!, frame, TYPE_RESPONSE, PAYLOAD_TOO_LARGE);
      return;
    }
    if (target.heldBytes + copy.length > this.#settings.messageQueueBytes) {
      const { sourceSession } = relay;
      this.#release(relay);
      this.#refuse(sourceSession!, frame, TYPE_RESPONSE, SHORT_BUFFER);
      return;
    }
    link.expect(relay, target, relay.source!.link.seenAt + wait);
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

  #message(
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
      this.#refuse(session, frame, TYPE_MESSAGE_ACK, reason);
      return;
    }
    const relay = this.#relay(source, session, frame, link);
    relay.lane = lane;
    relay.messageExpiresAt = source.link.seenAt + settings.forwardTimeoutMs;
    if (lane.open) {
      const at = link.openFrame(target, body.end - body.start + BODY_SLACK);
      const end = this.#write(link.outbox.buf, at, body, source, edit, 0);
      if (end - at + 8 <= settings.maxFrameBytes) {
        lane.sending(relay);
        link.commitFrame(TYPE_MESSAGE, relay.idHi, relay.idLo, end);
        this.inflight++;
        return;
      }
      giveUp(link);
      this.#release(relay);
      this.#refuse(session, frame, TYPE_MESSAGE_ACK, PAYLOAD_TOO_LARGE);
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
    this.#refuse(session, frame, TYPE_MESSAGE_ACK, reason);
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
    this.#fail(relay, reason);
    relay.answered = true;
    this.inflight--;
  }

  #answer(relay: Relay, body: DataBody): void {
    const session = relay.sourceSession!;
    if (session.state !== "open") return;
    const link = session.link;
    const length = body.end - body.start;
    if (link.outbox.pending + length > this.#settings.maxOutboxBytes) {
      this.#fail(relay, SHORT_BUFFER);
      return;
    }
    const at = link.openFrame(session, length + BODY_SLACK);
    const end = writeAnswer(link.outbox.buf, at, body);
    if (end - at + 8 > this.#settings.maxFrameBytes) {
      giveUp(link);
      this.#fail(relay, PAYLOAD_TOO_LARGE);
      return;
    }
    link.commitFrame(
      relay.lane === undefined ? TYPE_RESPONSE : TYPE_MESSAGE_ACK,
      relay.sourceIdHi,
      relay.sourceIdLo,
      end,
    );
  }

  #fail(relay: Relay, reason: string): void {
    this.#answerError(
      relay.sourceSession!,
      relay.lane === undefined ? TYPE_RESPONSE : TYPE_MESSAGE_ACK,
      relay.sourceIdHi,
      relay.sourceIdLo,
      null,
      reason,
    );
  }

  /** Answers the frame that is being handled, whose body was read. */
  #refuse(
    session: Session,
    frame: FrameReader,
    type: number,
    reason: string,
  ): void {
    const key = type === TYPE_RESPONSE ? this.#body : null;
    this.#answerError(session, type, frame.idHi, frame.idLo, key, reason);
  }

  #answerError(
    session: Session,
    type: number,
    idHi: number,
    idLo: number,
    key: DataBody | null,
    reason: string,
  ): void {
    if (session.state !== "open") return;
    const link = session.link;
    if (link.outbox.pending > this.#settings.maxOutboxBytes * 2) {
      // It asks and never reads: not even the errors fit any more.
      this.#log.warn("Connection does not read its answers", {
        id: link.clientId,
        pending: link.outbox.pending,
      });
      link.fail("answers are not read");
      return;
    }
    const error = errorBytes(reason);
    const room = (key === null ? 0 : key.keyEnd - key.start) + error.length +
      BODY_SLACK;
    const at = link.openFrame(session, room);
    const end = writeError(link.outbox.buf, at, key, error);
    link.commitFrame(type, idHi, idLo, end);
  }
}
