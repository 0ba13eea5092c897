/**
 * Reports to a directory of ours: in batches.
 *
 * @module
 */

import { Timer } from "@frontier/proto";
import {
  type ClusterTerms,
  decodePresenceReply,
  decodeTerms,
  encodeHello,
  METHOD_HELLO,
  METHOD_PRESENCE,
  PresenceBatchWriter,
  type PresenceEvent,
  type PresenceReply,
} from "@frontier/proto/cluster";
import { Backoff, describeError } from "@frontier/platform/internal";
import type { Peer } from "../directory/peer.ts";
import { type Change, Changes } from "./changes.ts";
import {
  addressOf,
  metaOf,
  type Reporter,
  type ReporterContext,
  stampOf,
} from "./reporter.ts";
import { roll, Rounds } from "./roll.ts";

/** Milliseconds that a change waits for others that go in the same batch. */
const GATHER_MS = 8;
/** Milliseconds that a batch may take to write: peers wait meanwhile. */
const TURN_MS = 1;
/** Records between two looks at the clock. */
const LOOK_EVERY = 64;
/** Part of the time between two batches in which the next one goes out. */
const HASTE = 0.8;
/** Bytes of a batch that are left free where the directory takes less than the writer: more than an edge's record has. */
const RECORD_ROOM = 640;
/** Pauses after the directory did not take a batch. */
const RETRY = { minDelayMs: 50, firstDelayMs: 400, maxDelayMs: 5_000 };

/** A batch that is under way. */
interface Sent {
  readonly epoch: number;
  readonly events: number;
  readonly changes: readonly Change[];
  readonly syncing: boolean;
  readonly syncEnd: boolean;
}

/**
 * Tells a directory of ours first of everybody who is here, then of everybody
 * who comes and goes; and of everybody again once in the time that it wants, at
 * an even pace. It sends one batch in a turn of the event loop, and no more than
 * a few without a reply; what happens meanwhile is gathered by connection.
 *
 * ```text
 * hello -> syncing -> steady -> (resync) -> syncing ...
 *                  \-> waiting: the store is away; syncing once it is back
 * ```
 *
 * A link that is lost takes all of it away: the next one begins with everybody.
 */
export class BatchReporter implements Reporter {
  readonly #context: ReporterContext;
  readonly #changes: Changes;
  readonly #timer: Timer = new Timer(() => this.#turn());
  readonly #retry: Backoff;
  #terms: ClusterTerms | undefined = undefined;
  #rounds: Rounds | undefined = undefined;
  /** Everybody who is still to be told of; `undefined` outside of a sync. */
  #roll: Iterator<Peer, void, undefined> | undefined = undefined;
  /** One of them for whom there was no room. */
  #held: Peer | undefined = undefined;
  #begun = false;
  #epoch = 0;
  #inFlight = 0;
  #sentAt = 0;
  /** Nothing is sent before. */
  #notBefore = 0;
  /** The store of the directory does not answer. */
  #waiting = false;
  #synced = false;
  /** Why the last report was not taken. */
  #problem = "";
  #stopped = false;
  readonly #settled: (() => void)[] = [];

  /**
   * Says hello.
   *
   * @param context What it needs from outside.
   */
  constructor(context: ReporterContext) {
    this.#context = context;
    this.#changes = new Changes((peer) => stampOf(peer, context.clock));
    this.#retry = new Backoff(RETRY, context.random);
    void this.#hello();
  }

  /** @inheritdoc */
  get synced(): boolean {
    return this.#synced;
  }

  /** @inheritdoc */
  get problem(): string {
    return this.#waiting
      ? "the directory cannot reach its store"
      : this.#problem;
  }

  /** @inheritdoc */
  get pending(): number {
    return this.#changes.size + this.#underWay;
  }

  /** Changes in the batches that are under way. */
  #underWay = 0;

