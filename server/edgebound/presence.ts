/**
 * What services believe about edges.
 *
 * @module
 */

import { Timer, type Timers } from "@frontier/proto";
import { formatAddress } from "@frontier/platform";
import type { Logger } from "@frontier/platform/log";
import type { Directory } from "../directory/directory.ts";
import type { EdgePeer, ServicePeer } from "../directory/peer.ts";
import { Announcements } from "./announcements.ts";
import type { HookOutcome } from "./hook_call.ts";
import type { Tally } from "../tally/tally.ts";
import type { Hooks } from "./hooks.ts";
import { OfflineEvent } from "./offline_event.ts";
import { TOLD } from "./standing.ts";

/** Offline events kept while no service asks for them. */
const MAX_KEPT = 65_536;
/** Bytes of metas in offline events that wait; those beyond go without. */
const MAX_META_BYTES = 33_554_432;

/** What a {@linkcode Presence} needs from outside. */
export interface PresenceContext {
  /** Who is there. */
  readonly directory: Directory;
  /** The way to services. */
  readonly hooks: Hooks;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Counts what is lost; `undefined` when nobody asks. */
  readonly tally?: Tally | undefined;
  /** Where to report. */
  readonly log: Logger;
}

/**
 * Keeps what services believe equal to what is true. An edge that a service was
 * told to be online is followed by an offline event when it has gone, whatever
 * became of the service meanwhile: the event waits for a service that does not
 * read, goes to another one when its service is lost before it confirmed, and
 * is kept while nobody asks for it.
 *
 * Events of one id keep their order: an online event waits for an offline event
 * that is on its way; an offline event waits for the verdict on an online event
 * and is dropped when an edge is online under its id then, for that is true.
 */
export class Presence {
  readonly #context: PresenceContext;
  readonly #announcements = new Announcements();
  /** Offline events that wait in a lane or for their confirmation, by edge id. */
  readonly #leaving: Map<bigint, OfflineEvent> = new Map();
  /** Offline events that nobody asks for, by edge id, oldest first. */
  readonly #kept: Map<bigint, OfflineEvent> = new Map();
  #metaBytes = 0;
  #dropped = 0;

  /**
   * @param context What it needs from outside.
   */
  constructor(context: PresenceContext) {
    this.#context = context;
    context.hooks.listener = {
      onEvent: (event, outcome) => this.#onEvent(event, outcome),
      onReturned: (event) => {
        this.#forget(event);
        this.#tell(event);
      },
    };
  }

  /** Offline events that a service is to confirm yet, sent or not. */
  get leaving(): number {
    return this.#leaving.size;
  }

  /** Events of either kind that a service is to answer yet: an edge that was announced may have gone meanwhile. */
  get unsettled(): number {
    return this.#leaving.size + this.#announcements.size;
  }

  /** Offline events that nobody asks for. */
  get kept(): number {
    return this.#kept.size;
  }

  /** Bytes of metas in the events that wait. */
  get metaBytes(): number {
    return this.#metaBytes;
  }

  /** Offline events that no service was sent yet, those kept included. */
  get unsent(): number {
    let unsent = this.#kept.size;
    for (const event of this.#leaving.values()) if (!event.sent) unsent++;
    return unsent;
  }

  /**
   * Runs an action when the offline event of an id that is on its way has been
   * dealt with, so that services hear both events of an id in order.
   *
   * @param id An edge id.
   * @param maxMs Longest wait in milliseconds.
   * @param action What to do.
   */
  afterOffline(id: bigint, maxMs: number, action: () => void): void {
    const event = this.#leaving.get(id);
    if (event === undefined || !event.sent) {
      action();
      return;
    }
    const { timers } = this.#context;
    let done = false;
    const once = () => {
      if (done) return;
      done = true;
      timers.clear(timer);
      action();
    };
    const timer = new Timer(once);
    timers.set(timer, timers.now() + maxMs);
    (event.waiting ??= []).push(once);
  }

  /**
   * Tells whether an offline event is on its way.
   *
   * @param id An edge id.
   * @returns Whether a service was sent one and has not confirmed it.
   */
  isLeaving(id: bigint): boolean {
    return this.#leaving.get(id)?.sent === true;
  }

  /**
   * A service is about to be asked about an edge: an offline event of its id
   * waits for the verdict from now on.
   *
   * @param id Of an edge that wants to come in.
   */
  announcing(id: bigint): void {
    this.#announcements.begin(id, this.#withdraw(id));
  }

  /**
   * The verdict on an edge is there and was acted upon: it is online or not.
   *
   * @param edge One whose announcement has begun, whether it came in or not.
   * @param told Whether a service may believe the edge online by now.
   * @param service The service that was asked.
   */
  announced(edge: EdgePeer, told: boolean, service?: ServicePeer): void {
    const owed = this.#announcements.end(edge.id);
    const current = this.#context.directory.edge(edge.idHi, edge.idLo);
    if (current !== undefined) {
      if (told || owed !== undefined) current.standing |= TOLD;
    } else if (told) this.#offline(new OfflineEvent(edge, service));
    else if (owed !== undefined) this.#offline(owed);
  }

  /**
   * An edge has been entered in the directory. What was to be said about an
   * older connection with its id is no longer true.
   *
   * @param edge One that can be routed to from now on.
   */
  online(edge: EdgePeer): void {
    const owed = this.#announcements.settle(edge.id);
    const withdrawn = this.#withdraw(edge.id) !== undefined;
    if (owed || withdrawn) edge.standing |= TOLD;
  }

  /**
   * An edge has been removed from the directory.
   *
   * @param edge One that services may believe to be online.
   */
  gone(edge: EdgePeer): void {
    const { hooks } = this.#context;
    // Where nobody wants to know who comes, all who go are news.
    const wanted = (edge.standing & TOLD) !== 0 ||
      (!hooks.has("edge_online") && hooks.has("edge_offline"));
    if (wanted) this.#offline(new OfflineEvent(edge));
  }

  /** A service has registered a hook: what is kept for it is sent. */
  wake(): void {
    if (this.#kept.size === 0 || !this.#context.hooks.has("edge_offline")) {
      return;
    }
    const events = [...this.#kept.values()];
    this.#context.log.info("Offline events that were kept are sent", {
      events: events.length,
      dropped: this.#dropped,
    });
    this.#dropped = 0;
    this.#kept.clear();
    for (const event of events) {
      this.#metaBytes -= event.meta?.length ?? 0;
      this.#tell(event);
    }
  }

