/**
 * The way of messages to one session.
 *
 * @module
 */

import {
  type Session,
  SHORT_BUFFER,
  TIMEOUT,
  Timer,
  TYPE_MESSAGE,
} from "@frontier/proto/internal";
import type { Holder, Share } from "../quota/account.ts";
import { CALLS, MESSAGES, PUBLISHED } from "../quota/kinds.ts";
import type { Ledger } from "../quota/ledger.ts";
import type { BodyPool, PooledBody } from "./body_pool.ts";
import type { Call } from "./call.ts";
import { LanePlaces } from "./lane_places.ts";
import { type LaneQueue, Queued } from "./lane_queue.ts";
import { LaneTopics } from "./lane_topics.ts";
import type { Slot } from "./slot.ts";

/** Senders in a row that are passed over because they have their share already. */
const PASSED_OVER = 8;
/** Milliseconds between two probes of a receiver that acknowledges nothing. */
const PROBE_MS = 30_000;

/** What a {@linkcode MessageLane} needs from its owner. */
export interface LaneOwner {
  /** Counts what every sender has. */
  readonly ledger: Ledger;
  /** Stands for the receiver in the ledger. */
  readonly holder: Holder;
  /** Buffers of messages that wait. */
  readonly pool: BodyPool;
  /** Messages that may be unacknowledged at a time. */
  readonly window: number;
  /** Topics that they may be of; 1 where topics do not matter. */
  readonly topics: number;
  /**
   * A message gets no other answer.
   *
   * @param call The message; it has left the lane.
   * @param reason Why.
   */
  fail(call: Call, reason: string): void;
  /**
   * Makes a place for a message that is about to be sent.
   *
   * @param call The message.
   * @param share What its sender took for it.
   * @returns The place.
   */
  obtain(call: Call, share: Share): Slot;
  /** A message is being sent. */
  onSent(): void;
  /**
   * A place is free.
   *
   * @param slot The place.
   */
  release(slot: Slot): void;
}

/**
 * Messages to one session: a bounded number unacknowledged, for a Go peer parks
 * what its application has not received, and stops answering calls once that
 * is full. Those of one sender and topic keep their order; senders take turns,
 * and neither a sender nor a topic fills the window alone.
 *
 * A message that is not acknowledged in time is answered with an error, but
 * keeps its place in the window, for it still fills the peer's queue. A later
 * ack shows that the application has got past it. When all places are such, one
 * message at a time goes out as a probe.
 */
export class MessageLane {
  readonly #session: Session;
  readonly #owner: LaneOwner;
  readonly #places: LanePlaces;
  readonly #timer: Timer;
  readonly #topics: LaneTopics;
  /** Messages without an answer, oldest first. */
  #oldest: Call | undefined = undefined;
  #youngest: Call | undefined = undefined;
  /** The probe that was sent last, until it is acknowledged or the next one goes. */
  #probe: Slot | undefined = undefined;
  #probeAt = 0;
  readonly #expired = (slot: Slot): void => this.#abandon(slot);
  #closed = false;

