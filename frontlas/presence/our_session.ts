/**
 * A gateway of ours that was let in.
 *
 * @module
 */

import {
  checkHello,
  decodePresenceBatch,
  encodePresenceReply,
  encodeTerms,
  type Eviction,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  MAX_EVICTIONS,
  type PresenceBatch,
  type PresenceReply,
} from "@frontier/proto/cluster";
import { FrontierError, Timer } from "@frontier/proto/internal";
import {
  GatewaySession,
  type SessionContext,
  type SessionParts,
} from "./session.ts";
import { StampBound } from "./stamp_bound.ts";
import { Sync } from "./sync.ts";
import type { Told } from "./tally.ts";

/** Batches without a reply that a gateway is told it may have. */
const IN_FLIGHT = 4;
/** The same, until it is one too many: replies cross with batches. */
const TOO_MANY_IN_FLIGHT = 2 * IN_FLIGHT;
/** Milliseconds within which a batch is to come. */
const BEAT_MS = 5_000;
/** Milliseconds between two looks for evictions that others have left. */
const MAILBOX_MS = 1_000;
/** Milliseconds a gateway has to tell everything before others have their turn. */
const SYNC_MS = 30_000;

/** What a gateway of ours tells, and is told. */
export class OurSession extends GatewaySession {
  #greeted = false;
  /** Ends when all batches so far have been entered. */
  #entered: Promise<unknown> = Promise.resolve();
  #inFlight = 0;
  /** The sync that began last; 0 for none. */
  #epoch = 0;
  /** Syncs up to this one do not tell everything any more. */
  #stale = 0;
  /** The sync under way. */
  #sync: Sync | undefined = undefined;
  #synced = false;
  /** Ends the wait for a sync. */
  #onSynced: (() => void) | undefined = undefined;
  #mailboxAt = -Infinity;
  /** Evictions for the next reply. */
  #evictions: Eviction[] = [];
  readonly #stamps: StampBound;

  /**
   * @param parts Who it is.
   * @param context What all sessions have in common.
   */
  constructor(parts: SessionParts, context: SessionContext) {
    super(parts, context);
    this.#stamps = new StampBound(() => context.store.now(), context.latest);
    // What it has is not known before it has told it.
    context.catchUp.begin(this);
  }

  /** @inheritdoc */
  get synced(): boolean {
    return this.#synced;
  }

  /**
   * Tells the gateway what holds on this link.
   *
   * @param data The data of `cluster_hello`.
   * @returns Its answer.
   * @throws {ProtocolError} If the data is malformed.
   */
  hello(data: Uint8Array): Uint8Array<ArrayBuffer> {
    checkHello(data);
    this.#greeted = true;
    const { store, renewMs } = this.context;
    const { generation, number } = this.session;
    return encodeTerms({
      now: Math.round(store.now()),
      generation,
      number,
      mode: store.mode,
      renewMs,
      beatMs: BEAT_MS,
      batchRecords: MAX_BATCH_RECORDS,
      batchBytes: MAX_BATCH_BYTES,
      batchesInFlight: IN_FLIGHT,
    });
  }

  /**
   * Enters a batch, after those before it.
   *
   * @param data The data of `presence`.
   * @returns The reply.
   * @throws {Error} If the batch is malformed, or must not come now; nothing of it is entered.
   */
  async batch(data: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const { tally, waiting } = this.context;
    const batch = this.#read(data);
    const places = batch.events.length;
    tally.batches++;
    this.alive();
    this.#inFlight++;
    const room = waiting.take(places);
    // One who brings more than the store takes is not read until there is room.
    if (room !== undefined) this.link.pause();
    const entered = Promise.all([this.#entered, room]).then(() => {
      if (room !== undefined) this.link.resume();
      return this.#take(batch);
    });
    this.#entered = entered.catch(() => {});
    try {
      return await entered;
    } finally {
      this.#inFlight--;
      waiting.give(places);
    }
  }

  /** @inheritdoc */
  async resync(): Promise<void> {
    if (this.over) return;
    const { tally, timers } = this.context;
    this.#stale = this.#epoch;
    this.#abandon();
    tally.resyncs++;
    const done = new Promise<void>((resolve) => {
      const timer = new Timer(() => this.#onSynced?.());
      this.#onSynced = () => {
        timers.clear(timer);
        this.#onSynced = undefined;
        resolve();
      };
      timers.set(timer, timers.now() + SYNC_MS);
    });
    // If the call fails, the next reply says the same.
    this.link.resync().catch(() => {});
    await done;
  }

  /** @inheritdoc */
  override end(): void {
    super.end();
    this.#abandon();
    this.#onSynced?.();
  }

