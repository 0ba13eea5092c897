/**
 * Joins the streams of edges and services.
 *
 * @module
 */

import {
  type CloseReason,
  CONTEXT_CANCELED,
  EDGE_NOT_ONLINE,
  FORCE_CLOSED,
  type FrameReader,
  type Link,
  SERVICE_NOT_ONLINE,
  type Session,
  TIMEOUT,
  Timer,
  TOO_MANY_SESSIONS,
} from "@frontier/proto/internal";
import type { Span, Tracer } from "@frontier/platform/trace";
import type { Logger } from "@frontier/platform/log";
import type { CallKind } from "./call.ts";
import type { RouteVerdicts } from "../admission/route_verdicts.ts";
import type { EdgePeer, Peer, ServicePeer } from "../directory/peer.ts";
import type { Directory } from "../directory/directory.ts";
import type { StreamRecord } from "../directory/peer_counters.ts";
import type { RouteSet } from "../directory/route.ts";
import type { Share } from "../quota/account.ts";
import { SESSIONS } from "../quota/kinds.ts";
import type { Ledger } from "../quota/ledger.ts";
import type { Tally } from "../tally/tally.ts";
import type { Chooser } from "./choose.ts";
import { showFailure } from "./call_trace.ts";
import type { Exchange } from "./exchange.ts";
import { Leg, type LegLimits } from "./leg.ts";
import { OpeningQueue, WaitingOpening } from "./opening_queue.ts";
import type { Target } from "./target.ts";

/** What a {@linkcode Streams} needs from outside. */
export interface StreamsContext {
  /** Who is there. */
  readonly directory: Directory;
  /** Routes the requests and messages inside streams. */
  readonly exchange: Exchange;
  /** Chooses one of several services. */
  readonly chooser: Chooser;
  /** Counts what every peer has. */
  readonly ledger: Ledger;
  /** Bounds of a stream's buffer. */
  readonly limits: LegLimits;
  /** Where to report. */
  readonly log: Logger;
  /** What rules say about routes; `undefined` when there are none. */
  readonly verdicts: RouteVerdicts | undefined;
  /** Counts what happens; `undefined` when nobody asks. */
  readonly tally: Tally | undefined;
  /** Begins spans; `undefined` when nobody collects them. */
  readonly tracer: Tracer | undefined;
}

/** Streams of one edge that are refused before it is read more slowly. */
const MANY_REFUSED = 256;
/** Milliseconds that it is not read then. */
const REST_MS = 250;
const MAX_ID = 0xffff_ffff_ffff_ffffn;

/**
 * Opens the second session of every stream that is asked for, and joins the
 * two: raw bytes, messages and requests go to the other side unchanged. When
 * either side ends, both end, after everything it had sent.
 */
export class Streams {
  /** Joined streams, and streams being opened. */
  count = 0;
  readonly #context: StreamsContext;
  /** How many streams of an opener were refused. */
  readonly #refused: WeakMap<Peer, number> = new WeakMap();
  /** Spans of streams that are being opened, by the opener's session. */
  readonly #spans: Map<Session, Span> = new Map();

  /**
   * @param context What it needs from outside.
   */
  constructor(context: StreamsContext) {
    this.#context = context;
  }

