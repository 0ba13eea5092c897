/**
 * The way of messages to one session.
 *
 * @module
 */

import { type Session, TIMEOUT, Timer, TYPE_MESSAGE } from "@frontier/proto";
import type { Call } from "./call.ts";
import type { Slot } from "./slot.ts";

/** Queues that the messages of one sender on all its streams may fill together. */
const FULL_QUEUES = 4;

/** A message that waits for its turn. */
export interface Queued {
  /** The message; `undefined` when nobody waits for it any more. */
  call: Call | undefined;
  /** Its encoded body, without the session id. */
  readonly body: Uint8Array;
}

/** Bounds of a {@linkcode MessageLane}. */
export interface LaneLimits {
  /** Messages that may be unacknowledged at a time. */
  readonly window: number;
  /** Bytes that may wait for the window. */
  readonly queueBytes: number;
}

/** What a {@linkcode MessageLane} needs from its owner. */
export interface LaneOwner {
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
   * @returns The place.
   */
  obtain(call: Call): Slot;
  /**
   * A place is free.
   *
   * @param slot The place.
   */
  release(slot: Slot): void;
}

/**
 * Messages to one session, in order, with a bounded number unacknowledged: a
 * Go peer parks what its application has not received, and stops answering
 * calls once that is full. The rest waits in a queue bounded in bytes.
 *
 * A message that is not acknowledged in time is answered with an error, but
 * keeps its place in the window, for it still fills the peer's queue. A later
 * ack shows that the application has got past it.
 */
export class MessageLane {
  readonly #session: Session;
  readonly #limits: LaneLimits;
  readonly #owner: LaneOwner;
  readonly #timer: Timer;
  /** Places in the window, oldest first. */
  #first: Slot | undefined = undefined;
  #last: Slot | undefined = undefined;
  #unacked = 0;
  /** Messages without an answer, oldest first. */
  #oldest: Call | undefined = undefined;
  #youngest: Call | undefined = undefined;
  #queue: Queued[] = [];
  #head = 0;
  #queuedBytes = 0;
  #closed = false;

  /**
   * @param session Where the messages go.
   * @param limits Bounds.
   * @param owner Hears what becomes of them.
   */
  constructor(session: Session, limits: LaneLimits, owner: LaneOwner) {
    this.#session = session;
    this.#limits = limits;
    this.#owner = owner;
    this.#timer = new Timer(() => this.#onTimer());
  }

  /** Whether a message may be sent at once. */
  get open(): boolean {
    return this.#unacked < this.#limits.window &&
      this.#head === this.#queue.length && this.#session.ready;
  }

  /**
   * Takes a message in, which is sent or queued next.
   *
   * @param call The message.
   */
  enter(call: Call): void {
    call.older = this.#youngest;
    call.younger = undefined;
    if (this.#youngest === undefined) this.#oldest = call;
    else this.#youngest.younger = call;
    this.#youngest = call;
    if (!this.#timer.armed && !this.#closed) {
      this.#session.link.timers.set(this.#timer, call.expiresAt);
    }
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
    if (queued === undefined) return;
    this.#uncount(call, queued);
    queued.call = call.queued = undefined;
  }

  /**
   * Takes note of a message that is being sent.
   *
   * @param slot Its place; it has its packet id afterwards.
   * @returns `false` when the connection waits for too much already: it must
   * not be sent.
   */
  sending(slot: Slot): boolean {
    // Expiry is the lane's business: the packet keeps its place until then.
    const { link } = this.#session;
    if (!link.expect(slot, this.#session, Infinity)) return false;
    this.#unacked++;
    slot.older = this.#last;
    slot.younger = undefined;
    if (this.#last === undefined) this.#first = slot;
    else this.#last.younger = slot;
    this.#last = slot;
    return true;
  }

  /**
   * Queues a message.
   *
   * @param call The message.
   * @param body Its encoded body, without the session id.
   * @returns `false` when the queue is full.
   */
  enqueue(call: Call, body: Uint8Array): boolean {
    const { queueBytes } = this.#limits;
    if (this.#queuedBytes + body.length > queueBytes) return false;
    if (!this.#session.isDefault) {
      // A sender can open thousands of streams: their queues are bounded together.
      const source = call.source!;
      const queued = source.queuedBytes + body.length;
      if (queued > queueBytes * FULL_QUEUES) return false;
      source.queuedBytes = queued;
    }
    this.#queuedBytes += body.length;
    const queued = { call, body };
    this.#queue.push(queued);
    call.queued = queued;
    this.enter(call);
    if (this.#session.held) this.#session.whenReady(() => this.#pump());
    return true;
  }

  /**
   * A message of this lane was acknowledged.
   *
   * @param slot Its place, free afterwards.
   */
  acked(slot: Slot): void {
    // What was sent before it and has expired has left the peer's queue too.
    let { older } = slot;
    while (older !== undefined) {
      const before: Slot | undefined = older.older;
      if (older.call === undefined) {
        this.#session.link.abandon(older);
        this.#remove(older);
        this.#owner.release(older);
      }
      older = before;
    }
    this.#remove(slot);
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
   * Gives up everything that waits.
   *
   * @param reason Told to those who sent it.
   */
  close(reason: string): void {
    this.#closed = true;
    this.#session.link.timers.clear(this.#timer);
    const left = this.#queue.slice(this.#head);
    this.#queue = [];
    this.#head = 0;
    for (const { call } of left) {
      if (call === undefined) continue;
      this.leave(call);
      this.#owner.fail(call, reason);
    }
  }

  #remove(slot: Slot): void {
    const { older, younger } = slot;
    if (older === undefined) this.#first = younger;
    else older.younger = younger;
    if (younger === undefined) this.#last = older;
    else younger.older = older;
    slot.older = slot.younger = undefined;
    this.#unacked--;
  }

  #pump(): void {
    const session = this.#session;
    const link = session.link;
    while (
      this.#head < this.#queue.length && session.ready && link.usable &&
      this.#unacked < this.#limits.window
    ) {
      const queued = this.#queue[this.#head]!;
      const { call, body } = queued;
      if (call === undefined) {
        this.#shift();
        continue;
      }
      const slot = this.#owner.obtain(call);
      // Tried again when the next answer makes room.
      if (!this.sending(slot)) {
        this.#owner.release(slot);
        return;
      }
      this.#shift();
      this.#uncount(call, queued);
      call.queued = undefined;
      link.writeBody(session, TYPE_MESSAGE, slot.idHi, slot.idLo, body);
    }
  }

  #uncount(call: Call, { body }: Queued): void {
    if (!this.#session.isDefault) call.source!.queuedBytes -= body.length;
    this.#queuedBytes -= body.length;
  }

  #shift(): void {
    this.#head++;
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    } else if (this.#head >= 64 && this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  #onTimer(): void {
    const { timers } = this.#session.link;
    const now = timers.now();
    for (;;) {
      const call = this.#oldest;
      if (call === undefined) return;
      if (call.expiresAt > now) {
        timers.set(this.#timer, call.expiresAt);
        return;
      }
      this.leave(call);
      this.#owner.fail(call, TIMEOUT);
    }
  }
}
