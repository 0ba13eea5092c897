/**
 * What goes into the next batch.
 *
 * @module
 */

import type {
  ClusterTerms,
  PresenceBatchWriter,
  PresenceEvent,
} from "@frontier/proto/cluster";
import type { Peer } from "../directory/peer.ts";
import { type Change, Changes } from "./changes.ts";
import {
  addressOf,
  metaOf,
  type ReporterContext,
  stampOf,
} from "./reporter.ts";
import { roll, Rounds } from "./roll.ts";

/** Milliseconds that a batch may take to write: peers wait meanwhile. */
const TURN_MS = 1;
/** Records between two looks at the clock. */
const LOOK_EVERY = 64;
/** Bytes of a batch that are left free where the directory takes less than the writer: more than an edge's record has. */
const RECORD_ROOM = 640;

/** What one batch carries. */
export interface BatchLoad {
  /** Changes, to be given back if it is not known whether they have arrived. */
  readonly changes: readonly Change[];
  /** Whether it is part of telling everything. */
  readonly syncing: boolean;
  /** Whether it is the last part. */
  readonly syncEnd: boolean;
}

/**
 * What is to be told: changes, before all else; everybody, once that has begun;
 * and in turns, for ever, everybody again.
 */
export class BatchContents {
  /** What has changed and was not told. */
  readonly changes: Changes;
  readonly #context: ReporterContext;
  readonly #terms: ClusterTerms;
  #rounds: Rounds;
  /** Everybody who is still to be told of; `undefined` once all are. */
  #roll: Iterator<Peer, void, undefined> | undefined = undefined;
  #begun = false;
  /** A peer for whom there was no room in the last batch. */
  #held: Peer | undefined = undefined;

  /**
   * @param context Who is there, and the clocks.
   * @param terms What the directory takes.
   */
  constructor(context: ReporterContext, terms: ClusterTerms) {
    this.#context = context;
    this.#terms = terms;
    this.changes = new Changes((peer) => stampOf(peer, context.clock));
    this.#rounds = this.#newRounds();
  }

  /** Whether everybody is being told of. */
  get syncing(): boolean {
    return this.#roll !== undefined;
  }

  /** When there is something to tell, in milliseconds of the clock: in the past if at once. */
  get nextAt(): number {
    return this.#roll !== undefined || this.changes.size > 0
      ? 0
      : this.#rounds.nextAt;
  }

  /** Begins to tell of everybody. */
  tellAll(): void {
    this.clear();
    this.#begun = false;
    this.#roll = roll(this.#context.directory);
  }

  /** Has nothing to tell until that begins again. */
  clear(): void {
    this.changes.clear();
    this.#roll = undefined;
    this.#held = undefined;
  }

  /**
   * Fills a batch, until it is full or time is up.
   *
   * @param writer An empty batch.
   * @returns What it carries beside those who are told of again.
   */
  fill(writer: PresenceBatchWriter): BatchLoad {
    const until = this.#context.timers.now() + TURN_MS;
    const { syncing } = this;
    if (syncing && !this.#begun) {
      writer.beginSync();
      this.#begun = true;
    }
    const changes: Change[] = [];
    const room = this.#addChanges(writer, changes, until);
    const syncEnd = syncing && room && this.#addRoll(writer, until);
    if (syncEnd) writer.endSync();
    if (!syncing && room) this.#addRound(writer, until);
    return { changes, syncing, syncEnd };
  }

  #newRounds(): Rounds {
    const { directory, timers } = this.#context;
    return new Rounds(directory, this.#terms.renewMs, timers.now());
  }

  /** @returns Whether there is still room. */
  #addChanges(
    writer: PresenceBatchWriter,
    taken: Change[],
    until: number,
  ): boolean {
    for (;;) {
      const change = this.changes.peek();
      if (change === undefined) return true;
      const added = change.kind === "online"
        ? this.#addPeer(writer, change.peer, until)
        : this.#add(writer, {
          kind: `${change.of}-offline`,
          id: change.id,
          stamp: change.stamp,
        });
      if (!added) return false;
      this.changes.take(change);
      taken.push(change);
    }
  }

  /** @returns Whether everybody is told of. */
  #addRoll(writer: PresenceBatchWriter, until: number): boolean {
    const all = this.#roll!;
    const next = () => all.next().value ?? undefined;
    if (!this.#addAll(writer, next, until)) return false;
    this.#roll = undefined;
    // Their turn comes again when all of them were told of.
    this.#rounds = this.#newRounds();
    return true;
  }

  #addRound(writer: PresenceBatchWriter, until: number): void {
    this.#rounds.advance(this.#context.timers.now());
    this.#addAll(writer, () => this.#rounds.next(), until);
  }

  /** @returns Whether there was room for all of them. */
  #addAll(
    writer: PresenceBatchWriter,
    next: () => Peer | undefined,
    until: number,
  ): boolean {
    for (;;) {
      const peer = this.#held ?? next();
      this.#held = undefined;
      if (peer === undefined) return true;
      if (!peer.online) continue;
      if (!this.#addPeer(writer, peer, until)) {
        this.#held = peer;
        return false;
      }
      this.changes.told(peer);
    }
  }

  #addPeer(writer: PresenceBatchWriter, peer: Peer, until: number): boolean {
    const { clock, timers, log } = this.#context;
    const { count } = writer;
    const look = count > 0 && count % LOOK_EVERY === 0;
    if (look && timers.now() >= until) return false;
    try {
      return this.#add(writer, {
        kind: `${peer.kind}-online`,
        id: peer.id,
        stamp: stampOf(peer, clock),
        addr: addressOf(peer),
        meta: peer.kind === "edge" ? "" : metaOf(peer),
      });
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

  /** @returns Whether there was room, by what the writer and the directory take. */
  #add(writer: PresenceBatchWriter, event: PresenceEvent): boolean {
    const { batchRecords, batchBytes } = this.#terms;
    const full = writer.count >= batchRecords ||
      writer.size > batchBytes - RECORD_ROOM;
    return !(full && writer.count > 0) && writer.add(event);
  }
}