  /**
   * An edge opens a stream to a service by name.
   *
   * @param edge Who opens it; it pays for what is stored.
   * @param session Its session, not accepted yet.
   */
  openToService(edge: EdgePeer, session: Session): void {
    this.#begin(edge, session);
    const { directory, chooser } = this.#context;
    const routes = directory.byName(session.peer);
    if (routes === undefined || !edge.online) {
      this.#refuse(edge, session, SERVICE_NOT_ONLINE);
      return;
    }
    if (!this.#permits(edge, session, routes)) return;
    const owner = chooser.choose(routes, edge).owner!;
    if (owner.online) this.#open(edge, session, owner);
    else this.#refuse(edge, session, SERVICE_NOT_ONLINE);
  }

  /**
   * A service opens a stream to an edge by id, in decimal.
   *
   * @param service Who opens it; the edge pays for what is stored.
   * @param session Its session, not accepted yet.
   */
  openToEdge(service: ServicePeer, session: Session): void {
    this.#begin(service, session);
    let edge: EdgePeer | undefined;
    if (/^\d{1,20}$/.test(session.peer)) {
      const id = BigInt(session.peer);
      if (id <= MAX_ID) {
        edge = this.#context.directory.edge(
          Number(id >> 32n),
          Number(id & 0xffff_ffffn),
        );
      }
    }
    if (edge === undefined || !edge.online || !service.online) {
      this.#refuse(service, session, EDGE_NOT_ONLINE);
    } else if (this.#permits(service, session, edge)) {
      this.#open(service, session, edge);
    }
  }

  /**
   * The target has accepted its session: the opener gets its ack.
   *
   * @param session The target's session.
   */
  onOpen(session: Session): void {
    const leg = legOf(session);
    if (leg !== undefined) this.#answered(leg);
    const other = leg?.other;
    if (other === undefined || other.session.state !== "accepting") {
      session.close();
      return;
    }
    const now = session.link.seenAt;
    this.#context.tally?.opened(other.peer.kind, now - other.since);
    other.since = now;
    other.wish = "open";
    this.#end(other.session);
    other.session.accept();
  }

  /**
   * Raw bytes on a session.
   *
   * @param session Where they came; what comes after its end is thrown away.
   * @param frame The bytes.
   */
  onData(session: Session, frame: FrameReader): void {
    const leg = legOf(session);
    if (leg === undefined) session.consume(frame.bodyEnd - frame.bodyStart);
    else leg.receive(frame.buf, frame.bodyStart, frame.bodyEnd);
  }

  /**
   * A request or message on a session other than the default one.
   *
   * @param kind Which of the two.
   * @param session Where it came; it is for the other side of the stream.
   * @param frame The packet.
   */
  onCall(kind: CallKind, session: Session, frame: FrameReader): void {
    const leg = legOf(session);
    if (leg === undefined) return;
    leg.movedAt = session.link.seenAt;
    const target = this.#targetOf(leg.other);
    this.#context.exchange.inStream(kind, leg.peer, session, frame, target);
  }

  /**
   * Whether a peer may be granted more bytes under way.
   *
   * @param session The session they would come on.
   * @param bytes How many more.
   * @returns Whether it may.
   */
  mayPromise(session: Session, bytes: number): boolean {
    return legOf(session)?.promise(bytes) ?? false;
  }

  /**
   * A session can take bytes again.
   *
   * @param session One that had too much to send.
   */
  onWritable(session: Session): void {
    legOf(session)?.other?.drain();
  }

  /**
   * The peer has dismissed a session. Go peers of the old line send the rest of
   * their data after it.
   *
   * @param session One of the two of a stream; the other is dismissed after
   * what was sent.
   */
  onEnd(session: Session): void {
    legOf(session)?.end(!session.link.ours);
  }

  /**
   * A session is over.
   *
   * @param session One of the two of a stream, or of one that waits for its
   * turn.
   * @param reason Why.
   */
  onClosed(session: Session, reason: CloseReason): void {
    this.#end(session, CONTEXT_CANCELED);
    const leg = legOf(session);
    if (leg === undefined) {
      if (session.user instanceof WaitingOpening) {
        this.#context.tally?.unwanted(session.user.source.kind);
        this.#giveUp(session.user);
      }
      return;
    }
    const other = leg.other?.session;
    this.#answered(leg);
    leg.revoke();
    // Opened and given up at once, it is a session of the target until now.
    if (leg.place !== undefined) {
      this.#context.ledger.give(leg.place, SESSIONS, 1);
      leg.place = undefined;
    }
    // Known before the other side is told: it may end on the spot.
    const last = other === undefined || other.state === "closed";
    // The target was never reached: that is the opener's answer.
    // Why its connection ended is nobody else's business.
    if (other?.state === "accepting") {
      const known = session.refusal !== "" || reason.kind === "timeout";
      const text = known ? reason.text : FORCE_CLOSED;
      leg.other!.wish = "refused";
      this.#refuse(leg.other!.peer, other, text);
    }
    if (leg.wish === "waiting") {
      leg.wish = "refused";
      this.#context.tally?.unwanted(leg.peer.kind);
    }
    leg.end(false);
    if (!last) return;
    this.count--;
    this.#context.tally?.streamOver(leg, session.link.timers.now());
  }

