/**
 * Messages that wait for their turn.
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

  /**
   * @param call The message.
   * @param source Who sent it.
   * @param body Its encoded body, without the session id.
   * @param share Where its bytes are counted.
   */
  constructor(
    call: Call,
    source: Holder,
    body: PooledBody,
    share: Share,
  ) {
    super();
    this.call = call;
    this.source = source;
    this.body = body;
    this.share = share;
  }
}

/**
 * Messages to one session that wait for a place in its window. Those of one
 * sender keep their order, senders take turns, and what each has in it is
 * counted.
 */
export class LaneQueue {
  readonly #fair = new FairQueue<Queued>(TURN);
  readonly #ledger: Ledger;
  readonly #holder: Holder;
  readonly #pool: BodyPool;
  readonly #evicted: (call: Call) => void;

  /**
   * @param ledger Counts what every sender has in it.
   * @param holder Stands for the receiver in the ledger.
   * @param pool Gets the buffers of bodies that have left.
   * @param evicted Told of every message that had to make room for another: it
   * has been taken out, for its sender has more in a full queue than that one's.
   */
  constructor(
    ledger: Ledger,
    holder: Holder,
    pool: BodyPool,
    evicted: (call: Call) => void,
  ) {
    this.#ledger = ledger;
    this.#holder = holder;
    this.#pool = pool;
    this.#evicted = evicted;
  }

  /** How many wait. */
  get size(): number {
    return this.#fair.size;
  }

  /** How many senders they are of. */
  get sources(): number {
    return this.#fair.sources;
  }

  /**
   * @param source A sender.
   * @returns Whether something of it waits.
   */
  has(source: Holder): boolean {
    return this.#fair.has(source);
  }

  /** @returns The message whose turn it is, which stays; `undefined` when none waits. */
  peek(): Queued | undefined {
    return this.#fair.peek();
  }

  /** Passes over the sender whose turn it is. */
  skip(): void {
    this.#fair.skip();
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
    const ledger = this.#ledger;
    const holder = this.#holder;
    const source = call.source!.holder;
    const bytes = body.length + RECORD_BYTES;
    let share = ledger.take(QUEUED, source, holder, bytes);
    for (let i = 0; share === undefined && i < MOST_EVICTED; i++) {
      const last = this.#fair.evict(source);
      if (last === undefined) return false;
      this.#uncount(last);
      this.#evicted(last.call);
      share = ledger.take(QUEUED, source, holder, bytes);
    }
    if (share === undefined) return false;
    const queued = new Queued(call, source, body, share);
    call.queued = queued;
    this.#fair.push(queued, source, body.length + MESSAGE_COST);
    return true;
  }

  /** Takes the message out whose turn it is; its body is not to be looked at any more. */
  shift(): void {
    this.#uncount(this.#fair.shift()!);
  }

  /**
   * Takes a message out, wherever it waits; its body is not to be looked at any
   * more.
   *
   * @param queued The message.
   */
  remove(queued: Queued): void {
    this.#fair.remove(queued);
    this.#uncount(queued);
  }

  /** @returns Everything that waits; it stays. */
  [Symbol.iterator](): Iterator<Queued> {
    return this.#fair[Symbol.iterator]();
  }

  #uncount({ call, body, share }: Queued): void {
    this.#ledger.give(share, QUEUED, body.length + RECORD_BYTES);
    this.#pool.release(body.buf);
    call.queued = undefined;
  }
}
