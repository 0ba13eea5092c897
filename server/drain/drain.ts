/**
 * A gateway that stops without losing what is in flight.
 *
 * @module
 */

import {
  type Link,
  SERVICE_NOT_ONLINE,
  Timer,
  type Timers,
} from "@frontier/proto/internal";
import { Departures, STEP_MS } from "@frontier/platform/drain";
import type { Logger } from "@frontier/platform/log";
import type { Peer } from "../directory/peer.ts";
import { closableAt } from "../directory/young.ts";
import { GOING_AWAY } from "../exchange/ends.ts";
import type { Routing } from "../routing.ts";
import { PeerLeaver, type PeerLeaverContext } from "./peer_leaver.ts";
import type { DrainPhase, DrainProgress } from "./progress.ts";
import {
  type DrainSchedule,
  drainSchedule,
  eventsUntil,
  nextPoint,
  paceOf,
} from "./schedule.ts";

/** Milliseconds between two lines of progress in the log. */
const REPORT_MS = 5_000;

/** What a {@linkcode Drain} needs from outside. */
export interface DrainContext {
  /** Everything between the connections. */
  readonly routing: Routing;
  /** All connections that speak the protocol, those in their handshake included. */
  readonly links: ReadonlySet<Link>;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Where to report. */
  readonly log: Logger;
  /** Connections whose time comes in a second. */
  readonly rate: number;
  /** Ends the connections that have not said yet what they speak. */
  readonly abandon: () => void;
}

/**
 * Lets everybody leave who is connected, edges first, then services, at a pace.
 * Nobody new is accepted any more. Each connection is served as ever until its
 * time has come; one of ours is told then, and is served on until it has gone
 * elsewhere, or a few seconds have passed. Then its turn comes: nothing new is
 * routed to it or taken from it, what is in flight finishes, and only then it is
 * closed. Services are told at once, and leave when they have heard of every edge
 * that has gone.
 *
 * A deadline is kept, with one exception: no Go peer is closed within 1.5 s of
 * its connect. It has no clock, and starts nothing of its own.
 */
export class Drain {
  /** Resolves when nobody is left, or it was stopped. */
  readonly done: Promise<void>;
  readonly #context: DrainContext;
  readonly #edges: Departures<PeerLeaver>;
  readonly #services: Departures<PeerLeaver>;
  readonly #leavers: Map<Peer, PeerLeaver> = new Map();
  readonly #leaverContext: PeerLeaverContext;
  readonly #timer: Timer = new Timer(() => this.#step());
  readonly #resolve: () => void;
  readonly #unsubscribe: () => void;
  #schedule: DrainSchedule;
  #phase: DrainPhase = "edges";
  /** Whether those that had not said who they are were sent away. */
  #abandoned = false;
  /** Whether edges that were still being admitted were refused. */
  #admitted = false;
  /** Until when offline events may be confirmed. */
  #eventsUntil = Infinity;
  #reportAt: number;
  #doneAt: number | undefined = undefined;
  #cut = 0;