  /**
   * Ends all streams of a peer, with what is held of them.
   *
   * @param peer Whose they are, whoever opened them.
   * @param reason Told to it, and to those at their other ends.
   */
  endAll(peer: Peer, reason: string): void {
    for (const session of [...peer.link.sessions()]) {
      legOf(session)?.abort(reason);
    }
  }

  /**
   * Tells whether something has moved on a stream of a peer, or one was asked
   * for.
   *
   * @param peer Whose streams are looked at; not those of others to it.
   * @param since After this time, in milliseconds of the clock.
   * @returns Whether there is such a stream.
   */
  moved(peer: Peer, since: number): boolean {
    for (const { user } of peer.link.sessions()) {
      if (user instanceof Leg) {
        const other = user.other?.movedAt ?? -Infinity;
        if (user.movedAt > since || other > since) return true;
      } else if (user instanceof WaitingOpening && user.since > since) {
        return true;
      }
    }
    return false;
  }

  /**
   * Lists the open streams of a peer.
   *
   * @param peer Whose they are, whoever opened them.
   * @returns What is known of each, as seen from this peer.
   */
  list(peer: Peer): StreamRecord[] {
    const now = peer.link.timers.now();
    const list: StreamRecord[] = [];
    for (const session of peer.link.sessions()) {
      const leg = legOf(session);
      const other = leg?.other;
      if (leg === undefined || other === undefined) continue;
      const opener = leg.wish === undefined ? other : leg;
      if (opener.wish !== "open" || session.state !== "open") continue;
      list.push({
        id: session.id,
        kind: other.peer.kind,
        peerId: other.peer.id,
        peerName: other.peer.name,
        byPeer: opener === leg,
        bytesIn: leg.received,
        bytesOut: other.received - other.heldBytes,
        ageMs: now - opener.since,
      });
    }
    return list;
  }

