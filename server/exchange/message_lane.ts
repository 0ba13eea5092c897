/**
 * The way of messages to one session.
 *
 * @module
 */

import { type Session, Timer, TYPE_MESSAGE } from "@frontier/proto";
import type { Relay } from "./relay.ts";

/** Queues that the messages of one sender on all its streams may fill together. */
const FULL_QUEUES = 4;

interface Queued {
  readonly relay: Relay;
  readonly body: Uint8Array;
}

/** Bounds of a {@linkcode MessageLane}. */
export interface LaneLimits {
  /** Messages that may be unacknowledged at a time. */
  readonly window: number;
  /** Bytes that may wait for the window. */
  readonly queueBytes: number;
}

/** What a {@linkcode MessageLane} tells its owner. */
export interface LaneOwner {
  /**
   * A message will not be acknowledged in time.
   *
   * @param relay The message; it has not been answered yet.
   * @param reason Why.
   */
  failMessage(relay: Relay, reason: string): void;
  /**
   * A message is done with and its record free.
   *
   * @param relay The record.
   */
  release(relay: Relay): void;
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
  /** Sent and holding a place in the window, oldest first. */
  #first: Relay | undefined = undefined;
  #last: Relay | undefined = undefined;
  #unacked = 0;
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
   * Takes note of a message that is being sent at once; only while `open`.
   *
   * @param relay The message; it has its packet id afterwards.
   * @returns `false` when the connection waits for too much already: it must
   * not be sent.
   */
  sending(relay: Relay): boolean {
    // Expiry is the lane's business: the packet keeps its place until then.
    const { link } = this.#session;
    if (!link.expect(relay, this.#session, Infinity)) return false;
    this.#unacked++;
    relay.prev = this.#last;
    relay.next = undefined;
    if (this.#last === undefined) this.#first = relay;
    else this.#last.next = relay;
    this.#last = relay;
    this.#arm(relay.messageExpiresAt);
    return true;
  }

  /**
   * Queues a message.
   *
   * @param relay The message.
   * @param body Its encoded body, without the session id.
   * @returns `false` when the queue is full.
   */
  enqueue(relay: Relay, body: Uint8Array): boolean {
    const { queueBytes } = this.#limits;
    if (this.#queuedBytes + body.length > queueBytes) return false;
    if (!this.#session.isDefault) {
      // A sender can open thousands of streams: their queues are bounded together.
      const source = relay.source!;
      const queued = source.queuedBytes + body.length;
      if (queued > queueBytes * FULL_QUEUES) return false;
      source.queuedBytes = queued;
    }
    this.#queuedBytes += body.length;
    this.#queue.push({ relay, body });
    this.#arm(relay.messageExpiresAt);
    if (this.#session.held) this.#session.whenReady(() => this.#pump());
    return true;
  }

  /**
   * A message of this lane was acknowledged.
   *
   * @param relay The message.
   */
  acked(relay: Relay): void {
    // What was sent before it and has expired has left the peer's queue too.
    let older = relay.prev;
    while (older !== undefined) {
      const before: Relay | undefined = older.prev;
      if (older.answered) {
        this.#session.link.abandon(older);
        this.#remove(older);
        this.#owner.release(older);
      }
      older = before;
    }
    this.#remove(relay);
    this.#pump();
  }

  /**
   * A message of this lane lost its connection.
   *
   * @param relay The message.
   */
  lost(relay: Relay): void {
    this.#remove(relay);
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
    this.#head = this.#queuedBytes = 0;
    for (const { relay, body } of left) {
      this.#uncount(relay, body);
      this.#owner.failMessage(relay, reason);
      this.#owner.release(relay);
    }
  }

  #remove(relay: Relay): void {
    if (relay.prev === undefined) this.#first = relay.next;
    else relay.prev.next = relay.next;
    if (relay.next === undefined) this.#last = relay.prev;
    else relay.next.prev = relay.prev;
    relay.prev = relay.next = undefined;
    this.#unacked--;
  }

  #pump(): void {
    const session = this.#session;
    const link = session.link;
    while (
      this.#head < this.#queue.length && session.ready && link.usable &&
      this.#unacked < this.#limits.window
    ) {
      const { relay, body } = this.#queue[this.#head]!;
      // Tried again when the next answer makes room.
      if (!this.sending(relay)) break;
      this.#dequeue();
      link.writeBody(session, TYPE_MESSAGE, relay.idHi, relay.idLo, body);
    }
  }

  #uncount(relay: Relay, body: Uint8Array): void {
    if (!this.#session.isDefault) relay.source!.queuedBytes -= body.length;
  }

  #dequeue(): void {
    const { relay, body } = this.#queue[this.#head]!;
    this.#uncount(relay, body);
    this.#queuedBytes -= body.length;
    this.#head++;
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    } else if (this.#head >= 64 && this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  #arm(at: number): void {
    if (!this.#timer.armed && !this.#closed) {
      this.#session.link.timers.set(this.#timer, at);
    }
  }

  #onTimer(): void {
    const now = this.#session.link.timers.now();
    let next = Infinity;
    for (
      let relay = this.#first;
      relay !== undefined;
      relay = relay.next
    ) {
      if (relay.answered) continue;
      if (relay.messageExpiresAt > now) {
        next = relay.messageExpiresAt;
        break;
      }
      this.#owner.failMessage(relay, "timeout");
    }
    while (this.#head < this.#queue.length) {
      const { relay } = this.#queue[this.#head]!;
      if (relay.messageExpiresAt > now) {
        next = Math.min(next, relay.messageExpiresAt);
        break;
      }
      this.#dequeue();
      this.#owner.failMessage(relay, "timeout");
      this.#owner.release(relay);
    }
    if (next < Infinity) this.#arm(next);
  }
}