  /** @inheritdoc */
  arrive(peer: Peer): void {
    // Before the directory has answered, everybody is still to be told of.
    if (this.#terms === undefined || this.#waiting) return;
    this.#changes.arrive(peer);
    this.#gather();
  }

  /** @inheritdoc */
  depart(peer: Peer): void {
    if (this.#terms === undefined || this.#waiting) return;
    this.#changes.depart(peer);
    this.#gather();
  }

  /** @inheritdoc */
  resync(): void {
    if (this.#terms === undefined || this.#stopped) return;
    this.#changes.clear();
    this.#waiting = false;
    this.#roll = roll(this.#context.directory);
    this.#held = undefined;
    this.#begun = false;
    this.#epoch++;
    this.#context.counts.resyncs++;
    this.#wake(this.#now);
  }

  /** @inheritdoc */
  settle(): Promise<void> {
    return new Promise((resolve) => {
      this.#settled.push(resolve);
      this.#settle();
    });
  }

  /** Sends nothing more. */
  [Symbol.dispose](): void {
    this.#stopped = true;
    this.#context.timers.clear(this.#timer);
    this.#changes.clear();
    this.#roll = undefined;
    this.#settle();
  }

  get #now(): number {
    return this.#context.timers.now();
  }

  #gather(): void {
    if (!this.#stopped) this.#wake(this.#now + GATHER_MS);
  }

  #wake(at: number): void {
    const timer = this.#timer;
    const due = Math.max(at, this.#notBefore);
    if (timer.armed && timer.at <= due) return;
    this.#context.timers.set(timer, due);
  }

  #settle(): void {
    const done = this.#stopped || this.#waiting ||
      (this.#synced && this.#roll === undefined && this.pending === 0);
    if (done) { for (const resolve of this.#settled.splice(0)) resolve(); }
  }

  async #hello(): Promise<void> {
    const { link, clock, onNumber, onUp } = this.#context;
    try {
      const askedAt = this.#now;
      const terms = decodeTerms(await link.call(METHOD_HELLO, encodeHello()));
      if (this.#stopped) return;
      const now = this.#now;
      clock.heard(terms.now, askedAt, now);
      onNumber(terms.number, terms.now);
      this.#rounds = new Rounds(this.#context.directory, terms.renewMs, now);
      this.#terms = terms;
      onUp();
      this.resync();
    } catch (error) {
      link.cut(`it did not say hello: ${describeError(error)}`);
    }
  }

  /** Sends one batch, if there is something to send, and looks when the next one is due. */
  #turn(): void {
    const terms = this.#terms;
    if (terms === undefined || this.#stopped) return;
    const now = this.#now;
    const room = this.#inFlight < terms.batchesInFlight;
    if (room && now >= this.#notBefore && this.#due(now, terms)) {
      void this.#send(now, terms);
    }
    // With all places taken the next reply goes on.
    if (this.#inFlight >= terms.batchesInFlight) return;
    this.#wake(this.#nextAt(now, terms));
  }

  #due(now: number, terms: ClusterTerms): boolean {
    if (now >= this.#sentAt + terms.beatMs * HASTE) return true;
    if (this.#waiting) return false;
    return this.#roll !== undefined || this.#changes.size > 0 ||
      now >= this.#rounds!.nextAt;
  }

  #nextAt(now: number, terms: ClusterTerms): number {
    const beatAt = this.#sentAt + terms.beatMs * HASTE;
    if (this.#waiting) return beatAt;
    if (this.#roll !== undefined || this.#changes.size > 0) return now;
    return Math.min(beatAt, this.#rounds!.nextAt);
  }

  async #send(now: number, terms: ClusterTerms): Promise<void> {
    const { link, directory } = this.#context;
    const writer = new PresenceBatchWriter({
      epoch: this.#epoch,
      edges: directory.edgeCount,
      services: directory.serviceCount,
    });
    this.#sentAt = now;
    const syncing = this.#roll !== undefined;
    const changes: Change[] = [];
    let syncEnd = false;
    if (!this.#waiting) {
      if (syncing && !this.#begun) {
        writer.beginSync();
        this.#begun = true;
      }
      const room = this.#addChanges(writer, changes, terms);
      if (syncing) syncEnd = room && this.#addRoll(writer, terms);
      else if (room) this.#addRound(writer, now, terms);
      if (syncEnd) writer.endSync();
    }
    const sent: Sent = {
      epoch: this.#epoch,
      events: writer.count,
      changes,
      syncing,
      syncEnd,
    };
    this.#inFlight++;
    this.#underWay += changes.length;
    let reply: PresenceReply | undefined;
    let problem: unknown;
    try {
      reply = decodePresenceReply(
        await link.call(METHOD_PRESENCE, writer.finish()),
      );
    } catch (error) {
      problem = error;
    }
    this.#inFlight--;
    this.#underWay -= changes.length;
    // What was under way on a link that is over, the next one tells from the beginning.
    if (this.#stopped || link.over) return;
    if (reply === undefined) this.#failed(sent, problem);
    else this.#replied(sent, reply, now);
    this.#settle();
    this.#wake(this.#nextAt(this.#now, terms));
  }

  #replied(sent: Sent, reply: PresenceReply, askedAt: number): void {
    const { clock, counts, onAcknowledged, onEvictions } = this.#context;
    clock.heard(reply.now, askedAt, this.#now);
    if (reply.evictions.length > 0) onEvictions(reply.evictions);
    if (reply.unavailable) {
      counts.refusals++;
      this.#wait();
      return;
    }
    onAcknowledged();
    this.#problem = "";
    this.#retry.reset();
    counts.events += sent.events;
    // What was sent before a sync began says nothing about it.
    if (sent.epoch !== this.#epoch) return;
    if (reply.resync || this.#waiting) this.resync();
    else if (sent.syncEnd) {
      this.#synced = true;
      const now = this.#now;
      this.#rounds = new Rounds(
        this.#context.directory,
        this.#terms!.renewMs,
        now,
      );
    }
  }

  /** The store is away: it is told everything once it is back, and until then that we are alive. */
  #wait(): void {
    this.#waiting = true;
    this.#synced = false;
    this.#roll = undefined;
    this.#held = undefined;
    this.#changes.clear();
  }

  #failed(sent: Sent, problem: unknown): void {
    const { counts, log } = this.#context;
    counts.refusals++;
    const pauseMs = this.#retry.next();
    this.#problem = describeError(problem);
    this.#notBefore = this.#now + pauseMs;
    log.warn("The cluster's directory did not take a report, it is repeated", {
      peer: "frontlas",
      error: this.#problem,
      retryInMs: Math.round(pauseMs),
    });
    if (sent.epoch !== this.#epoch) return;
    if (sent.syncing) {
      this.resync();
      return;
    }
    for (const change of sent.changes) this.#changes.giveBack(change);
  }

  /** @returns Whether there is still room. */
  #addChanges(
    writer: PresenceBatchWriter,
    taken: Change[],
    terms: ClusterTerms,
  ): boolean {
    for (;;) {
      const change = this.#changes.peek();
      if (change === undefined) return true;
      const added = change.kind === "online"
        ? this.#addPeer(writer, change.peer, terms)
        : add(writer, {
          kind: `${change.of}-offline`,
          id: change.id,
          stamp: change.stamp,
        }, terms);
      if (!added) return false;
      this.#changes.take(change);
      taken.push(change);
    }
  }

  /** @returns Whether everybody is told of. */
  #addRoll(writer: PresenceBatchWriter, terms: ClusterTerms): boolean {
    for (;;) {
      const peer = this.#held ?? this.#roll!.next().value;
      this.#held = undefined;
      if (peer === undefined) {
        this.#roll = undefined;
        return true;
      }
      if (!peer.online) continue;
      if (!this.#addPeer(writer, peer, terms)) {
        this.#held = peer ?? undefined;
        return false;
      }
      this.#changes.told(peer);
    }
  }

  #addRound(
    writer: PresenceBatchWriter,
    now: number,
    terms: ClusterTerms,
  ): void {
    const rounds = this.#rounds!;
    rounds.advance(now);
    for (;;) {
      const peer = this.#held ?? rounds.next();
      this.#held = undefined;
      if (peer === undefined) return;
      if (!peer.online) continue;
      if (!this.#addPeer(writer, peer, terms)) {
        this.#held = peer;
        return;
      }
    }
  }

  #addPeer(
    writer: PresenceBatchWriter,
    peer: Peer,
    terms: ClusterTerms,
  ): boolean {
    const { clock, log } = this.#context;
    if (
      writer.count > 0 && writer.count % LOOK_EVERY === 0 &&
      this.#now - this.#sentAt >= TURN_MS
    ) {
      return false;
    }
    try {
      return add(writer, {
        kind: `${peer.kind}-online`,
        id: peer.id,
        stamp: stampOf(peer, clock),
        addr: addressOf(peer),
        meta: peer.kind === "edge" ? "" : metaOf(peer),
      }, terms);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // The others are to be told of nevertheless.
      log.warn("The cluster's directory cannot be told of a peer", {
        peer: peer.describe(),
        error: error.message,
      });
      return true;
    }
  }
}

/** @returns Whether there was room, by what the writer and the directory take. */
function add(
  writer: PresenceBatchWriter,
  event: PresenceEvent,
  { batchRecords, batchBytes }: ClusterTerms,
): boolean {
  const full = writer.count >= batchRecords ||
    writer.size > batchBytes - RECORD_ROOM;
  return !(full && writer.count > 0) && writer.add(event);
}
