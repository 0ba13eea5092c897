/**
 * Messages of one topic, and those that wait for their turn.
 *
 * @module
 */

import type { Holder, Share } from "../quota/account.ts";
import { FairItem, FairQueue } from "../quota/fair_queue.ts";
import { QUEUED } from "../quota/kinds.ts";
import type { Ledger } from "../quota/ledger.ts";
import type { BodyPool, PooledBody } from "./body_pool.ts";
import type { Call } from "./call.ts";

/** What a message costs in the order of turns beside its bytes. */
const MESSAGE_COST = 1_024;
/** Bytes that a message in the queue costs beside its body. */
const RECORD_BYTES = 512;
/** What a sender may spend in one turn. */
const TURN = 8_192;
/** Messages that make room for one in a full queue. */
const MOST_EVICTED = 64;

/** A message that waits for its turn. */
export class Queued extends FairItem {
  /** The message. */
  readonly call: Call;
  /** Who sent it. */
  readonly source: Holder;
  /** Its encoded body, without the session id. */
  readonly body: PooledBody;
  /** Where its bytes are counted. */
  readonly share: Share;
  /** Where it waits. */
  readonly queue: LaneQueue;

  /**
   * @param call The message.
   * @param source Who sent it.
   * @param body Its encoded body, without the session id.
   * @param share Where its bytes are counted.
   * @param queue Where it waits.
   */
  constructor(
    call: Call,
    source: Holder,
    body: PooledBody,
    share: Share,
    queue: LaneQueue,
  ) {
    super();
    this.call = call;
    this.source = source;
    this.body = body;
    this.share = share;
    this.queue = queue;
  }
}

/** What the queues of a lane share. */
export interface QueueOwner {
  /** Counts what every sender has in it. */
  readonly ledger: Ledger;
  /** Stands for the receiver in the ledger. */
  readonly holder: Holder;
  /** Gets the buffers of bodies that have left. */
  readonly pool: BodyPool;
  /**
   * @param queue One that has no room.
   * @returns The queue of the lane in which most waits; that one itself when
   * it does not say.
   */
  fullest(queue: LaneQueue): LaneQueue;
  /**
   * A message had to make room for another: it has been taken out, for its
   * sender has more in a full queue than that one's.
   *
   * @param queued The message.
   */
  evicted(queued: Queued): void;
}

/**
 * Messages of one topic to one session that wait for a place in its window.
 * Those of one sender keep their order, senders take turns, and what each has
 * in it is counted.
 */
export class LaneQueue {
  /** What stands for the topic. */
  readonly topic: object | undefined;
  /** Places of the window that messages of this topic have. */
  taken = 0;
  readonly #owner: QueueOwner;
  /** Made when the first has to wait. */
  #fair: FairQueue<Queued> | undefined = undefined;

  /**
   * @param topic What stands for the topic.
   * @param owner What the queues of a lane share.
   */
  constructor(topic: object | undefined, owner: QueueOwner) {
    this.topic = topic;
    this.#owner = owner;
  }

  /** How many wait. */
  get size(): number {
    return this.#fair === undefined ? 0 : this.#fair.size;
  }

  /** What they cost together. */
  get cost(): number {
    return this.#fair === undefined ? 0 : this.#fair.cost;
  }

  /** How many senders they are of. */
  get sources(): number {
    return this.#fair === undefined ? 0 : this.#fair.sources;
  }

  /**
   * @param source A sender.
   * @returns Whether something of it waits.
   */
  has(source: Holder): boolean {
    return this.#fair !== undefined && this.#fair.has(source);
  }

  /** @returns The message whose turn it is, which stays; `undefined` when none waits. */
  peek(): Queued | undefined {
    return this.#fair?.peek();
  }

  /** Passes over the sender whose turn it is. */
  skip(): void {
    this.#fair?.skip();
  }

  /**
   * Puts a message in.
   *
   * @param call The message.
   * @param body Its encoded body, without the session id.
   * @returns `false` when its sender has too much in the queue: the body is
   * still the caller's.
   */
  push(call: Call, body: PooledBody): boolean {
    const { ledger, holder, evicted, fullest } = this.#owner;
    const source = call.source!.holder;
    const bytes = body.length + RECORD_BYTES;
    let share = ledger.take(QUEUED, source, holder, bytes);
    for (let i = 0; share === undefined && i < MOST_EVICTED; i++) {
      const last = fullest(this).#evict(source);
      if (last === undefined) return false;
      evicted(last);
      share = ledger.take(QUEUED, source, holder, bytes);
    }
    if (share === undefined) return false;
    const queued = new Queued(call, source, body, share, this);
    call.queued = queued;
    this.#fair ??= new FairQueue(TURN);
    this.#fair.push(queued, source, body.length + MESSAGE_COST);
    return true;
  }

  /** Takes the message out whose turn it is; its body is not to be looked at any more. */
  shift(): void {
    this.#uncount(this.#fair!.shift()!);
  }

  /**
   * Takes a message out, wherever it waits; its body is not to be looked at any
   * more.
   *
   * @param queued The message.
   */
  remove(queued: Queued): void {
    this.#fair!.remove(queued);
    this.#uncount(queued);
  }

  /** @returns Everything that waits; it stays. */
  *[Symbol.iterator](): Generator<Queued, void, undefined> {
    if (this.#fair !== undefined) yield* this.#fair;
  }

  #evict(source: Holder): Queued | undefined {
    const last = this.#fair?.evict(source);
    if (last !== undefined) this.#uncount(last);
    return last;
  }

  #uncount({ call, body, share }: Queued): void {
    const { ledger, pool } = this.#owner;
    ledger.give(share, QUEUED, body.length + RECORD_BYTES);
    pool.release(body.buf);
    call.queued = undefined;
  }
}