  /** Reports what was not sent when the gateway is closed. */
  report(): void {
    const unread = this.unsent - this.#kept.size + this.#announcements.size;
    const unwanted = this.#kept.size + this.#dropped;
    if (unread + unwanted === 0) return;
    this.#context.log.warn("Offline events were not sent", {
      // Services were there and did not read, or did not answer, in time.
      unread,
      // No service was there that asks for them.
      unwanted,
    });
  }

  #offline(event: OfflineEvent): void {
    if (!this.#announcements.defer(event)) this.#tell(event);
  }

  #tell(event: OfflineEvent): void {
    const { hooks } = this.#context;
    event.sent = false;
    const bytes = event.meta?.length ?? 0;
    if (this.#metaBytes + bytes > MAX_META_BYTES) event.meta = undefined;
    else this.#metaBytes += bytes;
    this.#leaving.set(event.id, event);
    if (hooks.edgeOffline(event)) return;
    this.#leaving.delete(event.id);
    this.#kept.set(event.id, event);
    if (this.#kept.size > MAX_KEPT) this.#dropOldest();
  }

  #dropOldest(): void {
    const [id, event] = this.#kept.entries().next().value!;
    this.#kept.delete(id);
    this.#metaBytes -= event.meta?.length ?? 0;
    this.#lost();
    if (this.#dropped++ > 0) return;
    this.#context.log.warn("Offline events are dropped, oldest first", {
      kept: MAX_KEPT,
      reason: "no service asks for them",
    });
  }

  #lost(): void {
    const { tally } = this.#context;
    if (tally !== undefined) tally.offlineEventsDropped++;
  }

  /** Takes back an event that was not sent yet. */
  #withdraw(id: bigint): OfflineEvent | undefined {
    const event = this.#kept.get(id) ?? this.#leaving.get(id);
    if (event === undefined || event.sent) return undefined;
    if (event.lane !== undefined) event.lane.withdraw(event);
    this.#kept.delete(id);
    this.#forget(event);
    return event;
  }

  #onEvent(event: OfflineEvent, outcome: HookOutcome): void {
    this.#forget(event);
    if (outcome.kind === "lost") {
      this.#repeat(event);
      // It is on its way again: who waits for it goes on waiting.
      if (this.#leaving.get(event.id) === event && event.sent) return;
    } else if (outcome.kind !== "answer") {
      this.#lost();
      this.#context.log.warn("Service did not take an edge's offline event", {
        peer: `edge ${event.id} (${formatAddress(event.address)})`,
        reason: outcome.kind === "nobody" ? "gone" : outcome.error,
      });
    }
    const { waiting } = event;
    event.waiting = undefined;
    for (const go of waiting ?? []) go();
  }

  /** The service was lost before it confirmed: it may not have heard. */
  #repeat(event: OfflineEvent): void {
    const current = this.#context.directory.edge(event.idHi, event.idLo);
    if (current !== undefined) current.standing |= TOLD;
    // A later event of the same id says the same.
    else if (!this.#leaving.has(event.id) && !this.#kept.has(event.id)) {
      this.#offline(event);
    }
  }

  #forget(event: OfflineEvent): void {
    if (this.#leaving.get(event.id) === event) this.#leaving.delete(event.id);
    this.#metaBytes -= event.meta?.length ?? 0;
  }
}