  #read(data: Uint8Array): PresenceBatch {
    const { tally } = this.context;
    try {
      if (!this.#greeted) {
        throw new FrontierError(
          "refused",
          "Cannot take a batch: cluster_hello comes first",
        );
      }
      if (this.#inFlight >= TOO_MANY_IN_FLIGHT) {
        throw new FrontierError(
          "refused",
          `Cannot take a batch: ${this.#inFlight} have no reply, and ${IN_FLIGHT} may be without one`,
        );
      }
      return decodePresenceBatch(data);
    } catch (error) {
      tally.rejected++;
      // Whatever it was to tell is missing now.
      if (this.#greeted) this.lost();
      throw error;
    }
  }

  /** @inheritdoc */
  override lost(): void {
    this.#abandon();
    super.lost();
  }

  #abandon(): void {
    if (this.#sync !== undefined) this.#sync.abandoned = true;
    this.#sync = undefined;
    this.#synced = false;
    if (!this.over) this.context.catchUp.begin(this);
  }

  async #take(batch: PresenceBatch): Promise<Uint8Array<ArrayBuffer>> {
    const { store, tally } = this.context;
    this.edges = batch.edges;
    this.services = batch.services;
    if (batch.syncBegin) {
      if (batch.epoch <= this.#epoch) {
        tally.rejected++;
        throw new FrontierError(
          "refused",
          `Cannot begin sync ${batch.epoch}: sync ${this.#epoch} has begun before`,
        );
      }
      this.#abandon();
      // All that was lost so far is told again now.
      this.context.resyncs.forget(this);
      this.#epoch = batch.epoch;
      this.#sync = new Sync({ store, session: this.session });
    }
    const events = batch.events.map((event) => this.#stamps.enter(event));
    for (const { kind } of events) {
      tally.told[kind.replace("-", "_") as Told]++;
    }
    const evictions: Eviction[] = [];
    try {
      this.#sync?.name(events);
      const outcomes = await this.enter(events);
      if (outcomes === undefined) throw replacedError();
      for (const [i, { kind }] of outcomes.entries()) {
        const event = batch.events[i]!;
        if (kind === "superseded" && event.kind === "edge-online") {
          evictions.push({ edgeId: event.id, stamp: event.stamp });
        }
      }
      await this.#lookForEvictions();
    } catch (error) {
      if (error instanceof FrontierError) throw error;
      this.failed("enter what a gateway tells", error);
      this.lost();
      return this.#reply({ unavailable: true });
    }
    const { epoch } = batch;
    if (batch.syncEnd && epoch === this.#epoch && this.#sync !== undefined) {
      void this.#finish(this.#sync);
    }
    this.#evictions.push(...evictions);
    return this.#reply({
      resync: this.#epoch === 0 || epoch <= this.#stale,
      evictions: this.#evictions.splice(0, MAX_EVICTIONS),
    });
  }

  async #lookForEvictions(): Promise<void> {
    const { store, timers } = this.context;
    const now = timers.now();
    if (now - this.#mailboxAt < MAILBOX_MS) return;
    this.#mailboxAt = now;
    const left = await store.takeEvictions(this.frontierId);
    this.#evictions.push(...this.#asTold(left));
  }

  /** @inheritdoc */
  override evict(evictions: readonly Eviction[]): Promise<void> {
    return super.evict(this.#asTold(evictions));
  }

  /** Names connections as the gateway does. */
  #asTold(evictions: readonly Eviction[]): Eviction[] {
    return evictions.map(({ edgeId, stamp }) => ({
      edgeId,
      stamp: this.#stamps.told(stamp),
    }));
  }

  /** Removes what was not told. Never rejects. */
  async #finish(sync: Sync): Promise<void> {
    const { tally, log, resyncs, catchUp } = this.context;
    try {
      const removed = await sync.finish();
      if (removed === undefined || sync.abandoned) return;
      tally.syncs++;
      tally.unknownRemoved += removed;
      this.#sync = undefined;
      this.#synced = true;
      resyncs.forget(this);
      catchUp.end(this);
      log.debug("A gateway has told everything", {
        peer: this.frontierId,
        edges: this.edges,
        services: this.services,
        removed,
      });
      this.#onSynced?.();
    } catch (error) {
      this.failed("remove what a gateway does not know", error);
      if (!sync.abandoned) this.lost();
    }
  }

  #reply(said: Partial<PresenceReply>): Uint8Array<ArrayBuffer> {
    return encodePresenceReply({
      now: Math.max(0, Math.round(this.context.store.now())),
      resync: false,
      unavailable: false,
      evictions: [],
      ...said,
    });
  }
}

function replacedError(): FrontierError {
  return new FrontierError(
    "refused",
    "Cannot take a batch: a newer connection of this gateway has taken its place",
  );
}