  /**
   * @param session Where the messages go.
   * @param owner Hears what becomes of them.
   */
  constructor(session: Session, owner: LaneOwner) {
    this.#session = session;
    this.#owner = owner;
    // Alone, a service fills the window of an edge; of the many edges that may
    // send to a service none does.
    const isEdge = owner.holder.charged;
    this.#places = new LanePlaces(
      owner.window,
      isEdge ? 1 / 8 : 1 / 4,
      !isEdge,
    );
    this.#topics = new LaneTopics(owner.topics, {
      ledger: owner.ledger,
      holder: owner.holder,
      pool: owner.pool,
      evicted: ({ call, queue }) => {
        this.#left(queue);
        this.leave(call);
        owner.fail(call, SHORT_BUFFER);
      },
    });
    this.#timer = new Timer(() => this.#onTimer());
  }

  /**
   * Takes a place for a message that is to be sent at once.
   *
   * @param call The message.
   * @returns What was taken, for {@linkcode MessageLane.sending};
   * `undefined` when the message has to wait.
   */
  take(call: Call): Share | undefined {
    if (!this.#session.ready) return undefined;
    const source = call.source!.holder;
    const queue = this.#topics.of(call.topic);
    // Nothing of one sender overtakes what it sent before.
    return queue.has(source) ? undefined : this.#place(queue, source);
  }

  /**
   * Gives back what was taken for a message that is not sent after all.
   *
   * @param share What was taken.
   */
  giveBack(share: Share): void {
    this.#owner.ledger.give(share, this.kind, 1);
  }

  /** What a place is counted as. */
  get kind(): typeof CALLS | typeof MESSAGES | typeof PUBLISHED {
    // The windows of all streams of a connection have no sum of their own.
    if (!this.#session.isDefault) return CALLS;
    return this.#owner.holder.charged ? MESSAGES : PUBLISHED;
  }

  /**
   * Takes a message in that is being sent at once.
   *
   * @param call The message.
   * @param share What was taken for it.
   * @returns Its place, with its packet id; `undefined` when the connection
   * waits for too much already: it must not be sent.
   */
  sending(call: Call, share: Share): Slot | undefined {
    const queue = this.#topics.of(call.topic);
    const slot = this.#fill(call, queue, share, call.startedAt);
    if (slot !== undefined) this.#enter(call);
    return slot;
  }

  /**
   * Queues a message.
   *
   * @param call The message.
   * @param body Its encoded body, without the session id.
   * @returns `false` when its sender has too much in the queue: the body is
   * still the caller's.
   */
  enqueue(call: Call, body: PooledBody): boolean {
    const queue = this.#topics.of(call.topic);
    if (!queue.push(call, body)) return false;
    this.#topics.waiting.add(queue);
    this.#enter(call);
    if (this.#session.held) this.#session.whenReady(() => this.#pump());
    else if (this.#stuck) this.#probeNext();
    return true;
  }

  /**
   * Nobody waits for the answer to a message any more. It is taken out of the
   * queue if it is still there; its place in the window stays taken.
   *
   * @param call The message.
   */
  leave(call: Call): void {
    const { older, younger, queued } = call;
    if (older === undefined) this.#oldest = younger;
    else older.younger = younger;
    if (younger === undefined) this.#youngest = older;
    else younger.older = older;
    call.older = call.younger = undefined;
    if (queued instanceof Queued) {
      queued.queue.remove(queued);
      this.#left(queued.queue);
    } else if (call.slot !== undefined) this.#places.live--;
    this.#rest();
  }

  /**
   * A message of this lane was acknowledged.
   *
   * @param slot Its place, free afterwards.
   */
  acked(slot: Slot): void {
    // What was sent before it and has expired has left the peer's queue too.
    this.#places.acked(slot, this.#session.link.seenAt, this.#expired);
    this.#remove(slot);
    // First what it took comes back, then the next one takes.
    this.#owner.release(slot);
    this.#pump();
  }

  /**
   * A message of this lane lost its connection.
   *
   * @param slot Its place, free afterwards.
   */
  lost(slot: Slot): void {
    this.#remove(slot);
  }

  /**
   * Gives up everything that waits. What was sent may still be acknowledged, or
   * is answered when its time is over.
   *
   * @param reason Told to those who sent it.
   */
  close(reason: string): void {
    this.#closed = true;
    for (const queue of [...this.#topics.waiting]) {
      for (const { call } of [...queue]) {
        this.leave(call);
        this.#owner.fail(call, reason);
      }
    }
    this.#rest();
  }

  /** A closed lane without messages that have to be answered is done. */
  #rest(): void {
    if (!this.#closed || this.#oldest !== undefined) return;
    this.#session.link.timers.clear(this.#timer);
  }

  /** Whether nothing that is on its way has still to be acknowledged in time, though something waits. */
  get #stuck(): boolean {
    const { live, taken } = this.#places;
    return live === 0 && taken > 0 && this.#topics.waiting.size > 0;
  }

  /** Takes one more place, if there is one and the sender may have it. */
  #place(queue: LaneQueue, source: Holder): Share | undefined {
    const { ledger, holder } = this.#owner;
    const { count, shared, taken } = this.#places;
    if (!this.#topics.allows(queue, count - taken)) return undefined;
    const { kind } = this;
    return kind === CALLS
      ? ledger.take(kind, source, holder, 1)
      : ledger.take(kind, source, holder, 1, shared, count);
  }

  #fill(
    call: Call,
    queue: LaneQueue,
    share: Share,
    now: number,
  ): Slot | undefined {
    const slot = this.#owner.obtain(call, share);
    // Expiry is the lane's business: the packet keeps its place until then.
    if (!this.#session.link.expect(slot, this.#session, Infinity)) {
      this.#owner.release(slot);
      return undefined;
    }
    this.#places.add(slot, now);
    slot.queue = queue;
    queue.taken++;
    this.#owner.onSent();
    return slot;
  }

  #enter(call: Call): void {
    call.older = this.#youngest;
    call.younger = undefined;
    if (this.#youngest === undefined) this.#oldest = call;
    else this.#youngest.younger = call;
    this.#youngest = call;
    this.#arm(call.expiresAt);
  }

  #abandon(slot: Slot): void {
    this.#session.link.abandon(slot);
    this.#remove(slot);
    this.#owner.release(slot);
  }

  #remove(slot: Slot): void {
    this.#places.remove(slot);
    slot.queue!.taken--;
    slot.queue = undefined;
    if (slot === this.#probe) this.#probe = undefined;
  }

  #pump(): void {
    const session = this.#session;
    const topics = this.#topics;
    let passed = 0;
    while (passed < Math.min(topics.waiting.size, PASSED_OVER)) {
      if (!session.ready || !session.link.usable) return;
      passed = this.#pumpOne(topics.next()!) ? 0 : passed + 1;
    }
  }

  /** Sends the next message of a topic, if there is a place that it may have. */
  #pumpOne(queue: LaneQueue): boolean {
    for (let passed = 0; passed <= PASSED_OVER; passed++) {
      const queued = queue.peek()!;
      const share = this.#place(queue, queued.source);
      // What is not sent is tried again when the next answer makes room.
      if (share !== undefined) return this.#send(queued, share);
      if (queue.sources < 2) return false;
      queue.skip();
    }
    return false;
  }

  /** Something has left a queue. */
  #left(queue: LaneQueue): void {
    if (queue.size === 0) this.#topics.waiting.delete(queue);
  }

  /** Sends the message whose turn it is. */
  #send(queued: Queued, share: Share): boolean {
    const { link } = this.#session;
    const { call, queue } = queued;
    const { buf, length } = queued.body;
    const slot = this.#fill(call, queue, share, link.seenAt);
    if (slot === undefined) return false;
    const { idHi, idLo } = slot;
    const body = buf.subarray(0, length);
    link.writeBody(this.#session, TYPE_MESSAGE, idHi, idLo, body);
    queue.shift();
    this.#left(queue);
    return true;
  }

  /** Lets one message through to a receiver that has acknowledged nothing, if it is time. */
  #probeNext(): void {
    const session = this.#session;
    const now = session.link.timers.now();
    if (now < this.#probeAt || !session.ready || !session.link.usable) return;
    // The one before has failed; what the peer parks must not grow by it.
    if (this.#probe !== undefined) this.#abandon(this.#probe);
    // What is of another topic than all that is stuck may well be acknowledged.
    const queued = this.#topics.poorest()!.peek()!;
    const { ledger, holder } = this.#owner;
    const share = ledger.force(this.kind, queued.source, holder, 1);
    if (!this.#send(queued, share)) return;
    this.#probe = this.#places.last;
    this.#probeAt = now + PROBE_MS;
  }

  #arm(at: number): void {
    if (this.#timer.armed && this.#timer.at <= at) return;
    this.#session.link.timers.set(this.#timer, at);
  }

  #onTimer(): void {
    const now = this.#session.link.timers.now();
    for (let call = this.#oldest; call !== undefined; call = this.#oldest) {
      if (call.expiresAt > now) {
        this.#arm(call.expiresAt);
        break;
      }
      this.leave(call);
      this.#owner.fail(call, TIMEOUT);
    }
    if (!this.#stuck) return;
    this.#probeNext();
    this.#arm(Math.max(this.#probeAt, now + 1));
  }
}
