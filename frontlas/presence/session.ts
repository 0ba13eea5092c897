/**
 * A gateway that was let in.
 *
 * @module
 */

import type { Timers } from "@frontier/proto";
import type { Eviction, PresenceEvent } from "@frontier/proto/cluster";
import { describeError } from "@frontier/platform/internal";
import type { Logger } from "@frontier/platform/log";
import type {
  FrontierIntroduction,
  FrontierSession,
  PresenceOutcome,
  PresenceStore,
} from "../store/presence_store.ts";
import type { CatchUp } from "./catch_up.ts";
import type { Evictions, Moved } from "./evictions.ts";
import type { GatewayLink } from "./gateway_link.ts";
import type { Resyncable, Resyncs } from "./resyncs.ts";
import type { PresenceTally } from "./tally.ts";
import type { EventPlaces } from "./event_places.ts";

/** Milliseconds between two renewals of a lease, at least. */
const RENEW_MS = 4_000;
/** Milliseconds without one after which the lease may have ended: it has 30 s by the clock of the store. */
const LAPSE_MS = 28_000;

/** What all sessions have in common. */
export interface SessionContext {
  /** Where the records are. */
  readonly store: PresenceStore;
  /** The clock, for spans of time. */
  readonly timers: Timers;
  /** Where to report. */
  readonly log: Logger;
  /** Where it is counted. */
  readonly tally: PresenceTally;
  /** Events that were taken from links of gateways of ours and are not in the store. */
  readonly waiting: EventPlaces;
  /** Events that the store is entering: more than it can within its time limit, and all would fail. */
  readonly entering: EventPlaces;
  /** Ends older connections of edges. */
  readonly evictions: Evictions;
  /** Who has to tell everything again. */
  readonly resyncs: Resyncs;
  /** The latest that the clock of the cluster has ever been, in milliseconds. */
  readonly latest: () => number;
  /** Who has not told everything yet. */
  readonly catchUp: CatchUp;
  /** Milliseconds within which a gateway of ours is to tell each peer again. */
  readonly renewMs: number;
}

/** Who a session is of. */
export interface SessionParts {
  /** As the gateway introduced itself. */
  readonly introduction: FrontierIntroduction;
  /** As the store has admitted it. */
  readonly session: FrontierSession;
  /** Its link. */
  readonly link: GatewayLink;
}

/** One admitted link of a gateway, from the handshake to its end. */
export abstract class GatewaySession implements Resyncable {
  /** As the gateway introduced itself. */
  readonly introduction: FrontierIntroduction;
  /** As the store has admitted it. */
  readonly session: FrontierSession;
  /** Its link. */
  readonly link: GatewayLink;
  /** When it was let in, in milliseconds of the clock. */
  readonly since: number;
  /** Edges it has, as far as it said. */
  edges = 0;
  /** Services it has, as far as it said. */
  services = 0;
  /** Whether its link is over. */
  over = false;
  /** What all sessions have in common. */
  protected readonly context: SessionContext;
  #renewedAt: number;
  /** When the last renewal that the store has confirmed began. */
  #aliveAt: number;

  /**
   * @param parts Who it is.
   * @param context What all sessions have in common.
   */
  constructor(parts: SessionParts, context: SessionContext) {
    this.introduction = parts.introduction;
    this.session = parts.session;
    this.link = parts.link;
    this.context = context;
    this.since = this.#renewedAt = this.#aliveAt = context.timers.now();
  }

  /** Id of the gateway. */
  get frontierId(): string {
    return this.session.frontierId;
  }

  /** Whether everything it has was told on this link, as far as it can be. */
  abstract get synced(): boolean;

  /** @inheritdoc */
  abstract resync(): Promise<void>;

  /** The gateway has shown that it is alive. */
  alive(): void {
    const now = this.context.timers.now();
    if (this.over || now - this.#renewedAt < RENEW_MS) return;
    this.#renewedAt = now;
    void this.#renew(now);
  }

  async #renew(now: number): Promise<void> {
    const { store } = this.context;
    try {
      if (!await store.renew(this.session)) return this.replaced();
      const lapsed = now - this.#aliveAt > LAPSE_MS;
      this.#aliveAt = now;
      // It counted as dead, and its records may have been removed: after it was
      // silent, or we were, or the store.
      if (lapsed) this.lost();
    } catch (error) {
      // The next sign of life tries again.
      this.#renewedAt = -Infinity;
      this.failed("renew the lease of a gateway", error);
    }
  }

  /**
   * Has older connections of edges end.
   *
   * @param evictions The connections, as they are entered.
   * @returns When the gateway has confirmed them.
   */
  evict(evictions: readonly Eviction[]): Promise<void> {
    return this.link.evict(evictions);
  }

  /** Something it has told may not be recorded: it is to tell everything again. */
  lost(): void {
    if (this.over) return;
    this.context.catchUp.begin(this);
    this.context.resyncs.want(this);
  }

  /** Another link of the gateway has been admitted, here or elsewhere. */
  replaced(): void {
    this.link.end({
      kind: "replaced",
      text: "a newer connection of this gateway has taken its place",
    });
  }

  /** Its link is over. */
  end(): void {
    this.over = true;
    this.context.resyncs.forget(this);
    this.context.catchUp.end(this);
  }

  async #apply(
    events: readonly PresenceEvent[],
  ): Promise<readonly PresenceOutcome[] | undefined> {
    const { store, entering } = this.context;
    const { length } = events;
    await entering.take(length);
    try {
      return await store.apply(this.session, events);
    } finally {
      entering.give(length);
    }
  }

  /**
   * The store did not do something.
   *
   * @param what What it was.
   * @param error Why.
   */
  protected failed(what: string, error: unknown): void {
    const { tally, log } = this.context;
    tally.storeErrors++;
    log.warn(`Cannot ${what}`, {
      peer: this.frontierId,
      error: describeError(error),
    });
  }

  /**
   * Enters events, and has the older connections of edges end.
   *
   * @param events What happened.
   * @returns What came of each event; `undefined` when the gateway has a newer
   * session, which ends this one.
   */
  protected async enter(
    events: readonly PresenceEvent[],
  ): Promise<readonly PresenceOutcome[] | undefined> {
    const { tally, evictions } = this.context;
    if (events.length === 0) return [];
    const outcomes = await this.#apply(events);
    if (outcomes === undefined) {
      this.replaced();
      return undefined;
    }
    const moved: Moved[] = [];
    for (const [i, outcome] of outcomes.entries()) {
      const { kind, id } = events[i]!;
      if (outcome.kind === "moved" && kind === "edge-online") {
        moved.push({ from: outcome.from, edgeId: id, stamp: outcome.stamp });
      } else if (outcome.kind === "superseded" && "addr" in events[i]!) {
        tally.superseded++;
      }
    }
    if (moved.length > 0) {
      tally.moved += moved.length;
      evictions.evict(moved);
    }
    return outcomes;
  }
}
