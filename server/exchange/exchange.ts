/**
 * Routes requests and messages between edges and services.
 *
 * @module
 */

import {
  EDGE_NOT_ONLINE,
  FORCE_CLOSED,
  type FrameReader,
  ILLEGAL_CUSTOM,
  RECORD_NOT_FOUND,
  type Session,
  TOPIC_NOT_ONLINE,
  TYPE_MESSAGE_ACK,
  TYPE_RESPONSE,
} from "@frontier/proto";
import type { EdgePeer, Peer, ServicePeer } from "../directory/peer.ts";
import type { Directory } from "../directory/directory.ts";
import { chooseIndex, type HashBy } from "./choose.ts";
import {
  Forwarder,
  type ForwarderContext,
  type ForwarderSettings,
} from "./forwarder.ts";
import type { MessageLane } from "./message_lane.ts";

/** Bounds and choices of an {@linkcode Exchange}. */
export interface ExchangeSettings extends ForwarderSettings {
  /** How one of several services is chosen. */
  readonly hashBy: HashBy;
}

/** What an {@linkcode Exchange} needs from outside. */
export interface ExchangeContext extends ForwarderContext {
  /** Who is there. */
  readonly directory: Directory;
  /** Bounds and choices. */
  readonly settings: ExchangeSettings;
}

/**
 * Decides where requests and messages go, and hands them to its
 * {@linkcode Forwarder}. It has no clock, no randomness and no connections of
 * its own.
 */
export class Exchange {
  readonly #directory: Directory;
  readonly #hashBy: HashBy;
  readonly #random: () => number;
  readonly #forwarder: Forwarder;

  /**
   * @param context What it needs from outside.
   */
  constructor(context: ExchangeContext) {
    this.#directory = context.directory;
    this.#hashBy = context.settings.hashBy;
    this.#random = context.random;
    this.#forwarder = new Forwarder(context);
  }

  /** Requests and messages passed on and not answered yet. */
  get inflight(): number {
    return this.#forwarder.inflight;
  }

  /**
   * An edge calls a method: one of the services that registered it answers.
   *
   * @param edge The edge.
   * @param frame Its request, on the default session.
   */
  edgeRequest(edge: EdgePeer, frame: FrameReader): void {
    const body = this.#forwarder.read(frame);
    const candidates = this.#directory.byMethod(
      body.buf,
      body.keyStart,
      body.keyEnd,
    );
    if (candidates === undefined || !edge.online) {
      const reason = edge.online ? RECORD_NOT_FOUND : FORCE_CLOSED;
      this.#forwarder.refuse(
        edge.link.defaultSession,
        frame,
        TYPE_RESPONSE,
        reason,
      );
      return;
    }
    const target = this.#choose(candidates, edge);
    this.#forwarder.request(
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
    const body = this.#forwarder.read(frame);
    const session = service.link.defaultSession;
    const edge = body.readTail()
      ? this.#directory.edge(body.tailHi, body.tailLo)
      : null;
    if (edge === undefined || edge === null) {
      const reason = edge === null ? ILLEGAL_CUSTOM : EDGE_NOT_ONLINE;
      this.#forwarder.refuse(session, frame, TYPE_RESPONSE, reason);
      return;
    }
    this.#forwarder.request(
      service,
      session,
      frame,
      edge.link.defaultSession,
      "strip",
    );
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
    this.#forwarder.read(frame);
    if (target === undefined) {
      this.#forwarder.refuse(session, frame, TYPE_RESPONSE, FORCE_CLOSED);
      return;
    }
    this.#forwarder.request(source, session, frame, target, "same");
  }

  /**
   * An edge publishes to a topic: one of the services that take it gets it.
   *
   * @param edge The edge.
   * @param frame Its message, on the default session.
   */
  edgeMessage(edge: EdgePeer, frame: FrameReader): void {
    const body = this.#forwarder.read(frame);
    const session = edge.link.defaultSession;
    const candidates = this.#directory.byTopic(
      body.buf,
      body.topicStart,
      body.topicEnd,
    );
    if (candidates === undefined || !edge.online) {
      const reason = edge.online ? TOPIC_NOT_ONLINE : FORCE_CLOSED;
      this.#forwarder.refuse(session, frame, TYPE_MESSAGE_ACK, reason);
      return;
    }
    const service = this.#choose(candidates, edge);
    service.lane ??= this.#forwarder.lane(service, service.link.defaultSession);
    this.#forwarder.message(
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
    const body = this.#forwarder.read(frame);
    const session = service.link.defaultSession;
    const edge = body.readTail()
      ? this.#directory.edge(body.tailHi, body.tailLo)
      : null;
    if (edge === undefined || edge === null) {
      const reason = edge === null ? ILLEGAL_CUSTOM : EDGE_NOT_ONLINE;
      this.#forwarder.refuse(session, frame, TYPE_MESSAGE_ACK, reason);
      return;
    }
    edge.lane ??= this.#forwarder.lane(edge, edge.link.defaultSession);
    this.#forwarder.message(
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
    this.#forwarder.read(frame);
    if (target === undefined || lane === undefined) {
      this.#forwarder.refuse(session, frame, TYPE_MESSAGE_ACK, FORCE_CLOSED);
      return;
    }
    this.#forwarder.message(source, session, frame, target, lane, "same");
  }

  /**
   * The asking side no longer wants an answer.
   *
   * @param source Who asked.
   * @param session The session it asked on.
   * @param frame The cancel.
   */
  cancel(source: Peer, session: Session, frame: FrameReader): void {
    this.#forwarder.cancel(source, session, frame);
  }

  /**
   * The asking side has gone: nobody waits for what it asked.
   *
   * @param source Who asked.
   */
  cancelAll(source: Peer): void {
    this.#forwarder.cancelAll(source);
  }

  /**
   * Makes the way of messages to a session.
   *
   * @param peer Whose session it is.
   * @param session The session.
   * @returns The lane.
   */
  lane(peer: Peer, session: Session): MessageLane {
    return this.#forwarder.lane(peer, session);
  }

  #choose(candidates: readonly ServicePeer[], edge: EdgePeer): ServicePeer {
    return candidates[
      chooseIndex(candidates.length, this.#hashBy, edge, this.#random)
    ]!;
  }
}
