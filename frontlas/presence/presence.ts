/**
 * Who is connected to which gateway: what is decided about it.
 *
 * @module
 */

import type { FrontierMeta, Stamp } from "@frontier/proto/cluster";
import { type CloseReason, FrontierError } from "@frontier/proto/internal";
import { describeError } from "@frontier/platform/internal";
import type { FrontierSession, StoreState } from "../store/presence_store.ts";
import { CatchUp } from "./catch_up.ts";
import { DeadGateways } from "./dead_gateways.ts";
import { Evictions } from "./evictions.ts";
import type { GatewayLink } from "./gateway_link.ts";
import { GoLedgers } from "./go_ledgers.ts";
import { GoSession } from "./go_session.ts";
import { OurSession } from "./our_session.ts";
import { Resyncs } from "./resyncs.ts";
import type { GatewaySession, SessionContext } from "./session.ts";
import type { GatewayStatus, PresenceOptions } from "./presence_options.ts";
import { linkEndOf, PresenceTally, type Refusal } from "./tally.ts";
import { Turns } from "./turns.ts";
import { EventPlaces } from "./event_places.ts";

/** Events that the store enters at a time: a slow Redis does so many in a second. */
const ENTERING = 4_000;
/** Gateways that register at a time: new ones contend for their numbers. */
const REGISTERING = 2;
/** Milliseconds within which gateways have come back, with their longest pause of 5 s between two attempts. */
const CATCH_UP_MS = 8_000;
/** Bytes of a gateway's id, at most. */
const MAX_ID_BYTES = 255;
/** Peers of Go gateways that are remembered. */
const REMEMBERED = 1_000_000;

const encoder = new TextEncoder();

export type { GatewayStatus, PresenceOptions } from "./presence_options.ts";

/**
 * Admits gateways and enters what they tell into the store. It has no clock, no
 * randomness and no connections of its own: they are handed in, so that a whole
 * cluster can be run on a virtual clock.
 */
export class Presence {
  /** What is counted. */
  readonly tally: PresenceTally = new PresenceTally();
  readonly #options: PresenceOptions;
  readonly #sessions: Map<string, GatewaySession> = new Map();
  /** Ends of gateways that the store has not answered yet. */
  readonly #releases: Set<Promise<void>> = new Set();
  readonly #context: SessionContext;
  readonly #dead: DeadGateways;
  readonly #ledgers: GoLedgers;
  readonly #registering: Turns = new Turns(REGISTERING);
  #stampedAt = 0;
  /** The latest time of the cluster's clock that was ever looked at. */
  #latest = 0;
  #seq = 0;
  #draining = false;
  #closing = false;