  /**
   * Begins to drain.
   *
   * @param context What it needs from outside.
   * @param seconds How long it may take; infinite is no deadline.
   */
  constructor(context: DrainContext, seconds: number) {
    this.#context = context;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.done = promise;
    this.#resolve = resolve;
    const { routing, timers, rate, log } = context;
    const { directory } = routing;
    const now = timers.now();
    this.#schedule = drainSchedule(now, seconds);
    this.#reportAt = now + REPORT_MS;
    const pace = paceOf(rate, now, this.#schedule.edgesUntil);
    this.#edges = new Departures(pace);
    this.#services = new Departures(pace);
    // They are told at once, so that edges which go elsewhere find them there, but are needed here until all edges have gone.
    this.#services.hold();
    this.#leaverContext = leaverContext(context);
    for (const edge of directory.edges()) this.#expect(edge);
    for (const service of directory.services()) this.#expect(service);
    this.#unsubscribe = directory.subscribe({
      online: (peer) => this.#expect(peer),
    });
    log.info("Draining", {
      edges: this.#edges.size,
      services: this.#services.size,
      seconds,
    });
    this.#step();
  }

  /** How far it is. */
  get progress(): DrainProgress {
    const { routing, timers } = this.#context;
    const now = this.#doneAt ?? timers.now();
    const { startedAt, endsAt } = this.#schedule;
    const edges = this.#edges.counts;
    const services = this.#services.counts;
    return {
      phase: this.#phase,
      elapsedMs: now - startedAt,
      remainingMs: this.#phase === "done" ? 0 : Math.max(0, endsAt - now),
      edges,
      services,
      cut: edges.cut + services.cut + this.#cut,
      inflight: routing.exchange.inflight,
      streams: routing.streams.count,
    };
  }

  /**
   * It may not take longer than this; an earlier deadline stays.
   *
   * @param seconds From now on.
   */
  limit(seconds: number): void {
    if (this.#phase === "done") return;
    const { timers, rate } = this.#context;
    const now = timers.now();
    if (now + seconds * 1_000 >= this.#schedule.endsAt) return;
    const { startedAt } = this.#schedule;
    this.#schedule = { ...drainSchedule(now, seconds), startedAt };
    const { edgesUntil, servicesUntil } = this.#schedule;
    this.#edges.pace = paceOf(rate, now, edgesUntil);
    if (this.#phase === "services") {
      this.#services.pace = paceOf(rate, now, servicesUntil);
    }
    this.#step();
  }

  /**
   * A peer of ours says that it has gone elsewhere.
   *
   * @param link Its connection here.
   */
  moved(link: Link): void {
    const peer = link.user as Peer;
    const leaver = this.#leavers.get(peer);
    if (leaver !== undefined) this.#of(peer).moved(leaver);
  }

  /**
   * A connection is over.
   *
   * @param link The connection.
   */
  ended(link: Link): void {
    const peer = link.user as Peer;
    const leaver = this.#leavers.get(peer);
    if (leaver !== undefined) {
      this.#leavers.delete(peer);
      this.#of(peer).left(leaver);
    }
    // What it was may have been the last that was waited for.
    if (this.#phase !== "done") this.#wake();
  }

  /** Somebody closes the gateway now: waits for nothing more. */
  stop(): void {
    this.#finish();
  }

  #of(peer: Peer): Departures<PeerLeaver> {
    return peer.kind === "edge" ? this.#edges : this.#services;
  }

  #expect(peer: Peer): void {
    if (this.#leavers.has(peer)) return;
    const leaver = new PeerLeaver(peer, this.#leaverContext);
    this.#leavers.set(peer, leaver);
    this.#of(peer).add(leaver);
  }

  /** Looks again at the end of this turn: whoever tells is in the middle of something. */
  #wake(): void {
    const { timers } = this.#context;
    timers.set(this.#timer, timers.now());
  }

  #step(): void {
    const { timers } = this.#context;
    const now = timers.now();
    if (this.#phase === "edges") this.#letEdgesLeave(now);
    if (this.#phase === "events") this.#awaitEvents(now);
    if (this.#phase === "services") this.#letServicesLeave(now);
    if (this.#phase === "done") return;
    if (now >= this.#reportAt) {
      this.#reportAt = now + REPORT_MS;
      this.#context.log.info("Draining goes on", { ...this.#summary });
    }
    const next = nextPoint(this.#schedule, now);
    timers.set(this.#timer, Math.min(now + STEP_MS, next));
  }

  #letEdgesLeave(now: number): void {
    const { headStartUntil, namelessUntil, admitUntil, edgesUntil, eventsAt } =
      this.#schedule;
    const { edgebound } = this.#context.routing;
    if (now >= namelessUntil) this.#abandon();
    if (now >= admitUntil) this.#refuseEdges();
    this.#services.step(now);
    const early = now < headStartUntil && this.#services.undecided;
    if (now >= edgesUntil) this.#edges.cut();
    else if (!early) this.#edges.step(now);
    if (this.#edges.size > 0 && now < eventsAt) return;
    // Those that are admitted, or were replaced, are in no list.
    if (now < eventsAt && this.#has("edge")) return;
    this.#abandon();
    this.#phase = "events";
    this.#eventsUntil = eventsUntil(this.#schedule, now);
    edgebound.hurry();
  }

  #awaitEvents(now: number): void {
    const { edgebound } = this.#context.routing;
    const until = Math.min(this.#eventsUntil, this.#schedule.servicesUntil);
    if (edgebound.unsettled > 0 && now < until) return;
    edgebound.close();
    this.#phase = "services";
    const { servicesUntil } = this.#schedule;
    this.#services.pace = paceOf(this.#context.rate, now, servicesUntil);
    this.#services.release();
  }

  #letServicesLeave(now: number): void {
    const { servicesUntil, endsAt } = this.#schedule;
    const { links } = this.#context;
    if (now >= servicesUntil) this.#services.cut();
    else this.#services.step(now);
    if (now >= endsAt) this.#fail(now);
    if (links.size === 0) this.#finish();
  }

  /** Sends those away that have not said who they are. */
  #abandon(): void {
    if (this.#abandoned) return;
    this.#abandoned = true;
    this.#context.abandon();
    for (const link of [...this.#context.links]) {
      if (link.state === "init") link.fail(GOING_AWAY);
    }
  }

  /** An edge that is still being admitted would have to be cut as soon as it is in. */
  #refuseEdges(): void {
    if (this.#admitted) return;
    this.#admitted = true;
    for (const link of [...this.#context.links]) {
      const { kind } = link.user as Peer;
      if (link.state === "handshake" && kind === "edge") {
        link.refuse(SERVICE_NOT_ONLINE);
      }
    }
  }

  /** Whether a connection of that side is there that has said who it is, or may still do so. */
  #has(kind: Peer["kind"]): boolean {
    // A gateway without peers waits for nobody.
    const alone = this.#leavers.size === 0;
    for (const { state, user } of this.#context.links) {
      if ((user as Peer).kind !== kind) continue;
      if (state !== "init" || (!alone && !this.#abandoned)) return true;
    }
    return false;
  }

  /** The deadline: cuts what is left, but for Go peers that would never come back. */
  #fail(now: number): void {
    for (const link of [...this.#context.links]) {
      if (link.state === "open") {
        if (closableAt(link) > now) continue;
        this.#cut++;
      }
      link.fail(GOING_AWAY);
    }
  }

  get #summary(): Record<string, number | string> {
    const { phase, edges, services, inflight, streams } = this.progress;
    return {
      phase,
      edges: this.#edges.size,
      waiting: edges.waiting,
      services: this.#services.size,
      gone: edges.gone + services.gone,
      inflight,
      streams,
    };
  }

  #finish(): void {
    if (this.#phase === "done") return;
    const { timers, log } = this.#context;
    timers.clear(this.#timer);
    this.#unsubscribe();
    const { cut, edges, services, elapsedMs } = this.progress;
    this.#phase = "done";
    this.#doneAt = timers.now();
    const fields = { edges: edges.gone, services: services.gone, elapsedMs };
    if (cut === 0) log.info("Drained", fields);
    else {
      log.warn("Drained, but not everything in flight could finish", {
        ...fields,
        cut,
      });
    }
    this.#resolve();
  }
}

function leaverContext({ routing, timers }: DrainContext): PeerLeaverContext {
  const { exchange, streams, edgebound, servicebound } = routing;
  return {
    timers,
    exchange,
    streams,
    kick: (peer) => {
      const bound = peer.kind === "edge" ? edgebound : servicebound;
      bound.kick(peer as never, GOING_AWAY);
    },
  };
}
