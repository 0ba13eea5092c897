/**
 * Routes requests and messages between edges and services.
 *
 * @module
 */

import {
  CONTEXT_CANCELED,
  type DataBody,
  EDGE_NOT_ONLINE,
  FORCE_CLOSED,
  type FrameReader,
  ILLEGAL_CUSTOM,
  RECORD_NOT_FOUND,
  type Session,
  type Timers,
  TOPIC_NOT_ONLINE,
} from "@frontier/proto/internal";
import type { Tracer } from "@frontier/platform/trace";
import type { Logger } from "@frontier/platform/log";
import type { ForwardDeadlines } from "../config/mod.ts";
import type { RouteVerdicts } from "../admission/route_verdicts.ts";
import type { EdgePeer, Peer, ServicePeer } from "../directory/peer.ts";
import type { Directory } from "../directory/directory.ts";
import type { RouteSet } from "../directory/route.ts";
import { READING } from "../quota/kinds.ts";
import type { Ledger } from "../quota/ledger.ts";
import type { Tally } from "../tally/tally.ts";
import { Answers } from "./answers.ts";
import { BodyPool } from "./body_pool.ts";
import { BodyReader } from "./body_reader.ts";
import type { Call, CallKind } from "./call.ts";
import { showFailure, traceCall } from "./call_trace.ts";
import { Calls } from "./calls.ts";
import type { Chooser } from "./choose.ts";
import {
  LinkTarget,
  type LinkTargetContext,
  type LinkTargetLimits,
} from "./link_target.ts";
import { LateRefusals, refusalOf } from "./late_refusals.ts";
import { OutboxRoom } from "./outbox_room.ts";
import { Slot, Slots } from "./slot.ts";
import type { Target } from "./target.ts";
import { timeLimit } from "./time_limit.ts";

/** Bounds of an {@linkcode Exchange}. */
export interface ExchangeLimits extends LinkTargetLimits {
  /** Bytes that one peer alone may have in an outbox. */
  readonly maxOutboxBytes: number;
  /** Milliseconds a request or message may take. */
  readonly forwardTimeoutMs: number;
}

/** What an {@linkcode Exchange} needs from outside. */
export interface ExchangeContext {
  /** Who is there. */
  readonly directory: Directory;
  /** Chooses one of several. */
  readonly chooser: Chooser;
  /** Counts what every peer has. */
  readonly ledger: Ledger;
  /** Bounds. */
  readonly limits: ExchangeLimits;
  /** Which targets are told when a caller's time is up, by the gateway's clock. */
  readonly forwardDeadlines: ForwardDeadlines;
  /** Source of randomness, from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** The wall clock in Unix milliseconds, for deadlines of peers that send absolute ones. */
  readonly wallClock: () => number;
  /** What rules say about routes; `undefined` when there are none. */
  readonly verdicts: RouteVerdicts | undefined;
  /** Counts what happens; `undefined` when nobody asks. */
  readonly tally: Tally | undefined;
  /** Begins spans; `undefined` when nobody collects them. */
  readonly tracer: Tracer | undefined;
  /** Where to report. */
  readonly log: Logger;
}

/**
 * Decides where requests and messages go, and offers them to their
 * {@linkcode Target}. Every one of them gets exactly one answer in bounded
 * time. Nothing a Go peer's decoder would refuse is passed on: the sender's
 * connection ends instead. It has no clock, no randomness and no connections of
 * its own.
 */
export class Exchange {
  /** Room in the outboxes of peers. */
  readonly room: OutboxRoom;
  /** Refusals of those that are about to leave. */
  readonly refusals: LateRefusals;
  /** Told of a peer whose unfinished frame has no room when memory is scarce. */
  onOverdrawn: ((peer: Peer) => void) | undefined = undefined;
  readonly #directory: Directory;
  readonly #chooser: Chooser;
  readonly #forwardTimeoutMs: number;
  readonly #wallClock: () => number;
  readonly #verdicts: RouteVerdicts | undefined;
  readonly #calls: Calls;
  readonly #answers: Answers;
  readonly #tally: Tally | undefined;
  readonly #tracer: Tracer | undefined;
  readonly #ledger: Ledger;
  readonly #reader: BodyReader;
  readonly #body: DataBody;
  readonly #targets: LinkTargetContext;