  /**
   * Begins without gateways.
   *
   * @param options What it needs.
   */
  constructor(options: PresenceOptions) {
    this.#options = options;
    const { store, timers, random, log } = options;
    const { tally } = this;
    this.#context = {
      store,
      timers,
      log,
      tally,
      waiting: new EventPlaces(options.maxWaitingEvents ?? 200_000),
      entering: new EventPlaces(ENTERING),
      evictions: new Evictions({
        store,
        tally,
        log,
        sessionOf: (frontierId) => this.#sessions.get(frontierId),
      }),
      resyncs: new Resyncs({
        timers,
        random,
        ready: () => store.state === "up",
      }),
      catchUp: new CatchUp(timers),
      latest: () => this.#latest = Math.max(this.#latest, store.now()),
      renewMs: options.renewMs ?? (store.mode === "ttl" ? 10_000 : 600_000),
    };
    this.#awaitGateways();
    this.#dead = new DeadGateways({ store, timers, random, log, tally });
    this.#ledgers = new GoLedgers({
      timers,
      most: options.maxRemembered ?? REMEMBERED,
      sessions: () => this.#goSessions(),
    });
  }

  /** How many gateways are connected here. */
  get size(): number {
    return this.#sessions.size;
  }

  /**
   * Tells whether a gateway is connected here.
   *
   * @param frontierId Its id.
   * @returns Whether it is.
   */
  has(frontierId: string): boolean {
    return this.#sessions.has(frontierId);
  }

  /** How many gateways are connected here: of ours, and Go's. */
  get connected(): { ours: number; go: number } {
    let ours = 0;
    for (const { link } of this.#sessions.values()) if (link.ours) ours++;
    return { ours, go: this.#sessions.size - ours };
  }

  /** Gateways that have to tell everything again and wait for their turn. */
  get resyncsWaiting(): number {
    return this.#context.resyncs.waiting;
  }

  /**
   * Whether what is not recorded may be online all the same: gateways have not
   * told everything yet, or not come back after a start or an outage of the store.
   */
  get catchingUp(): boolean {
    return this.#context.catchUp.active;
  }

  /** Events that wait for the store. */
  get eventsWaiting(): number {
    return this.#context.waiting.count;
  }

  /** Peers of Go gateways that are remembered. */
  get remembered(): number {
    return this.#ledgers.remembered;
  }

  /**
   * Lists the gateways that are connected here.
   *
   * @returns Them, in the order in which they were let in.
   */
  gateways(): GatewayStatus[] {
    const now = this.#options.timers.now();
    return [...this.#sessions.values()].map((session) => ({
      frontierId: session.frontierId,
      address: session.link.address,
      ours: session.link.ours,
      generation: session.session.generation,
      edges: session.edges,
      services: session.services,
      connectedMs: now - session.since,
      synced: session.synced,
    }));
  }

  /**
   * Decides about a gateway that introduces itself.
   *
   * @param meta What it says.
   * @param link Its link.
   * @returns Its session: of ours where the link is one of ours, else Go's.
   * @throws {FrontierError} If it is not let in; the message is for the gateway.
   */
  async admit(
    meta: FrontierMeta,
    link: GatewayLink,
  ): Promise<OurSession | GoSession> {
    const { frontierId } = meta;
    const { store } = this.#options;
    this.#check(frontierId, link.address);
    let session: FrontierSession | undefined;
    try {
      session = await this.#registering.take(() => {
        if (link.over) throw this.#linkOver();
        return store.register(meta);
      });
    } catch (error) {
      if (error instanceof FrontierError) throw error;
      this.tally.storeErrors++;
      this.#options.log.warn("Cannot admit a gateway", {
        peer: frontierId,
        error: describeError(error),
      });
      throw this.#refusal(
        "store",
        `Cannot admit a gateway: ${describeError(error)}`,
      );
    }
    if (session === undefined) {
      this.#options.log.warn("A gateway is refused: its id is taken", {
        peer: frontierId,
        address: link.address,
        holder: this.#sessions.get(frontierId)?.link.address ?? "elsewhere",
      });
      throw this.#refusal("already_set", "frontier already set");
    }
    if (link.over || this.#closing) {
      if (!this.#closing) this.#release(session);
      throw this.#linkOver();
    }
    return this.#enter(meta, session, link);
  }

  /**
   * Somebody introduces himself by what is no meta of a gateway: an edge at the
   * wrong port, perhaps.
   *
   * @param address Where it comes from.
   * @param error What is wrong.
   */
  malformed(address: string, error: unknown): void {
    this.tally.refused.malformed++;
    this.#options.log.info("Who connects is no gateway", {
      peer: address,
      error: describeError(error),
    });
  }

  /**
   * The link of a session is over.
   *
   * @param session The session.
   * @param reason Why.
   */
  ended(session: GatewaySession, reason: CloseReason): void {
    if (session.over) return;
    const { log } = this.#options;
    const { frontierId } = session;
    session.end();
    const how = linkEndOf(reason);
    this.tally.ended[how]++;
    const newest = this.#sessions.get(frontierId) === session;
    if (newest) this.#sessions.delete(frontierId);
    if (session instanceof GoSession) {
      const { ledger } = session;
      if (newest && !this.#closing) this.#ledgers.keep(frontierId, ledger);
      else if (this.#goSession(frontierId)?.ledger !== ledger) ledger.clear();
    }
    log[how === "left" || how === "closing" ? "info" : "warn"](
      "The link of a gateway has ended",
      { peer: frontierId, address: session.link.address, reason: reason.text },
    );
    // When we stop, gateways of ours go on elsewhere: their lease gives them
    // time. Go's would be refused there as long as they count as alive.
    const stays = this.#closing || (this.#draining && how !== "left");
    if (!stays || session instanceof GoSession) {
      this.#release(session.session, how === "left" ? 0 : undefined);
    }
  }

  /**
   * The store answers, or does not.
   *
   * @param state Which.
   */
  storeIs(state: StoreState): void {
    if (state !== "up") return;
    // Those of other directories tell again, too.
    this.#awaitGateways();
    // It may have forgotten what it had confirmed.
    for (const session of this.#sessions.values()) session.lost();
    this.#context.resyncs.wake();
  }

  /**
   * Gateways of ours are about to be told to go elsewhere. One that ends its
   * link from now on has gone there, or will be: its lease gives it time.
   */
  drain(): void {
    this.#draining = true;
  }

  /**
   * Admits nobody any more, and releases none of ours: they go on elsewhere.
   * {@linkcode Presence.settled} should follow, once all links have ended.
   */
  close(): void {
    this.#closing = true;
    this.#dead.close();
    this.#context.resyncs.close();
    this.#ledgers.close();
  }

  /**
   * Waits for the store to know of every end.
   *
   * @returns When all releases under way are answered.
   */
  async settled(): Promise<void> {
    const reason: CloseReason = { kind: "going-away", text: "Frontlas stops" };
    for (const session of [...this.#sessions.values()]) {
      this.ended(session, reason);
    }
    await Promise.all(this.#releases);
  }

  #awaitGateways(): void {
    this.#context.catchUp.await(this.#options.catchUpMs ?? CATCH_UP_MS);
  }

  #check(frontierId: string, address: string): void {
    if (this.#closing) {
      throw this.#refusal("closing", "Cannot admit a gateway: Frontlas stops");
    }
    const { length } = encoder.encode(frontierId);
    if (length > 0 && length <= MAX_ID_BYTES) return;
    const text = length === 0
      ? "Cannot admit a gateway without an id: set daemon.frontier_id, or NODE_NAME"
      : `Cannot admit a gateway with an id of ${length} bytes: the limit is ${MAX_ID_BYTES}`;
    this.#options.log.warn(text, { peer: address });
    throw this.#refusal("unnamed", text);
  }

  #linkOver(): FrontierError {
    return this.#refusal("closing", "Cannot admit a gateway: the link is over");
  }

  #refusal(why: Refusal, text: string): FrontierError {
    this.tally.refused[why]++;
    return new FrontierError("refused", text);
  }

  #enter(
    introduction: FrontierMeta,
    session: FrontierSession,
    link: GatewayLink,
  ): OurSession | GoSession {
    const { frontierId, generation } = session;
    const old = this.#sessions.get(frontierId);
    if (old !== undefined && old.session.generation > generation) {
      throw this.#refusal(
        "closing",
        "Cannot admit a gateway: it has connected once more meanwhile",
      );
    }
    const parts = { introduction, session, link };
    const entered = link.ours
      ? new OurSession(parts, this.#context)
      : new GoSession(
        parts,
        this.#context,
        this.#ledgers.take(frontierId, this.#goSession(frontierId)),
        () => this.#stamp(),
      );
    // What a Go gateway with this id has told is not what one of ours has.
    if (link.ours) this.#ledgers.drop(frontierId);
    this.#sessions.set(frontierId, entered);
    this.tally.admitted[link.ours ? "ours" : "go"]++;
    old?.replaced();
    this.#options.onChange?.();
    this.#options.log.info("A gateway is connected", {
      peer: frontierId,
      address: link.address,
      ours: link.ours,
      serviceAddr: introduction.serviceAddr,
      edgeAddr: introduction.edgeAddr,
    });
    return entered;
  }

  #goSession(frontierId: string): GoSession | undefined {
    const session = this.#sessions.get(frontierId);
    return session instanceof GoSession ? session : undefined;
  }

  *#goSessions(): Generator<GoSession> {
    for (const session of this.#sessions.values()) {
      if (session instanceof GoSession) yield session;
    }
  }

  /** A connection of a Go gateway begins now. */
  #stamp(): Stamp {
    const now = Math.max(0, Math.round(this.#options.store.now()));
    this.#stampedAt = Math.max(this.#stampedAt, now);
    this.#seq = (this.#seq + 1) >>> 0;
    return { since: this.#stampedAt, seq: this.#seq };
  }

  /** Ends a gateway's life, soon. Never rejects. */
  #release(
    session: FrontierSession,
    graceMs = this.#options.graceMs ?? 5_000,
  ): void {
    const { store, onChange } = this.#options;
    const released = store.release(session, graceMs).then(onChange, (error) => {
      // Then its lease ends by itself.
      this.tally.storeErrors++;
      this.#options.log.debug("Cannot release a gateway", {
        peer: session.frontierId,
        error: describeError(error),
      });
    });
    this.#releases.add(released);
    void released.then(() => this.#releases.delete(released));
  }
}
