/**
 * Who is connected to which gateway: what is decided about it.
 *
 * @module
 */

import { Timer, type Timers } from "@frontier/proto";
import type { FrontierMeta, Stamp } from "@frontier/proto/cluster";
import { type CloseReason, FrontierError } from "@frontier/proto/internal";
import { describeError } from "@frontier/platform/internal";
import type { Logger } from "@frontier/platform/log";
import type {
  FrontierSession,
  PresenceStore,
  StoreState,
} from "../store/presence_store.ts";
import { DeadGateways } from "./dead_gateways.ts";
import { Evictions } from "./evictions.ts";
import type { GatewayLink } from "./gateway_link.ts";
import { GoLedger, type LedgerRoom } from "./go_ledger.ts";
import { GoSession } from "./go_session.ts";
import { OurSession } from "./our_session.ts";
import { Resyncs } from "./resyncs.ts";
import type { GatewaySession, SessionContext } from "./session.ts";
import { type LinkEnd, PresenceTally, type Refusal } from "./tally.ts";
import { Turns } from "./turns.ts";
import { EventPlaces } from "./event_places.ts";

/** Events that the store enters at a time: a slow Redis does so many in a second. */
const ENTERING = 4_000;
/** Gateways that register at a time: new ones contend for their numbers. */
const REGISTERING = 2;
/** Bytes of a gateway's id, at most. */
const MAX_ID_BYTES = 255;
/** Milliseconds between two looks for peers of Go gateways that are silent. */
const SWEEP_MS = 10_000;
/** Milliseconds after which a peer of a Go gateway that was not heard of is gone: four and a half of its heartbeats. */
const SILENT_MS = 90_000;
/** Peers ended at a time. */
const SWEEP_SLICE = 1_000;
/** Go gateways whose ledgers are kept for their next link. */
const MAX_LEFT = 256;

const encoder = new TextEncoder();

/** What {@linkcode Presence} needs. */
export interface PresenceOptions {
  /** Where the records are. */
  readonly store: PresenceStore;
  /** The clock and its timers. */
  readonly timers: Timers;
  /** Returns a number from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** Where to report. */
  readonly log: Logger;
  /**
   * Milliseconds that a gateway whose link broke stays alive for its next one.
   *
   * @default {5_000}
   */
  readonly graceMs?: number;
  /**
   * Milliseconds within which gateways of ours tell each peer again.
   *
   * @default {10_000, and 600_000 where records die with their gateway}
   */
  readonly renewMs?: number;
  /**
   * Events of all gateways that wait for the store, at most.
   *
   * @default {200_000}
   */
  readonly maxWaitingEvents?: number;
  /**
   * Peers of Go gateways that are remembered, for the case that the store forgets them.
   *
   * @default {1_000_000}
   */
  readonly maxRemembered?: number;
  /** Called when a gateway has come, moved or gone. */
  readonly onChange?: () => void;
}

/** A gateway that is connected here. */
export interface GatewayStatus {
  /** Its id. */
  readonly frontierId: string;
  /** Where it is connected from. */
  readonly address: string;
  /** Whether it is one of ours. */
  readonly ours: boolean;
  /** Which connection of it this is. */
  readonly generation: number;
  /** Edges it has, as it says. */
  readonly edges: number;
  /** Services it has, as it says. */
  readonly services: number;
  /** Milliseconds since it was let in. */
  readonly connectedMs: number;
  /** Whether it has told everything it has. */
  readonly synced: boolean;
}

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
  readonly #room: LedgerRoom;
  /** Ledgers of Go gateways that are not connected, the oldest first. */
  readonly #left: Map<string, { ledger: GoLedger; until: number }> = new Map();
  readonly #registering: Turns = new Turns(REGISTERING);
  readonly #sweeper: Timer = new Timer(() => this.#sweep());
  #stampedAt = 0;
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
    this.#room = { left: options.maxRemembered ?? 1_000_000 };
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
        linkOf: (frontierId) => this.#sessions.get(frontierId)?.link,
      }),
      resyncs: new Resyncs({
        timers,
        random,
        ready: () => store.state === "up",
      }),
      renewMs: options.renewMs ?? (store.mode === "ttl" ? 10_000 : 600_000),
    };
    this.#dead = new DeadGateways({ store, timers, random, log, tally });
    timers.set(this.#sweeper, timers.now() + SWEEP_MS);
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

  /** Events that wait for the store. */
  get eventsWaiting(): number {
    return this.#context.waiting.count;
  }

  /** Peers of Go gateways that are remembered. */
  get remembered(): number {
    return (this.#options.maxRemembered ?? 1_000_000) - this.#room.left;
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
    const how = endOf(reason);
    this.tally.ended[how]++;
    const newest = this.#sessions.get(frontierId) === session;
    if (newest) this.#sessions.delete(frontierId);
    if (session instanceof GoSession) {
      if (newest && !this.#closing) this.#keep(frontierId, session.ledger);
      else if (session.ledger !== this.#ledgerOf(frontierId)) {
        session.ledger.clear();
      }
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
    this.#options.timers.clear(this.#sweeper);
    for (const { ledger } of this.#left.values()) ledger.clear();
    this.#left.clear();
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
        this.#ledgerOf(frontierId) ?? new GoLedger(this.#room),
        () => this.#stamp(),
      );
    this.#left.delete(frontierId);
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

  /** What a Go gateway has told before, on a link that has ended or is about to. */
  #ledgerOf(frontierId: string): GoLedger | undefined {
    const session = this.#sessions.get(frontierId);
    if (session instanceof GoSession) return session.ledger;
    return this.#left.get(frontierId)?.ledger;
  }

  #keep(frontierId: string, ledger: GoLedger): void {
    const until = this.#options.timers.now() + SILENT_MS;
    this.#left.set(frontierId, { ledger, until });
    if (this.#left.size <= MAX_LEFT) return;
    const [oldest, left] = this.#left.entries().next().value!;
    left.ledger.clear();
    this.#left.delete(oldest);
  }

  /** A connection of a Go gateway begins now. */
  #stamp(): Stamp {
    const now = Math.max(0, Math.round(this.#options.store.now()));
    this.#stampedAt = Math.max(this.#stampedAt, now);
    this.#seq = (this.#seq + 1) >>> 0;
    return { since: this.#stampedAt, seq: this.#seq };
  }

  #sweep(): void {
    const { timers } = this.#options;
    const now = timers.now();
    for (const [frontierId, { ledger, until }] of this.#left) {
      if (until > now) break;
      ledger.clear();
      this.#left.delete(frontierId);
    }
    let more = false;
    for (const session of this.#sessions.values()) {
      if (!(session instanceof GoSession)) continue;
      if (session.sweep(now - SILENT_MS, SWEEP_SLICE)) more = true;
    }
    timers.set(this.#sweeper, now + (more ? 100 : SWEEP_MS));
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

function endOf({ kind }: CloseReason): LinkEnd {
  switch (kind) {
    case "peer-closed":
      return "left";
    case "silent":
    case "slow":
    case "timeout":
      return "silent";
    case "replaced":
      return "replaced";
    case "protocol":
      return "protocol";
    case "going-away":
    case "closed":
      return "closing";
    default:
      return "lost";
  }
}
