/**
 * What edges and services have in common as peers of the gateway.
 *
 * @module
 */

import {
  type CloseReason,
  type ConnRequest,
  FAREWELL_REASONS,
  type FarewellReason,
  FORCE_CLOSED,
  type FrameReader,
  type Link,
  type LinkHandler,
  type Session,
  Timer,
} from "@frontier/proto/internal";
import { addressGroup, type StrangerLog } from "@frontier/platform/internal";
import type { Logger } from "@frontier/platform/log";
import type { Directory } from "../directory/directory.ts";
import type { Peer } from "../directory/peer.ts";
import { closableAt } from "../directory/young.ts";
import type { Tally } from "../tally/tally.ts";
import type { CallKind } from "./call.ts";
import type { Exchange } from "./exchange.ts";
import type { Streams } from "./streams.ts";

/** What a {@linkcode PeerHandler} needs from outside. */
export interface PeerHandlerContext {
  /** Who is there. */
  readonly directory: Directory;
  /** Routes requests and messages. */
  readonly exchange: Exchange;
  /** Joins streams. */
  readonly streams: Streams;
  /** Where to report. */
  readonly log: Logger;
  /** Where to report what strangers do, one line per address and minute. */
  readonly strangers: StrangerLog;
  /** Counts what happens; `undefined` when nobody asks. */
  readonly tally: Tally | undefined;
  /** Told when a peer has gone elsewhere because this gateway goes away. */
  readonly onMoved: (link: Link) => void;
  /** Told when a connection is over. */
  readonly onEnded: (link: Link) => void;
}

/**
 * The part of a {@linkcode LinkHandler} that is the same for edges and
 * services. One instance serves all connections of a side.
 */
export abstract class PeerHandler<P extends Peer> implements LinkHandler {
  /** Who is there. */
  protected readonly directory: Directory;
  /** Routes requests and messages. */
  protected readonly exchange: Exchange;
  /** Joins streams. */
  protected readonly streams: Streams;
  /** Where to report. */
  protected readonly log: Logger;
  /** Where to report what strangers do. */
  protected readonly strangers: StrangerLog;
  /** Counts what happens; `undefined` when nobody asks. */
  protected readonly tally: Tally | undefined;
  readonly #onMoved: (link: Link) => void;
  readonly #onEnded: (link: Link) => void;

  /**
   * @param context What it needs from outside.
   */
  constructor(context: PeerHandlerContext) {
    this.directory = context.directory;
    this.exchange = context.exchange;
    this.streams = context.streams;
    this.log = context.log;
    this.strangers = context.strangers;
    this.tally = context.tally;
    this.#onMoved = context.onMoved;
    this.#onEnded = context.onEnded;
  }

  /** @inheritdoc */
  abstract onConn(link: Link, request: ConnRequest): void;
  /** @inheritdoc */
  abstract onRegister(session: Session, frame: FrameReader): void;
  /** @inheritdoc */
  abstract onSession(session: Session): void;
  /** A request or message on the default session. */
  protected abstract onCall(kind: CallKind, peer: P, frame: FrameReader): void;
  /** The peer leaves: nobody is to be routed to it any more. */
  protected abstract onGone(peer: P, reason: CloseReason): void;

  /** @inheritdoc */
  onRequest(session: Session, frame: FrameReader): void {
    this.#call("request", session, frame);
  }

  /** @inheritdoc */
  onMessage(session: Session, frame: FrameReader): void {
    this.#call("message", session, frame);
  }

  #call(kind: CallKind, session: Session, frame: FrameReader): void {
    if (session.isDefault) this.onCall(kind, session.link.user as P, frame);
    else this.streams.onCall(kind, session, frame);
  }

  /** @inheritdoc */
  onCancel(session: Session, frame: FrameReader): void {
    this.exchange.cancel(session.link.user as P, session, frame);
  }

  /** @inheritdoc */
  onStream(session: Session, frame: FrameReader): void {
    this.streams.onData(session, frame);
  }

  /** @inheritdoc */
  onSessionOpen(session: Session): void {
    this.streams.onOpen(session);
  }

  /** @inheritdoc */
  onSessionEnd(session: Session): void {
    this.streams.onEnd(session);
  }

  /** @inheritdoc */
  onSessionClosed(session: Session, reason: CloseReason): void {
    this.streams.onClosed(session, reason);
  }

  /** @inheritdoc */
  onWritable(session: Session): void {
    this.streams.onWritable(session);
  }

  /** @inheritdoc */
  mayPromise(session: Session, bytes: number): boolean {
    return this.streams.mayPromise(session, bytes);
  }

  /** @inheritdoc */
  onDrained(link: Link): void {
    this.exchange.room.drained(link.user as P);
  }

  /** @inheritdoc */
  onReadMemory(link: Link, delta: number): void {
    this.exchange.countReading(link.user as P, delta);
  }

  /** @inheritdoc */
  onHeartbeat(link: Link): void {
    this.directory.heartbeat(link.user as P);
  }

  /** @inheritdoc */
  onFarewell(link: Link, reason: FarewellReason): void {
    if (reason === "going-away") this.#onMoved(link);
  }

  /** @inheritdoc */
  onLeaving(link: Link, reason: CloseReason): void {
    const peer = link.user as P;
    this.onGone(peer, reason);
    peer.target?.close(FORCE_CLOSED);
  }

  /** @inheritdoc */
  onClosed(link: Link, reason: CloseReason): void {
    const { kind, text } = reason;
    const peer = link.user as P;
    this.exchange.cancelAll(peer);
    this.exchange.room.dropped(peer);
    peer.forget();
    if (peer.farewell !== undefined) link.timers.clear(peer.farewell);
    if (link.openedAt >= 0) this.tally?.closed(peer.kind, kind);
    else this.tally?.unadmitted(peer.kind, reason);
    const fields = { peer: peer.describe(), reason: text };
    if (kind === "protocol") {
      // Whoever does so again and again must not fill the log.
      const message = "Connection ended for what its peer sent";
      this.strangers.report(addressGroup(peer.address), message, fields);
    } else if (kind === "internal") {
      this.log.error("Connection ended by a defect, please report it", fields);
    } else this.log.debug("Connection ended", fields);
    this.#onEnded(link);
  }

  /** Not heard by the side that accepts. */
  onOpen(): void {}

  /** Not heard by the side that accepts. */
  onRefused(): void {}

  /**
   * Closes a peer's connection in an orderly way. A Go peer that has just
   * connected is given the time it needs to be able to come back.
   *
   * @param peer The peer; it must be out of routing already.
   * @param reason Why; a peer of ours is told its kind before, if it is one that
   * a farewell can say.
   */
  kick(peer: P, reason: CloseReason): void {
    const { link } = peer;
    const farewell = FAREWELL_REASONS.find((known) => known === reason.kind);
    if (farewell !== undefined) link.sendFarewell(farewell);
    this.exchange.refusals.tell(peer);
    const at = closableAt(link);
    if (link.state !== "open" || at <= link.timers.now()) link.close(reason);
    else {
      peer.farewell ??= new Timer(() => {
        this.exchange.refusals.tell(peer);
        link.close(reason);
      });
      link.timers.set(peer.farewell, at);
    }
  }
}