  /**
   * @param context What it needs from outside.
   */
  constructor(context: ExchangeContext) {
    const { limits } = context;
    this.#directory = context.directory;
    this.#chooser = context.chooser;
    this.#forwardTimeoutMs = limits.forwardTimeoutMs;
    this.#wallClock = context.wallClock;
    this.#verdicts = context.verdicts;
    this.#tracer = context.tracer;
    this.#calls = new Calls((context.random() * 0x1_0000_0000) >>> 0);
    const ledger = this.#ledger = context.ledger;
    this.room = new OutboxRoom(ledger, limits.maxOutboxBytes * 2);
    const tally = this.#tally = context.tally;
    this.#answers = new Answers(limits, this.room, context.log, tally);
    this.refusals = new LateRefusals(this.#calls, this.#answers);
    this.#reader = new BodyReader({
      ledger,
      timers: context.timers,
      onCrowded: (peer) => this.onOverdrawn?.(peer),
    });
    this.#body = this.#reader.body;
    this.#targets = {
      limits,
      calls: this.#calls,
      ledger,
      room: this.room,
      slots: new Slots(ledger),
      pool: new BodyPool(),
      answers: this.#answers,
      tally,
      reader: this.#reader,
      forwardDeadlines: context.forwardDeadlines,
      wallClock: context.wallClock,
    };
  }

  /** Requests and messages passed on and not answered yet. */
  get inflight(): number {
    return this.#calls.inflight;
  }

  /**
   * The buffer that a peer's bytes are read into has changed its size.
   *
   * @param peer Whose bytes they are.
   * @param delta By how many bytes it is larger than before.
   */
  countReading(peer: Peer, delta: number): void {
    const before = countedReading(peer.readBytes);
    peer.readBytes += delta;
    const more = countedReading(peer.readBytes) - before;
    if (more === 0) return;
    const ledger = this.#ledger;
    const { holder } = peer;
    const { process } = ledger;
    if (more < 0) {
      ledger.give(ledger.force(READING, holder, process, 0), READING, -more);
    } else if (ledger.take(READING, holder, process, more) === undefined) {
      // The buffer is there already. Nobody else is to do without for it.
      ledger.force(READING, holder, process, more);
      if (ledger.level >= 1) this.onOverdrawn?.(peer);
    }
  }

  /**
   * Tells whether something of a peer is in flight: what it asked, what it was
   * asked, or what is being read of it.
   *
   * @param peer Anybody who is connected.
   * @returns Whether there is something that has still to be answered.
   */
  underWay(peer: Peer): boolean {
    return this.#reader.reads(peer) ||
      peer.unanswered.some(({ target }) => target !== undefined) ||
      peer.link.awaits((one) => one instanceof Slot && one.call !== undefined);
  }

  /**
   * Makes a target of a session.
   *
   * @param peer Whose session it is.
   * @param session Its default session, or that of a stream.
   * @returns The target.
   */
  target(peer: Peer, session: Session): LinkTarget {
    return new LinkTarget(peer, session, this.#targets);
  }

  /**
   * Makes a target of a broker.
   *
   * @param make Makes it of what it shares with the exchange.
   * @returns The target.
   */
  broker<T extends Target>(
    make: (shared: { calls: Calls; answers: Answers; ledger: Ledger }) => T,
  ): T {
    const { calls, answers, ledger } = this.#targets;
    return make({ calls, answers, ledger });
  }

  /**
   * An edge calls a method or publishes to a topic: one of those who take it
   * gets it.
   *
   * @param kind Which of the two.
   * @param edge Who asks, and pays for what is stored.
   * @param frame The packet, on the default session.
   */
  fromEdge(kind: CallKind, edge: EdgePeer, frame: FrameReader): void {
    const body = this.#reader.read(edge, frame);
    if (body === undefined) return;
    const call = this.#begin(kind, edge, edge.link.defaultSession, frame);
    call.edit = "append";
    if (kind === "request") {
      const { buf, keyStart, keyEnd } = body;
      const routes = this.#directory.byMethod(buf, keyStart, keyEnd);
      this.#toService(call, edge, routes, RECORD_NOT_FOUND);
    } else {
      const { buf, topicStart, topicEnd } = body;
      const routes = this.#directory.byTopic(buf, topicStart, topicEnd);
      this.#toService(call, edge, routes, TOPIC_NOT_ONLINE);
    }
  }

  /**
   * A service calls a method of the edge whose id ends the custom bytes, or
   * sends a message to it.
   *
   * @param kind Which of the two.
   * @param service Who asks; the edge pays for what is stored.
   * @param frame The packet, on the default session.
   */
  fromService(kind: CallKind, service: ServicePeer, frame: FrameReader): void {
    if (this.#reader.read(service, frame) === undefined) return;
    const call = this.#begin(kind, service, service.link.defaultSession, frame);
    call.edit = "strip";
    this.#toEdge(call, service);
  }

  /**
   * A request or message inside a joined stream: it goes to the other side as
   * it is.
   *
   * @param kind Which of the two.
   * @param source Who asks.
   * @param session The session it came on.
   * @param frame The packet.
   * @param target The other side; `undefined` when it is gone.
   */
  inStream(
    kind: CallKind,
    source: Peer,
    session: Session,
    frame: FrameReader,
    target: Target | undefined,
  ): void {
    if (this.#reader.read(source, frame) === undefined) return;
    const call = this.#begin(kind, source, session, frame);
    call.edit = "same";
    this.#offer(call, target, FORCE_CLOSED);
  }

  /**
   * The asking side no longer wants an answer.
   *
   * @param source Who asked.
   * @param session The session it asked on.
   * @param frame The cancel.
   */
  cancel(source: Peer, session: Session, frame: FrameReader): void {
    const call = this.#calls.find(source, session, frame);
    if (call === undefined) return;
    call.target?.cancel(call);
    this.#calls.leave(call);
    this.#answers.fail(call, CONTEXT_CANCELED, "unknown");
    this.#calls.release(call);
  }

  /**
   * The asking side has gone: its requests are canceled, for they would hold
   * their targets' places until their time is over. Its messages go on their
   * way, without anything of it.
   *
   * @param source Who asked.
   */
  cancelAll(source: Peer): void {
    this.#reader.forget(source);
    this.refusals.forget(source);
    for (const call of source.unanswered) {
      // A refusal that waits to be told has not gone anywhere.
      if (call.kind === "message" && call.target !== undefined) {
        this.#calls.detach(call);
        continue;
      }
      call.target?.cancel(call);
      this.#calls.leave(call);
      this.#tally?.unheard(call);
      if (call.trace !== undefined) {
        showFailure(call.trace.span, CONTEXT_CANCELED);
      }
      this.#calls.release(call);
    }
  }

  #begin(
    kind: CallKind,
    source: Peer,
    session: Session,
    frame: FrameReader,
  ): Call {
    const call = this.#calls.begin(kind, source, session, frame);
    if (this.#tracer !== undefined || this.#body.traceStart > 0) {
      traceCall(call, this.#body, this.#tracer);
    }
    const most = this.#forwardTimeoutMs;
    if (kind === "message") {
      call.limitMs = call.deadlineMs = 0;
      call.expiresAt = call.startedAt + most;
      return call;
    }
    const limit = timeLimit(this.#body, this.#wallClock);
    const own = limit > 0 && limit < most;
    call.limitMs = own ? limit : 0;
    call.expiresAt = call.startedAt + (own ? limit : most);
    return call;
  }

  #toService(
    call: Call,
    edge: EdgePeer,
    routes: RouteSet | undefined,
    missing: string,
  ): void {
    if (!edge.online) {
      this.#turnAway(call);
      return;
    }
    if (routes === undefined) {
      this.#refuse(call, missing);
      return;
    }
    if (this.#verdicts !== undefined && !this.#permits(call, edge, routes)) {
      return;
    }
    const { owner, target } = call.kind === "request"
      ? this.#chooser.choose(routes, edge)
      : this.#chooser.chooseForMessage(routes, edge);
    if (call.kind === "message") call.topic = routes;
    if (owner?.online === false) this.#refuse(call, missing);
    else this.#offer(call, target, missing);
  }

  #toEdge(call: Call, service: ServicePeer): void {
    const body = this.#body;
    if (!body.readTail()) {
      this.#refuse(call, ILLEGAL_CUSTOM);
      return;
    }
    if (!service.online && this.refusals.knows(service)) {
      this.#turnAway(call);
      return;
    }
    const edge = this.#directory.edge(body.tailHi, body.tailLo);
    if (edge?.online === false) {
      this.#refuse(call, EDGE_NOT_ONLINE);
      return;
    }
    if (
      this.#verdicts !== undefined && edge !== undefined &&
      !this.#permits(call, service, edge)
    ) return;
    this.#offer(
      call,
      edge === undefined
        ? undefined
        : edge.target ??= this.target(edge, edge.link.defaultSession),
      EDGE_NOT_ONLINE,
    );
  }

  /** Asks the rules; one that they refuse is answered. */
  #permits(call: Call, peer: Peer, route: RouteSet | EdgePeer): boolean {
    const action = call.kind === "request" ? "call" : "publish";
    const refusal = this.#verdicts!.refusal(peer, action, route);
    if (refusal === undefined) return true;
    this.#refuse(call, refusal);
    return false;
  }

  /** Offers a call to its target. */
  #offer(call: Call, target: Target | undefined, missing: string): void {
    call.target = target;
    const reason = target === undefined
      ? missing
      : target.offer(call, this.#body);
    if (reason !== "") this.#refuse(call, reason);
  }

  /** A peer asks that is about to leave, or has begun to. */
  #turnAway(call: Call): void {
    if (this.refusals.hold(call)) return;
    const leaves = this.refusals.knows(call.source!);
    this.#refuse(call, leaves ? refusalOf(call) : FORCE_CLOSED);
  }

  /** Answers a call whose body was read last. */
  #refuse(call: Call, reason: string): void {
    this.#calls.leave(call);
    const request = call.kind === "request" ? this.#body : null;
    this.#answers.fail(call, reason, "not-run", request);
    this.#calls.release(call);
  }
}

/** What an ordinary busy connection reads into is not worth an account. */
function countedReading(bytes: number): number {
  return Math.max(0, bytes - 65_536);
}
