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
  type PresenceReply,
} from "@frontier/proto/cluster";
import { Backoff, describeError } from "@frontier/platform/internal";
import type { Peer } from "../directory/peer.ts";
import { BatchContents, type BatchLoad } from "./batch_contents.ts";
import type { Reporter, ReporterContext } from "./reporter.ts";

/** Milliseconds that a change waits for others that go in the same batch. */
const GATHER_MS = 8;
/** Part of the time between two batches in which the next one goes out. */
const HASTE = 0.8;
/** Pauses after the directory did not take a batch. */
const RETRY = { minDelayMs: 50, firstDelayMs: 400, maxDelayMs: 5_000 };
/** What a batch carries while the store is away. */
const NOTHING: BatchLoad = { changes: [], syncing: false, syncEnd: false };

/** A batch that is under way. */
interface Sent extends BatchLoad {
  readonly epoch: number;
  readonly events: number;
}

/** What the directory has answered to hello, and what follows from it. */
interface Agreed {
  readonly terms: ClusterTerms;
  readonly contents: BatchContents;
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
  readonly #timer: Timer = new Timer(() => this.#turn());
  readonly #retry: Backoff;
  /** `undefined` until the directory has answered to hello. */
  #agreed: Agreed | undefined = undefined;
  #epoch = 0;
  #inFlight = 0;
  /** Changes in the batches that are under way. */
  #underWay = 0;
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
    return (this.#agreed?.contents.changes.size ?? 0) + this.#underWay;
  }

  /** @inheritdoc */
  arrive(peer: Peer): void {
    // Before the directory has answered, or its store, everybody is still to be told of.
    if (this.#agreed === undefined || this.#waiting) return;
    this.#agreed.contents.changes.arrive(peer);
    this.#wake(this.#now + GATHER_MS);
  }

  /** @inheritdoc */
  depart(peer: Peer): void {
    if (this.#agreed === undefined || this.#waiting) return;
    this.#agreed.contents.changes.depart(peer);
    this.#wake(this.#now + GATHER_MS);
  }

  /** @inheritdoc */
  resync(): void {
    if (this.#agreed === undefined || this.#stopped) return;
    this.#waiting = false;
    this.#agreed.contents.tellAll();
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
    this.#agreed?.contents.clear();
    this.#settle();
  }

  get #now(): number {
    return this.#context.timers.now();
  }

  #wake(at: number): void {
    if (this.#stopped) return;
    const timer = this.#timer;
    const due = Math.max(at, this.#notBefore);
    if (timer.armed && timer.at <= due) return;
    this.#context.timers.set(timer, due);
  }

  #settle(): void {
    const syncing = this.#agreed?.contents.syncing ?? true;
    const done = this.#stopped || this.#waiting ||
      (this.#synced && !syncing && this.pending === 0);
    if (done) { for (const resolve of this.#settled.splice(0)) resolve(); }
  }

  async #hello(): Promise<void> {
    const { link, clock, onNumber, onUp } = this.#context;
    try {
      const askedAt = this.#now;
      const terms = decodeTerms(await link.call(METHOD_HELLO, encodeHello()));
      if (this.#stopped) return;
      clock.heard(terms.now, askedAt, this.#now);
      onNumber(terms.number, terms.now);
      const contents = new BatchContents(this.#context, terms);
      this.#agreed = { terms, contents };
      onUp();
      this.resync();
    } catch (error) {
      link.cut(`it did not say hello: ${describeError(error)}`);
    }
  }

  /** Sends one batch, if there is something to send, and looks when the next one is due. */
  #turn(): void {
    const agreed = this.#agreed;
    if (agreed === undefined || this.#stopped) return;
    const { batchesInFlight } = agreed.terms;
    const now = this.#now;
    const may = this.#inFlight < batchesInFlight && now >= this.#notBefore;
    if (may && now >= this.#nextAt(agreed)) void this.#send(now, agreed);
    // With all places taken the next reply goes on.
    if (this.#inFlight < batchesInFlight) this.#wake(this.#nextAt(agreed));
  }

  /** When the next batch is due, an empty one perhaps: a sign of life. */
  #nextAt({ terms, contents }: Agreed): number {
    const beatAt = this.#sentAt + terms.beatMs * HASTE;
    return this.#waiting ? beatAt : Math.min(beatAt, contents.nextAt);
  }

  async #send(now: number, agreed: Agreed): Promise<void> {
    const { link, directory } = this.#context;
    const epoch = this.#epoch;
    const writer = new PresenceBatchWriter({
      epoch,
      edges: directory.edgeCount,
      services: directory.serviceCount,
    });
    const load = this.#waiting ? NOTHING : agreed.contents.fill(writer);
    const sent: Sent = { ...load, epoch, events: writer.count };
    this.#sentAt = now;
    this.#inFlight++;
    this.#underWay += sent.changes.length;
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
    this.#underWay -= sent.changes.length;
    // What was under way on a link that is over, the next one tells from the beginning.
    if (this.#stopped || link.over) return;
    if (reply === undefined) this.#failed(sent, problem, agreed);
    else this.#replied(sent, reply, now, agreed);
    this.#settle();
    this.#wake(this.#nextAt(agreed));
  }

  #replied(
    sent: Sent,
    reply: PresenceReply,
    askedAt: number,
    { contents }: Agreed,
  ): void {
    const { clock, counts, onAcknowledged, onEvictions } = this.#context;
    clock.heard(reply.now, askedAt, this.#now);
    if (reply.evictions.length > 0) onEvictions(reply.evictions);
    if (reply.unavailable) {
      // It is told everything once its store is back, and until then that we are alive.
      counts.refusals++;
      this.#waiting = true;
      this.#synced = false;
      contents.clear();
      return;
    }
    onAcknowledged();
    this.#problem = "";
    this.#retry.reset();
    counts.events += sent.events;
    // What was sent before a sync began says nothing about it.
    if (sent.epoch !== this.#epoch) return;
    if (reply.resync || this.#waiting) this.resync();
    else if (sent.syncEnd) this.#synced = true;
  }

  #failed(sent: Sent, problem: unknown, { contents }: Agreed): void {
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
    if (sent.syncing) this.resync();
    else for (const change of sent.changes) contents.changes.giveBack(change);
  }
}