  /** Asks the rules; a stream that they refuse is over. */
  #permits(peer: Peer, session: Session, route: RouteSet | EdgePeer): boolean {
    const refusal = this.#context.verdicts?.refusal(peer, "stream", route);
    if (refusal === undefined) return true;
    this.#refuse(peer, session, refusal);
    return false;
  }

  #begin(source: Peer, session: Session): void {
    const { tracer } = this.#context;
    if (tracer === undefined) return;
    const { peer, trace } = session;
    const tags = { "frontier.source": source.kind };
    this.#spans.set(session, tracer.stream("server", peer, trace, tags));
  }

  /** The opener of a stream has its answer, or has gone. */
  #end(session: Session, reason = ""): void {
    const span = this.#spans.get(session);
    if (span === undefined) return;
    this.#spans.delete(session);
    if (reason !== "") showFailure(span, reason);
    span.end();
  }

  #refuse(source: Peer, session: Session, reason: string): void {
    this.#end(session, reason);
    this.#context.tally?.unopened(source.kind, reason);
    session.refuse(reason);
    const refused = (this.#refused.get(source) ?? 0) + 1;
    this.#refused.set(source, refused);
    // To refuse costs more than to ask: who goes on asking has to wait. But
    // for what a service sends others wait, too.
    if (source.kind === "edge" && refused % MANY_REFUSED === 0) {
      rest(source.link);
    }
  }

  #open(source: Peer, session: Session, target: Peer): void {
    const { ledger } = this.#context;
    const share = ledger.take(SESSIONS, source.holder, target.holder, 1);
    if (share === undefined) {
      this.#refuse(source, session, TOO_MANY_SESSIONS);
      return;
    }
    // What was asked for is known: nothing of it has to be kept.
    session.meta = undefined;
    session.peer = "";
    this.count++;
    const openings = target.openings ??= new OpeningQueue(target.link.timers);
    if (openings.open) {
      this.#ask(source, session, target, share, source.link.seenAt);
      return;
    }
    const late = (waiting: WaitingOpening<Peer>) => {
      this.#giveUp(waiting);
      this.#refuse(source, session, TIMEOUT);
    };
    const waiting = new WaitingOpening(source, session, target, share, late);
    session.user = waiting;
    openings.push(waiting);
  }

  /** Asks the target for its session. */
  #ask(
    source: Peer,
    session: Session,
    target: Peer,
    share: Share,
    since: number,
  ): void {
    const { usable } = target.link;
    // The original opens the second session without peer and meta, too.
    const opened = usable && session.state === "accepting"
      ? target.link.openSession("", undefined, this.#traceOf(session))
      : undefined;
    if (opened === undefined) {
      this.count--;
      this.#context.ledger.give(share, SESSIONS, 1);
      session.user = undefined;
      const reason = usable ? TOO_MANY_SESSIONS : FORCE_CLOSED;
      if (session.state === "accepting") this.#refuse(source, session, reason);
      return;
    }
    target.openings!.unanswered++;
    const leg = this.#leg(source, session);
    const other = this.#leg(target, opened);
    leg.since = since;
    leg.wish = "waiting";
    other.place = share;
    other.opening = true;
    leg.other = other;
    other.other = leg;
  }

  /** The target of a stream has answered, or never will: it is asked for the next one. */
  #answered(leg: Leg): void {
    if (!leg.opening) return;
    leg.opening = false;
    const target = leg.peer;
    const openings = target.openings!;
    openings.unanswered--;
    for (
      let next = openings.next();
      next !== undefined;
      next = openings.next()
    ) {
      const { source, session, share, since } = next;
      this.#ask(source, session, target, share, since);
    }
    if (openings.empty) target.openings = undefined;
  }

  /** The opener has gone, or has waited too long for its turn. */
  #giveUp(waiting: WaitingOpening<Peer>): void {
    const { target, session, share } = waiting;
    session.user = undefined;
    target.openings!.remove(waiting);
    this.#context.ledger.give(share, SESSIONS, 1);
    this.count--;
  }

  #traceOf(session: Session): string | undefined {
    const { trace } = session;
    return this.#spans.get(session)?.traceparent ??
      (trace === "" ? undefined : trace);
  }

  #targetOf(leg: Leg | undefined): Target | undefined {
    if (leg === undefined) return undefined;
    return leg.target ??= this.#context.exchange.target(leg.peer, leg.session);
  }

  #leg(peer: Peer, session: Session): Leg {
    const { ledger, limits, log, tally } = this.#context;
    const leg = new Leg(session, peer, ledger, limits, tally, (stalled) => {
      if (tally !== undefined) tally.streamsStalled++;
      log.warn("Stream dismissed: its receiver takes nothing", {
        peer: stalled.other?.peer.describe(),
        sender: stalled.peer.describe(),
        held: stalled.heldBytes,
      });
    });
    session.user = leg;
    return leg;
  }
}

function legOf(session: Session): Leg | undefined {
  return session.user instanceof Leg ? session.user : undefined;
}

function rest(link: Link): void {
  const { timers } = link;
  link.pause();
  timers.set(new Timer(() => link.resume()), timers.now() + REST_MS);
}
